/**
 * The batch route's additions to tracks: "new", movement, status, the post types that use a pick. The list works without them.
 *
 * @typedef {import('../tiktok-music-picker.js').Track} Track
 * @typedef {Track & {rank: number|null, previousRank: number|null, isNew: boolean,
 *   status: 'active'|'offChart'|'retired', charts?: {id: string, rank: number, previousRank: number|null, isNew: boolean}[],
 *   honoredBy: {publish: boolean, managed: boolean}}} Standing
 */

export const BATCH = '/v1/tiktok-music/batch';
export const BATCH_SIZE = 50; // the route's maximum
const PAUSE_SECONDS = 30; // after a failure

export class Standings {
  /** @type {Map<string, Standing|null>} null: unknown to the catalog */ #known = new Map();
  #requested = new Set();
  #pausedUntil = 0;
  #abort = new AbortController();

  /** @param {import('./source.js').Source} source */
  constructor(source) { this.source = source; }

  stop() { this.#abort.abort(); }

  /** @returns {Standing|null|undefined} null: the catalog never had the track; undefined: not known yet */
  get(id) { return this.#known.get(id); }

  /** True after a request failed, until the next one. */
  get hasFailed() { return this.#pausedUntil > 0; }

  /** Ends the pause after a failure. */
  wake() { this.#pausedUntil = 0; }

  /** Fetches the ids that were not requested yet. @returns {Promise<boolean>} true if the standings changed */
  async fetch(ids) {
    const requested = [...new Set(ids)].filter((id) => !this.#requested.has(id)).slice(0, BATCH_SIZE);
    if (!requested.length || Date.now() < this.#pausedUntil) return false;
    for (const id of requested) this.#requested.add(id);
    try {
      const { body } = await this.source.get(BATCH, [['ids', requested.join(',')]], this.#abort.signal);
      this.#save(requested, body);
      this.wake();
    } catch (error) {
      for (const id of requested) this.#requested.delete(id);
      this.#pausedUntil = Date.now() + Math.max(PAUSE_SECONDS, error.retrySeconds ?? 0) * 1000;
    }
    return !this.#abort.signal.aborted;
  }

  /** Stores the response; the id of a duplicate gets its canonical track. */
  #save(requested, { tracks, aliases = {} }) {
    const found = new Map(tracks.map((track) => [track.id, track]));
    for (const id of requested) this.#known.set(id, found.get(aliases[id] ?? id) ?? null);
  }
}

/**
 * The batch route's additions to tracks: "new", movement, the post types that use a pick. The list works without them.
 *
 * @typedef {import('../tiktok-music-picker.js').Track} Track
 * @typedef {Track & {rank: number|null, previousRank: number|null, isNew: boolean,
 *   honoredBy: {publish: boolean, managed: boolean}}} Standing
 */

import { fetchJson } from './feed.js';

const BATCH_SIZE = 50; // the batch route's maximum
const PAUSE_MS = 30_000; // after a failure

export class Standings {
  /** @type {Map<string, Standing|null>} null: requested, or unknown to the catalog */ #known = new Map();
  #pausedUntil = 0;
  #abort = new AbortController();

  /** @param {string} src */
  constructor(src) { this.src = src; }

  stop() { this.#abort.abort(); }

  /** @returns {Standing|null|undefined} */
  get(id) { return this.#known.get(id); }

  /** Ends the pause after a failure. */
  wake() { this.#pausedUntil = 0; }

  /** Fetches the ids that were not requested yet. @returns true if there are new standings */
  async fetch(ids) {
    const requested = ids.filter((id) => !this.#known.has(id)).slice(0, BATCH_SIZE);
    if (!requested.length || Date.now() < this.#pausedUntil) return false;
    for (const id of requested) this.#known.set(id, null);
    try {
      const { body } = await fetchJson(`${this.src}/v1/tiktok-music/batch?ids=${requested.join(',')}`, this.#abort.signal);
      this.#save(requested, body);
      return true;
    } catch {
      for (const id of requested) this.#known.delete(id);
      this.#pausedUntil = Date.now() + PAUSE_MS;
      return false;
    }
  }

  /** Stores the response; the id of a duplicate gets its canonical track. */
  #save(requested, { tracks, aliases = {} }) {
    for (const track of tracks) this.#known.set(track.id, track);
    for (const id of requested) if (aliases[id]) this.#known.set(id, this.#known.get(aliases[id]) ?? null);
  }
}

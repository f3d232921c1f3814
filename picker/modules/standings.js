/**
 * What the batch route adds to tracks: "new", movement, where a pick is honoured. The list is whole without it.
 *
 * @typedef {import('../tiktok-music-picker.js').Track} Track
 * @typedef {Track & {rank: number|null, previousRank: number|null, isNew: boolean,
 *   honoredBy: {publish: boolean, managed: boolean}}} Standing
 */

import { ask } from './feed.js';

const BATCH_SIZE = 50; // the most that the batch route takes
const REST_MS = 30_000; // after a failure

export class Standings {
  /** @type {Map<string, Standing|null>} null: asked for, or not known to the catalog */ #known = new Map();
  #restsUntil = 0;
  #abort = new AbortController();

  /** @param {string} src */
  constructor(src) { this.src = src; }

  stop() { this.#abort.abort(); }

  /** @returns {Standing|null|undefined} */
  get(id) { return this.#known.get(id); }

  /** Asks again at once what failed. */
  wake() { this.#restsUntil = 0; }

  /** Asks for those of the ids that were not asked for yet. @returns whether there is news */
  async ask(ids) {
    const asked = ids.filter((id) => !this.#known.has(id)).slice(0, BATCH_SIZE);
    if (!asked.length || Date.now() < this.#restsUntil) return false;
    for (const id of asked) this.#known.set(id, null);
    try {
      const { body } = await ask(`${this.src}/v1/tiktok-music/batch?ids=${asked.join(',')}`, this.#abort.signal);
      this.#take(asked, body);
      return true;
    } catch {
      for (const id of asked) this.#known.delete(id);
      this.#restsUntil = Date.now() + REST_MS;
      return false;
    }
  }

  /** The id of a merged double gets the track that stayed. */
  #take(asked, { tracks, aliases = {} }) {
    for (const track of tracks) this.#known.set(track.id, track);
    for (const id of asked) if (aliases[id]) this.#known.set(id, this.#known.get(aliases[id]) ?? null);
  }
}

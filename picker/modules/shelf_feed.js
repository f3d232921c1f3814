/**
 * The tracks of a shelf: the favorites, or those picked last. It has the interface of a search's feed.
 *
 * @typedef {import('../tiktok-music-picker.js').Track} Track
 */

import { search } from './matching.js';
import { BATCH, BATCH_SIZE } from './standings.js';

export class ShelfFeed {
  /** @type {Track[]} */ tracks = [];
  /** @type {number|undefined} once known */ total;
  isLoading = false;
  /** @type {import('./source.js').SourceError|null} */ failure = null;
  age = 0;
  hasFilters = true;
  query = { isLinkWithoutId: false };
  /** @type {Track[]} */ #fetched = [];
  #at = 0;
  #abort = new AbortController();

  /** @param {import('./source.js').Source} source @param {string} q @param {readonly string[]} ids in their order */
  constructor(source, q, ids) {
    this.source = source;
    this.q = q;
    this.ids = ids;
  }

  get isComplete() { return this.total !== undefined && this.#isFetched; }

  /** The same tracks from the start. */
  again() { return new ShelfFeed(this.source, this.q, this.ids); }

  stop() { this.#abort.abort(); }

  /** Fetches up to 50 more, of a search all; those that were taken down or are unknown are left out. */
  async next() {
    do await this.#fetch(); while (this.q && !this.#isFetched);
    this.tracks = search(this.q, this.#fetched);
    this.total = this.tracks.length + Math.max(this.ids.length - this.#at, 0);
    this.failure = null;
  }

  get #isFetched() { return this.#at >= this.ids.length; }

  async #fetch() {
    const ids = this.ids.slice(this.#at, this.#at + BATCH_SIZE);
    if (!ids.length) return;
    const { body } = await this.source.get(BATCH, [['ids', ids.join(',')]], this.#abort.signal);
    this.#fetched.push(...body.tracks.filter((track) => track && track.status !== 'retired'));
    this.#at += ids.length;
  }
}

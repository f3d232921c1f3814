/**
 * One search of the catalog, page by page.
 *
 * @typedef {import('../tiktok-music-picker.js').Track} Track
 */

import { EVERY_LIST, queryOf } from './query.js';
import { SourceError } from './source.js';

const PATH = '/v1/tiktok-music';
const PAGE_SIZE = 100; // the catalog's maximum

/** A row without an id cannot be picked: it is left out. */
const isTrack = (row) => typeof row?.id === 'string' && row.id !== '';

/** The pages that were fetched so far. */
export class Feed {
  /** @type {Track[]} */ tracks = [];
  /** @type {number|undefined} number of all matches, once known */ total;
  isLoading = false;
  /** @type {SourceError|null} */ failure = null;
  #age = 0;
  #fetchedAt = 0;
  #cursor = '';
  #cursors = new Set();
  #abort = new AbortController();

  /** @param {import('./source.js').Source} source @param {import('./query.js').Choice} choice */
  constructor(source, choice) {
    this.source = source;
    this.choice = choice;
    this.query = queryOf(choice);
  }

  get hasFilters() { return this.query.common.length + this.query.languages.length > 0; }

  get isComplete() { return this.#cursor === null; }

  /** Seconds since the catalog was refreshed, including the time since its response arrived. */
  get age() { return this.#age && this.#age + (Date.now() - this.#fetchedAt) / 1000; }

  /** The same search from its first page. */
  again() { return new Feed(this.source, this.choice); }

  stop() { this.#abort.abort(); }

  /** Fetches one more page. */
  async next() {
    const { common, languages, isLinkWithoutId } = this.query;
    const isFirst = this.total === undefined;
    const more = isFirst ? ['facets', 'true'] : ['cursor', this.#cursor];
    const page = isLinkWithoutId
      ? { body: { tracks: [] }, age: 0 }
      : await this.#page([...common, ...languages, ...EVERY_LIST, ['limit', PAGE_SIZE], more]);
    if (isFirst) await this.#takeFirst(page);
    this.tracks.push(...page.body.tracks.filter(isTrack));
    this.#cursor = this.#cursorAfter(page.body);
    this.total = this.isComplete ? this.tracks.length : page.body.total;
    this.failure = null;
  }

  /** The cursor of the next page; null at the end, which an empty page and a repeated cursor are too. */
  #cursorAfter({ tracks, nextCursor }) {
    const isEnd = !nextCursor || !tracks.length || this.#cursors.has(nextCursor);
    this.#cursors.add(nextCursor);
    return isEnd ? null : nextCursor;
  }

  async #takeFirst({ body, age }) {
    this.#age = age;
    this.#fetchedAt = Date.now();
    this.facets = body.facets;
    if (this.query.languages.length && this.facets) await this.#countOtherLanguages();
  }

  /** Counts per language without the language filter: facets count only matches of the chosen ones. */
  async #countOtherLanguages() {
    const { body } = await this.#page([...this.query.common, ['limit', 1], ['facets', 'true']]);
    this.facets = { ...this.facets, language: body.facets?.language };
  }

  async #page(parameters) {
    const page = await this.source.get(PATH, [...this.query.chart, ...parameters], this.#abort.signal);
    if (!Array.isArray(page.body?.tracks)) throw new SourceError('broken');
    return page;
  }
}

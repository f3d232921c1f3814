/** The user's favorites and the tracks picked last, as ids; kept by the page. */

import { TRACK_ID } from './music.js';

const MOST_FAVORITES = 200;
const MOST_RECENT = 20;

/** Ids without garbage and repetitions. */
const idsOf = (given, most) => Object.freeze([...new Set(given ?? [])].filter((id) => TRACK_ID.test(id)).slice(0, most));

export class Shelves {
  /** @type {readonly string[]} the newest first */ #favorites = idsOf([]);
  /** @type {readonly string[]} the newest first */ #recent = idsOf([]);

  /** @param {(name: 'favorites'|'recent'|null) => void} changed name: the user changed it; null: the page */
  constructor(changed) { this.changed = changed; }

  get favorites() { return this.#favorites; }

  set favorites(given) {
    this.#favorites = idsOf(given, MOST_FAVORITES);
    this.changed(null);
  }

  get recent() { return this.#recent; }

  set recent(given) {
    this.#recent = idsOf(given, MOST_RECENT);
    this.changed(null);
  }

  /** True for a favorite. */
  has(id) { return this.#favorites.includes(id); }

  toggleFavorite(id) {
    const others = this.#favorites.filter((each) => each !== id);
    this.#favorites = idsOf(this.has(id) ? others : [id, ...others], MOST_FAVORITES);
    this.changed('favorites');
  }

  /** Puts a track that was picked at the start of the recent ones. */
  use(id) {
    if (this.#recent[0] === id) return;
    this.#recent = idsOf([id, ...this.#recent], MOST_RECENT);
    this.changed('recent');
  }
}

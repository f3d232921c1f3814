/** Reads the feed as far as the list is looked at, and goes on by itself after what passes. */

import { Feed, FeedError } from './feed.js';

const FIRST_RETRY_SECONDS = 5; // then twice as long each time
const LONGEST_RETRY_SECONDS = 60;

export class Reader {
  /** @type {Feed|null} the newest one, whose first page may be under way */ feed = null;
  #timer;
  #retries = 0; // in a row, by itself

  /**
   * @param {{last: () => number, begun: () => void, changed: () => void, failed: (error: FeedError) => void}} told
   *   `last` is the index of the last row that is wanted; `begun` is told with the first page
   */
  constructor(told) { this.told = told; }

  stop() {
    clearTimeout(this.#timer);
    this.#retries = 0;
    this.feed?.stop();
  }

  /** Starts anew. @param {string} src @param {import('./filters.js').Choice} choice */
  open(src, choice) {
    this.stop();
    this.feed = new Feed(src, choice);
    this.told.changed();
    this.load();
  }

  /** Reads page after page until the last row that is wanted is there. */
  async load() {
    const feed = this.feed;
    if (feed.isLoading) return;
    feed.isLoading = true;
    try {
      while (!feed.isComplete && feed.tracks.length <= this.told.last()) {
        const isFirst = feed.total === undefined;
        await feed.next();
        if (feed !== this.feed) return;
        this.#retries = 0;
        if (isFirst) this.told.begun();
        this.told.changed();
      }
    } catch (error) {
      if (feed === this.feed && error.name !== 'AbortError') this.#fail(error);
    } finally {
      feed.isLoading = false;
    }
  }

  /** As the user wants it: shows that something is done. */
  retry() {
    this.feed.failure = null;
    this.told.changed();
    this.load();
  }

  /** By itself: what failed stays on show until it works. */
  tryAgain() {
    if (this.feed?.failure && !document.hidden) this.load();
  }

  #fail(error) {
    const feed = this.feed;
    if (!(error instanceof FeedError)) throw error;
    if (error.kind === 'gone' && feed.tracks.length) {
      this.open(feed.src, feed.choice); // refreshed so often that the cursor's version is no more
      return;
    }
    const isNews = feed.failure?.kind !== error.kind;
    feed.failure = error;
    clearTimeout(this.#timer);
    if (error.mayPass) this.#timer = setTimeout(() => this.tryAgain(), this.#patience(error) * 1000);
    if (isNews) this.told.failed(error);
    this.told.changed();
  }

  /** Seconds until it tries by itself. */
  #patience({ retrySeconds }) {
    return retrySeconds || Math.min(FIRST_RETRY_SECONDS * 2 ** this.#retries++, LONGEST_RETRY_SECONDS);
  }
}

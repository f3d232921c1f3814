/** Loads the feed as far as the list is scrolled, and retries transient errors. */

import { Feed, FeedError } from './feed.js';

const FIRST_RETRY_SECONDS = 5; // doubled with each retry
const LONGEST_RETRY_SECONDS = 60;

export class Reader {
  /** @type {Feed|null} the latest; its first page may still be loading */ feed = null;
  #timer;
  #retries = 0; // automatic ones in a row

  /**
   * @param {{last: () => number, begun: () => void, changed: () => void, failed: (error: FeedError) => void}} handlers
   *   `last` returns the index of the last row in view; `begun` is called after the first page
   */
  constructor(handlers) { this.handlers = handlers; }

  stop() {
    clearTimeout(this.#timer);
    this.#retries = 0;
    this.feed?.stop();
  }

  /** Starts a new search. @param {string} src @param {import('./filters.js').Choice} choice */
  open(src, choice) {
    this.stop();
    this.feed = new Feed(src, choice);
    this.handlers.changed();
    this.load();
  }

  /** Loads pages until the last row in view has its track. */
  async load() {
    const feed = this.feed;
    if (feed.isLoading) return;
    feed.isLoading = true;
    try {
      while (!feed.isComplete && feed.tracks.length <= this.handlers.last()) {
        const isFirst = feed.total === undefined;
        await feed.next();
        if (feed !== this.feed) return;
        this.#retries = 0;
        if (isFirst) this.handlers.begun();
        this.handlers.changed();
      }
    } catch (error) {
      if (feed === this.feed && error.name !== 'AbortError') this.#fail(error);
    } finally {
      feed.isLoading = false;
    }
  }

  /** Retries for the user: shows that it is loading. */
  retry() {
    this.feed.failure = null;
    this.handlers.changed();
    this.load();
  }

  /** Retries automatically: the error stays visible until it succeeds. */
  retryInBackground() {
    if (this.feed?.failure && !document.hidden) this.load();
  }

  #fail(error) {
    const feed = this.feed;
    if (!(error instanceof FeedError)) throw error;
    if (error.kind === 'gone' && feed.tracks.length) {
      this.open(feed.src, feed.choice); // the version of the cursor has expired
      return;
    }
    const isNew = feed.failure?.kind !== error.kind;
    feed.failure = error;
    clearTimeout(this.#timer);
    if (error.isTransient) this.#timer = setTimeout(() => this.retryInBackground(), this.#retrySeconds(error) * 1000);
    if (isNew) this.handlers.failed(error);
    this.handlers.changed();
  }

  /** Seconds until the next automatic retry. */
  #retrySeconds({ retrySeconds }) {
    return retrySeconds || Math.min(FIRST_RETRY_SECONDS * 2 ** this.#retries++, LONGEST_RETRY_SECONDS);
  }
}

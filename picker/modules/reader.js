/**
 * Loads the feed as far as the list is scrolled, and retries transient errors.
 *
 * @typedef {import('./feed.js').Feed | import('./shelf_feed.js').ShelfFeed} Feed
 */

import { SourceError } from './source.js';

const FIRST_RETRY_SECONDS = 5; // doubled with each retry
const LONGEST_RETRY_SECONDS = 60;
const REOPEN_PAUSE_MS = 60_000; // between two starts from the first page

export class Reader {
  /** @type {Feed|null} the latest; its first page may still be loading */ feed = null;
  /** When the next automatic retry starts, as `Date.now()` counts; 0: none is due. */ retryAt = 0;
  #timer;
  #retries = 0; // automatic ones in a row
  #reopenedAt = -Infinity;

  /**
   * @param {{last: () => number, begun: () => void, changed: () => void, failed: (error: SourceError) => void}} handlers
   *   `last` returns the index of the last row in view; `begun` is called after the first page
   */
  constructor(handlers) { this.handlers = handlers; }

  stop() {
    this.#forgetRetry();
    this.#retries = 0;
    this.feed?.stop();
  }

  /** Starts a new search. @param {Feed} feed */
  open(feed) {
    this.stop();
    this.feed = feed;
    this.handlers.changed();
    this.load();
  }

  /** Loads pages until the last row in view has its track. */
  async load() {
    const feed = this.feed;
    if (feed.isLoading) return;
    this.#forgetRetry();
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

  /** Retries automatically: the error stays visible until it succeeds. Never before a wait that was asked for is over. */
  retryInBackground() {
    const { failure } = this.feed ?? {};
    const isEarly = (failure?.kind === 'limited' || failure?.retrySeconds) && Date.now() < this.retryAt;
    if (failure && this.retryAt && !isEarly && !document.hidden) this.load();
  }

  /** Ends the wait for the user; nothing is retried any more. */
  cancelRetry() {
    this.#forgetRetry();
    this.handlers.changed();
  }

  #forgetRetry() {
    clearTimeout(this.#timer);
    this.retryAt = 0;
  }

  #fail(error) {
    const feed = this.feed;
    if (!(error instanceof SourceError)) throw error;
    if (error.kind === 'gone' && feed.tracks.length && Date.now() > this.#reopenedAt + REOPEN_PAUSE_MS) {
      this.#reopenedAt = Date.now();
      this.open(feed.again()); // the version of the cursor has expired
      return;
    }
    const isNew = feed.failure?.kind !== error.kind;
    feed.failure = error;
    if (error.isTransient) this.#retryLater(error);
    if (isNew) this.handlers.failed(error);
    this.handlers.changed();
  }

  #retryLater({ retrySeconds }) {
    const backoff = Math.min(FIRST_RETRY_SECONDS * 2 ** this.#retries, LONGEST_RETRY_SECONDS);
    const isFirst = this.#retries++ === 0;
    const seconds = retrySeconds ? Math.max(retrySeconds, isFirst ? 0 : backoff) : backoff;
    this.retryAt = Date.now() + seconds * 1000;
    this.#timer = setTimeout(() => { if (!document.hidden) this.load(); }, seconds * 1000);
  }
}

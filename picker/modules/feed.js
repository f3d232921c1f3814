/**
 * Fetches the catalog through the page's proxy: one search, page by page.
 *
 * @typedef {import('../tiktok-music-picker.js').Track} Track
 */

const PAGE_SIZE = 100; // the catalog's maximum
const TIMEOUT_MS = 15_000;
const KINDS = { 401: 'denied', 403: 'denied', 410: 'gone', 422: 'gone', 429: 'limited' };

/** `kind` is offline, unreachable, denied, limited, gone or broken; transient errors are retried. */
export class FeedError extends Error {
  constructor(kind, { reference = '', retrySeconds = 0, isTransient = false } = {}) {
    super(kind);
    Object.assign(this, { kind, reference, retrySeconds, isTransient });
  }
}

/** GETs JSON from the proxy; throws FeedError, or AbortError when `signal` aborts. */
export async function fetchJson(url, signal) {
  let response;
  try {
    const withTimeout = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
    response = await fetch(url, { signal: withTimeout, headers: { Accept: 'application/json' } });
    if (response.ok) return { body: await response.json(), age: Number(response.headers.get('Age')) || 0 };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof SyntaxError) throw new FeedError('broken');
    throw new FeedError(navigator.onLine ? 'unreachable' : 'offline', { isTransient: true });
  }
  throw new FeedError(KINDS[response.status] ?? 'broken', {
    reference: response.headers.get('X-Request-Id') ?? '',
    retrySeconds: Number(response.headers.get('Retry-After')) || 0,
    isTransient: response.status === 429 || response.status >= 500,
  });
}

/** The pages of one search that were fetched so far. */
export class Feed {
  /** @type {Track[]} */ tracks = [];
  /** @type {number|undefined} number of all matches, once known */ total;
  isLoading = false;
  /** @type {FeedError|null} */ failure = null;
  #age = 0;
  #fetchedAt = 0;
  #cursor = '';
  #abort = new AbortController();

  /** @param {string} src @param {import('./filters.js').Choice} choice */
  constructor(src, choice) {
    const { q, languages, commerceOnly } = choice;
    this.src = src;
    this.choice = choice;
    this.parameters = [['q', q], ['commerceOnly', commerceOnly ? 'true' : '']].filter(([, value]) => value);
    this.languages = [...languages].map((code) => ['language', code]);
  }

  get hasFilters() { return this.parameters.length + this.languages.length > 0; }

  get isComplete() { return this.#cursor === null; }

  /** Seconds since the catalog was refreshed, including the time since its response arrived. */
  get age() { return this.#age && this.#age + (Date.now() - this.#fetchedAt) / 1000; }

  stop() { this.#abort.abort(); }

  /** Fetches one more page. */
  async next() {
    const isFirst = this.total === undefined;
    const more = isFirst ? ['facets', 'true'] : ['cursor', this.#cursor];
    const page = await this.#page([...this.parameters, ...this.languages, ['limit', PAGE_SIZE], more]);
    if (isFirst) await this.#takeFirst(page);
    this.tracks.push(...page.body.tracks);
    this.#cursor = page.body.nextCursor ?? null;
    this.total = this.isComplete ? this.tracks.length : page.body.total;
    this.failure = null;
  }

  async #takeFirst({ body, age }) {
    this.#age = age;
    this.#fetchedAt = Date.now();
    this.facets = body.facets;
    if (this.languages.length && this.facets) await this.#countOtherLanguages();
  }

  /** Counts per language without the language filter: facets count only matches of the chosen ones. */
  async #countOtherLanguages() {
    const { body } = await this.#page([...this.parameters, ['limit', 1], ['facets', 'true']]);
    this.facets = { ...this.facets, language: body.facets?.language };
  }

  async #page(parameters) {
    const page = await fetchJson(`${this.src}/v1/tiktok-music?${new URLSearchParams(parameters)}`, this.#abort.signal);
    if (!Array.isArray(page.body?.tracks)) throw new FeedError('broken');
    return page;
  }
}

/**
 * The catalog as the page's proxy gives it: one search, read page after page.
 *
 * @typedef {import('../tiktok-music-picker.js').Track} Track
 */

const PAGE_SIZE = 100; // the most that the catalog gives at once
const TIMEOUT_MS = 15_000;
const KINDS = { 401: 'denied', 403: 'denied', 422: 'gone', 429: 'limited' };

/** `kind` is offline, unreachable, denied, limited, gone or broken; what `mayPass` is asked again. */
export class FeedError extends Error {
  constructor(kind, { reference = '', retrySeconds = 0, mayPass = false } = {}) {
    super(kind);
    Object.assign(this, { kind, reference, retrySeconds, mayPass });
  }
}

/** GETs JSON from the proxy; throws FeedError, or AbortError when `signal` says so. */
export async function ask(url, signal) {
  let answer;
  try {
    const patience = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
    answer = await fetch(url, { signal: patience, headers: { Accept: 'application/json' } });
    if (answer.ok) return { body: await answer.json(), age: Number(answer.headers.get('Age')) || 0 };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof SyntaxError) throw new FeedError('broken');
    throw new FeedError(navigator.onLine ? 'unreachable' : 'offline', { mayPass: true });
  }
  throw new FeedError(KINDS[answer.status] ?? 'broken', {
    reference: answer.headers.get('X-Request-Id') ?? '',
    retrySeconds: Number(answer.headers.get('Retry-After')) || 0,
    mayPass: answer.status === 429 || answer.status >= 500,
  });
}

/** The pages that were read so far, and how to read the next one. */
export class Feed {
  /** @type {Track[]} */ tracks = [];
  /** @type {number|undefined} of all matches, once known */ total;
  isLoading = false;
  /** @type {FeedError|null} */ failure = null;
  #age = 0;
  #readAt = 0;
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

  /** Seconds since the catalog was refreshed, of which the page may have been open for some. */
  get age() { return this.#age && this.#age + (Date.now() - this.#readAt) / 1000; }

  stop() { this.#abort.abort(); }

  /** Reads one more page. */
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
    this.#readAt = Date.now();
    this.facets = body.facets;
    if (this.languages.length && this.facets) await this.#countOtherLanguages();
  }

  /** Facets count matches; a chip also has to tell what it would add to those chosen already. */
  async #countOtherLanguages() {
    const { body } = await this.#page([...this.parameters, ['limit', 1], ['facets', 'true']]);
    this.facets = { ...this.facets, language: body.facets?.language };
  }

  async #page(parameters) {
    const page = await ask(`${this.src}/v1/tiktok-music?${new URLSearchParams(parameters)}`, this.#abort.signal);
    if (!Array.isArray(page.body?.tracks)) throw new FeedError('broken');
    return page;
  }
}

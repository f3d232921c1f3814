/**
 * GETs JSON from the page's proxy, in the way that the page chooses, or from the catalog with a browser token.
 *
 * @typedef {import('./tokens.js').Tokens} Tokens
 * @typedef {{src: string, credentials: string, headers: () => HeadersInit|undefined, fetch: typeof fetch, tokens: Tokens|null}} Access
 */

const TIMEOUT_MS = 15_000;
const SHORTEST_WAIT_SECONDS = 1;
const LONGEST_WAIT_SECONDS = 300;
const KINDS = { 401: 'denied', 403: 'denied', 410: 'gone', 422: 'gone', 429: 'limited' };
const TOKEN_KINDS = { 401: 'signedOut', 403: 'signedOut', 429: 'limited' };

/** `kind` is offline, unreachable, denied, signedOut, limited, gone or broken; transient errors are retried. */
export class SourceError extends Error {
  constructor(kind, { reference = '', retrySeconds = 0, isTransient = false } = {}) {
    super(kind);
    Object.assign(this, { kind, reference, retrySeconds, isTransient });
  }
}

/** Seconds that a `Retry-After` asks for, a number or a date, within limits; 0 without one. */
export function retrySecondsOf(text) {
  if (!text) return 0;
  const isDate = /^[a-z]{3}.*gmt$/i.test(text);
  const seconds = isDate ? (Date.parse(text) - Date.now()) / 1000 : /^\d+$/.test(text) ? Number(text) : NaN;
  if (Number.isNaN(seconds)) return 0;
  return Math.min(Math.max(Math.ceil(seconds), SHORTEST_WAIT_SECONDS), LONGEST_WAIT_SECONDS);
}

/** The error that a response means. */
export function failureOf(response, kinds = KINDS) {
  return new SourceError(kinds[response.status] ?? 'broken', {
    reference: response.headers.get('X-Request-Id') ?? '',
    retrySeconds: retrySecondsOf(response.headers.get('Retry-After')),
    isTransient: response.status === 429 || response.status >= 500,
  });
}

/** The error that a failed request means. */
function errorOf(error) {
  if (error instanceof SourceError) return error;
  if (error instanceof SyntaxError) return new SourceError('broken');
  return new SourceError(navigator.onLine ? 'unreachable' : 'offline', { isTransient: true });
}

/** Returns a function that gets a token from the page's server, in the way that the page chooses. */
export function tokenRequest({ src, credentials, headers, fetch: send }) {
  return async () => {
    const init = { cache: 'no-store', headers: headers(), ...(credentials && { credentials }) };
    const response = await send(src, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (!response.ok) throw failureOf(response, TOKEN_KINDS);
    return response.json();
  };
}

export class Source {
  /** @param {Access} access */
  constructor({ src, credentials, headers, fetch: send, tokens }) {
    this.address = src.replace(/\/+$/, '');
    // The browser may store a response, but asks whether it is still the current one: a 304 is free.
    this.init = { cache: 'no-cache', ...(credentials && !tokens && { credentials }) };
    // A token goes to the catalog, which knows neither the page's headers nor its cookies.
    this.headers = tokens ? () => undefined : headers;
    this.send = send;
    this.tokens = tokens;
  }

  /** Throws SourceError, or AbortError when `signal` aborts. @returns {Promise<{body: any, age: number}>} */
  async get(path, parameters, signal) {
    const url = `${this.address}${path}?${new URLSearchParams(parameters)}`;
    let response;
    try {
      response = await (this.tokens ? this.#requestWithToken(url, signal) : this.#request(url, signal));
      if (response.ok) return { body: await response.json(), age: Number(response.headers.get('Age')) || 0 };
    } catch (error) {
      signal.throwIfAborted();
      throw errorOf(error);
    }
    throw failureOf(response, this.tokens ? { ...KINDS, 401: 'signedOut' } : KINDS);
  }

  /** A refused token is renewed once: it may have expired on the way, or its key has a new secret. */
  async #requestWithToken(url, signal) {
    const token = await this.tokens.get();
    if (!token) throw new SourceError('signedOut');
    const response = await this.#request(url, signal, token);
    if (response.status !== 401) return response;
    const renewed = await this.tokens.get(token);
    return renewed && renewed !== token ? this.#request(url, signal, renewed) : response;
  }

  async #request(url, signal, token = '') {
    const withTimeout = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
    const headers = new Headers(this.headers());
    if (!headers.has('Accept')) headers.set('Accept', 'application/json');
    if (token) headers.set('Authorization', `Bearer ${token}`);
    return this.send(url, { ...this.init, headers, signal: withTimeout });
  }
}

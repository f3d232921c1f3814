/**
 * GETs JSON from the page's proxy, in the way that the page chooses.
 *
 * @typedef {{src: string, credentials: string, headers: () => HeadersInit|undefined, fetch: typeof fetch}} Access
 */

const TIMEOUT_MS = 15_000;
const SHORTEST_WAIT_SECONDS = 1;
const LONGEST_WAIT_SECONDS = 300;
const KINDS = { 401: 'denied', 403: 'denied', 410: 'gone', 422: 'gone', 429: 'limited' };

/** `kind` is offline, unreachable, denied, limited, gone or broken; transient errors are retried. */
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

export class Source {
  /** @param {Access} access */
  constructor({ src, credentials, headers, fetch: send }) {
    this.address = src.replace(/\/+$/, '');
    // The browser may store a response, but asks whether it is still the current one: a 304 is free.
    this.init = { cache: 'no-cache', ...(credentials && { credentials }) };
    this.headers = headers;
    this.send = send;
  }

  /** Throws SourceError, or AbortError when `signal` aborts. @returns {Promise<{body: any, age: number}>} */
  async get(path, parameters, signal) {
    const url = `${this.address}${path}?${new URLSearchParams(parameters)}`;
    let response;
    try {
      const withTimeout = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
      const headers = new Headers(this.headers());
      if (!headers.has('Accept')) headers.set('Accept', 'application/json');
      response = await this.send(url, { ...this.init, headers, signal: withTimeout });
      if (response.ok) return { body: await response.json(), age: Number(response.headers.get('Age')) || 0 };
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof SyntaxError) throw new SourceError('broken');
      throw new SourceError(navigator.onLine ? 'unreachable' : 'offline', { isTransient: true });
    }
    throw new SourceError(KINDS[response.status] ?? 'broken', {
      reference: response.headers.get('X-Request-Id') ?? '',
      retrySeconds: retrySecondsOf(response.headers.get('Retry-After')),
      isTransient: response.status === 429 || response.status >= 500,
    });
  }
}

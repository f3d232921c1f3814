/**
 * A client of the TikTok music catalog for browsers. It sends its requests to a proxy that adds the key, and uses
 * only the two paths that the picker's proxy allows.
 */

const LIST = '/v1/tiktok-music';
const BATCH_SIZE = 50; // the most ids that the batch route takes
const CACHED_RESPONSES = 50;

/** `code` is the API's, or UNREACHABLE, TIMEOUT or BAD_ANSWER. */
export class CatalogError extends Error {
  constructor(code, message, { status = 0, requestId = '', details = {}, retryAfterSeconds = null, cause } = {}) {
    super(`${code}: ${message}`, { cause });
    Object.assign(this, { name: 'CatalogError', code, status, requestId, details, retryAfterSeconds });
  }
}

export class Catalog {
  #src;
  #timeoutMs;
  /** path -> { etag, body }, least recently used first */ #cache = new Map();

  constructor(src, { timeoutMs = 15_000 } = {}) {
    this.#src = src.replace(/\/+$/, '');
    this.#timeoutMs = timeoutMs;
  }

  /** Returns the whole list; the same object again while it has not changed. */
  async list({ signal } = {}) {
    return this.#get(LIST, ['tracks'], signal);
  }

  /** Returns one page of matches. */
  async search(search = {}, { signal } = {}) {
    return this.#get(`${LIST}?${parametersOf(search)}`, ['tracks'], signal);
  }

  /** Yields all pages of a search, fetched lazily. */
  async *pages(search = {}, { signal } = {}) {
    let cursor = search.cursor;
    do {
      const page = await this.search({ ...search, cursor }, { signal });
      yield page;
      cursor = page.nextCursor;
    } while (cursor);
  }

  /** Returns one track, on or off the chart; null if the catalog does not know it. */
  async track(id, { signal } = {}) {
    return (await this.batch([id], { signal })).tracks[0] ?? null;
  }

  /** Returns any number of tracks, 50 with each request. */
  async batch(ids, { signal } = {}) {
    const unique = [...new Set(ids)];
    const parts = [];
    for (let start = 0; start < unique.length; start += BATCH_SIZE) {
      const group = new URLSearchParams({ ids: unique.slice(start, start + BATCH_SIZE).join(',') });
      parts.push(await this.#get(`${LIST}/batch?${group}`, ['tracks', 'unknown'], signal));
    }
    const tracks = new Map(parts.flatMap((part) => part.tracks).map((track) => [track.id, track]));
    return {
      tracks: [...tracks.values()],
      aliases: Object.assign({}, ...parts.map((part) => part.aliases)),
      unknown: parts.flatMap((part) => part.unknown),
    };
  }

  /** GETs JSON; the members named in `arrays` must be arrays. */
  async #get(path, arrays, signal) {
    const cached = this.#cache.get(path);
    const headers = { Accept: 'application/json', ...(cached && { 'If-None-Match': cached.etag }) };
    const timeout = AbortSignal.timeout(this.#timeoutMs);
    try {
      const response = await fetch(this.#src + path, {
        headers,
        signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      });
      if (response.status === 304 && cached) return this.#save(path, cached.etag, cached.body);
      if (!response.ok) throw await errorOf(response);
      const body = await response.json();
      if (!arrays.every((name) => Array.isArray(body?.[name]))) throw new SyntaxError('not a response of the catalog');
      return this.#save(path, response.headers.get('ETag'), deepFrozen(body));
    } catch (error) {
      signal?.throwIfAborted();
      throw asCatalogError(error, timeout);
    }
  }

  /** Moves the path to the end of the cache, and evicts the least recently used one. */
  #save(path, etag, body) {
    this.#cache.delete(path);
    if (etag) this.#cache.set(path, { etag, body });
    if (this.#cache.size > CACHED_RESPONSES) this.#cache.delete(this.#cache.keys().next().value);
    return body;
  }
}

/** Always sends a limit: without any parameter the API returns the whole list. */
function parametersOf({ languages = [], limit = 50, ...rest }) {
  const given = Object.entries({ ...rest, limit }).filter(([, value]) => value !== undefined && value !== null && value !== '');
  return new URLSearchParams([...given, ...[languages].flat().map((language) => ['language', language])]);
}

async function errorOf(response) {
  const body = await response.json().catch(() => null);
  const { code, message, requestId, details } = body?.error ?? {};
  return new CatalogError(code ?? 'BAD_ANSWER', message ?? `The response has the status ${response.status}.`, {
    status: response.status,
    requestId: requestId ?? response.headers.get('X-Request-Id') ?? '',
    details: details ?? {},
    retryAfterSeconds: Number.parseInt(response.headers.get('Retry-After'), 10) || null,
  });
}

function asCatalogError(error, timeout) {
  if (error instanceof CatalogError) return error;
  if (timeout.aborted) return new CatalogError('TIMEOUT', 'The catalog did not respond in time.', { cause: error });
  if (error instanceof SyntaxError) return new CatalogError('BAD_ANSWER', 'The response is not the catalog’s.', { cause: error });
  return new CatalogError('UNREACHABLE', 'The catalog cannot be reached.', { cause: error });
}

/** Frozen, because all callers share the cached response. */
function deepFrozen(value) {
  if (value === null || typeof value !== 'object') return value;
  Object.values(value).forEach(deepFrozen);
  return Object.freeze(value);
}

/**
 * A client of the TikTok music catalog for browsers. It sends its requests to a proxy that adds the key, and uses
 * only the paths that the picker's proxy allows.
 */

export const VERSION = '1.0.0';

const LIST = '/v1/tiktok-music';
const BATCH_SIZE = 50; // the most ids that the batch route takes
const CACHED_RESPONSES = 50;
const SEARCH_NAMES = [
  'q', 'languages', 'commerceOnly', 'publishable', 'include', 'minDuration', 'maxDuration', 'link', 'sort', 'limit', 'facets',
  'cursor', 'chart', 'country', 'genre', 'period', 'kind',
];
const OPTION_NAMES = ['signal', 'timeoutMs', 'onResponse'];
const CLIENT_OPTION_NAMES = ['timeoutMs', 'onResponse'];

/** `code` is the API's, or UNREACHABLE, TIMEOUT or BAD_ANSWER. */
export class CatalogError extends Error {
  constructor(code, message, { status = 0, requestId = '', details = {}, retryAfterSeconds = null, cause } = {}) {
    super(`${code}: ${message}`, { cause });
    Object.assign(this, { name: 'CatalogError', code, status, requestId, details, retryAfterSeconds });
  }
}

export class Catalog {
  #src;
  #options;
  /** path -> { etag, body }, least recently used first */ #cache = new Map();

  constructor(src, options = {}) {
    if (/[?#]/.test(src)) throw new TypeError('src must have no query and no fragment: paths are added to it');
    this.#src = src.replace(/\/+$/, '');
    this.#options = { timeoutMs: 15_000, ...known(options, CLIENT_OPTION_NAMES, 'option') };
  }

  /** Returns the whole list; the same object again while it has not changed. */
  async list(options = {}) {
    return this.#get(LIST, ['tracks'], options);
  }

  /** Returns one page of matches. */
  async search(search = {}, options = {}) {
    return this.#get(`${LIST}?${parametersOf(search)}`, ['tracks'], options);
  }

  /** Returns the published charts, the default one first. */
  async charts(options = {}) {
    return this.#get(`${LIST}/charts`, ['charts'], options);
  }

  /** Iterates over all pages of a search, from `search.cursor` on; they are fetched lazily. */
  pages(search = {}, options = {}) {
    known(search, SEARCH_NAMES, 'search parameter');
    known(options, OPTION_NAMES, 'option');
    return this.#pages(search, options);
  }

  /** Returns one track, on or off the chart; null if the catalog does not know it. */
  async track(id, options = {}) {
    return (await this.batch([id], options)).tracks[0] ?? null;
  }

  /** Returns any number of tracks, 50 with each request. */
  async batch(ids, options = {}) {
    if (typeof ids === 'string') throw new TypeError('ids must be several strings, not one');
    const unique = [...new Set(ids)];
    const parts = [];
    for (let start = 0; start < unique.length; start += BATCH_SIZE) {
      const group = new URLSearchParams({ ids: unique.slice(start, start + BATCH_SIZE).join(',') });
      parts.push(await this.#get(`${LIST}/batch?${group}`, ['tracks', 'unknown'], options));
    }
    const tracks = new Map(parts.flatMap((part) => part.tracks).map((track) => [track.id, track]));
    return {
      tracks: [...tracks.values()],
      aliases: Object.assign({}, ...parts.map((part) => part.aliases)),
      found: Object.assign({}, ...parts.map((part) => part.found)),
      unknown: parts.flatMap((part) => part.unknown),
    };
  }

  /** An empty page is the last one; a cursor that leads back to an earlier page is a BAD_ANSWER. */
  async *#pages(search, options) {
    const seen = new Set();
    let { cursor } = search;
    do {
      if (seen.has(cursor)) throw new CatalogError('BAD_ANSWER', 'The cursor of the next page is that of an earlier page.');
      seen.add(cursor);
      const page = await this.search({ ...search, cursor }, options);
      yield page;
      cursor = page.tracks.length ? page.nextCursor : null;
    } while (cursor);
  }

  /** GETs JSON; the members named in `arrays` must be arrays. */
  async #get(path, arrays, given) {
    const { signal, timeoutMs, onResponse } = { ...this.#options, ...known(given, OPTION_NAMES, 'option') };
    const cached = this.#cache.get(path);
    const headers = { Accept: 'application/json', ...(cached && { 'If-None-Match': cached.etag }) };
    const timeout = AbortSignal.timeout(timeoutMs);
    let response;
    try {
      response = await fetch(this.#src + path, {
        headers,
        signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      });
      onResponse?.({ path, status: response.status, headers: response.headers });
      if (response.status === 304 && cached) return this.#save(path, cached.etag, cached.body);
      if (!response.ok) throw await errorOf(response);
      const body = await response.json();
      if (!arrays.every((name) => Array.isArray(body?.[name]))) throw new SyntaxError('not a response of the catalog');
      return this.#save(path, response.headers.get('ETag'), deepFrozen(body));
    } catch (error) {
      signal?.throwIfAborted();
      throw asCatalogError(error, timeout, response);
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

/** Returns the object; throws a TypeError for an unknown name, which the API would ignore. */
function known(given, names, kind) {
  for (const name of Object.keys(given)) {
    if (names.includes(name)) continue;
    const plain = (text) => text.replaceAll(/[_-]/g, '').toLowerCase().replace(/s$/, '');
    const near = names.find((other) => plain(other) === plain(name));
    throw new TypeError(`unknown ${kind} '${name}'; ${near ? `did you mean '${near}'?` : `known are ${names.join(', ')}`}`);
  }
  return given;
}

/** Always sends a limit: without any parameter the API returns the whole list. */
function parametersOf(search) {
  const { languages, include, limit, ...rest } = known(search, SEARCH_NAMES, 'search parameter');
  const given = Object.entries({ ...rest, limit: limit ?? 50 }).filter(([, value]) => ![undefined, null, ''].includes(value));
  const several = (name, values) => [values ?? []].flat().map((value) => [name, value]);
  return new URLSearchParams([...given, ...several('language', languages), ...several('include', include)]);
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

/** `response` is undefined if none came. */
function asCatalogError(error, timeout, response) {
  if (error instanceof CatalogError) return error;
  const rest = { cause: error, status: response?.status, requestId: response?.headers.get('X-Request-Id') ?? '' };
  if (timeout.aborted) return new CatalogError('TIMEOUT', 'The catalog did not respond in time.', rest);
  if (error instanceof SyntaxError) return new CatalogError('BAD_ANSWER', 'The response is not the catalog’s.', rest);
  return new CatalogError('UNREACHABLE', 'The catalog cannot be reached.', rest);
}

/** Frozen, because all callers share the cached response. */
function deepFrozen(value) {
  if (value === null || typeof value !== 'object') return value;
  Object.values(value).forEach(deepFrozen);
  return Object.freeze(value);
}

/**
 * A client of the TikTok music catalog for browsers. It asks a proxy that adds the key; the two paths
 * that the picker's proxy lets through are all that it needs.
 */

const LIST = '/v1/tiktok-music';
const MOST_AT_ONCE = 50;
const ANSWERS_KEPT = 50;

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
  /** URL -> { etag, answer }, the one asked for last at the end */ #kept = new Map();

  constructor(src, { timeoutMs = 15_000 } = {}) {
    this.#src = src.replace(/\/+$/, '');
    this.#timeoutMs = timeoutMs;
  }

  /** The whole list; the very same object again while it has not changed. */
  async list({ signal } = {}) {
    return this.#get(LIST, ['tracks'], signal);
  }

  /** A page of matches. */
  async search(search = {}, { signal } = {}) {
    return this.#get(`${LIST}?${parametersOf(search)}`, ['tracks'], signal);
  }

  /** All pages of a search, each asked for when it is wanted. */
  async *pages(search = {}, { signal } = {}) {
    let cursor = search.cursor;
    do {
      const page = await this.search({ ...search, cursor }, { signal });
      yield page;
      cursor = page.nextCursor;
    } while (cursor);
  }

  /** One track, also when it has left the chart; null where the catalog never had it. */
  async track(id, { signal } = {}) {
    return (await this.batch([id], { signal })).tracks[0] ?? null;
  }

  /** Any number of tracks, 50 with each request. */
  async batch(ids, { signal } = {}) {
    const asked = [...new Set(ids)];
    const parts = [];
    for (let start = 0; start < asked.length; start += MOST_AT_ONCE) {
      const group = new URLSearchParams({ ids: asked.slice(start, start + MOST_AT_ONCE).join(',') });
      parts.push(await this.#get(`${LIST}/batch?${group}`, ['tracks', 'unknown'], signal));
    }
    const tracks = new Map(parts.flatMap((part) => part.tracks).map((track) => [track.id, track]));
    return {
      tracks: [...tracks.values()],
      aliases: Object.assign({}, ...parts.map((part) => part.aliases)),
      unknown: parts.flatMap((part) => part.unknown),
    };
  }

  async #get(path, arrays, signal) {
    const kept = this.#kept.get(path);
    const headers = { Accept: 'application/json', ...(kept && { 'If-None-Match': kept.etag }) };
    const patience = AbortSignal.timeout(this.#timeoutMs);
    try {
      const response = await fetch(this.#src + path, {
        headers,
        signal: signal ? AbortSignal.any([signal, patience]) : patience,
      });
      if (response.status === 304 && kept) return this.#keep(path, kept.etag, kept.answer);
      if (!response.ok) throw await refusal(response);
      const answer = await response.json();
      if (!arrays.every((name) => Array.isArray(answer?.[name]))) throw new SyntaxError('not an answer of the catalog');
      return this.#keep(path, response.headers.get('ETag'), frozen(answer));
    } catch (error) {
      signal?.throwIfAborted();
      throw asOurs(error, patience);
    }
  }

  #keep(path, etag, answer) {
    this.#kept.delete(path);
    if (etag) this.#kept.set(path, { etag, answer });
    if (this.#kept.size > ANSWERS_KEPT) this.#kept.delete(this.#kept.keys().next().value);
    return answer;
  }
}

/** A search always tells its limit: without any parameter the API answers the whole list. */
function parametersOf({ languages = [], limit = 50, ...rest }) {
  const given = Object.entries({ ...rest, limit }).filter(([, value]) => value !== undefined && value !== null && value !== '');
  return new URLSearchParams([...given, ...[languages].flat().map((language) => ['language', language])]);
}

async function refusal(response) {
  const body = await response.json().catch(() => null);
  const { code, message, requestId, details } = body?.error ?? {};
  return new CatalogError(code ?? 'BAD_ANSWER', message ?? `The answer has the status ${response.status}.`, {
    status: response.status,
    requestId: requestId ?? response.headers.get('X-Request-Id') ?? '',
    details: details ?? {},
    retryAfterSeconds: Number.parseInt(response.headers.get('Retry-After'), 10) || null,
  });
}

function asOurs(error, patience) {
  if (error instanceof CatalogError) return error;
  if (patience.aborted) return new CatalogError('TIMEOUT', 'The catalog takes too long.', { cause: error });
  if (error instanceof SyntaxError) return new CatalogError('BAD_ANSWER', 'The answer is not the catalog’s.', { cause: error });
  return new CatalogError('UNREACHABLE', 'The catalog does not answer.', { cause: error });
}

/** Answers are shared by all who ask: nobody may change them. */
function frozen(value) {
  if (value === null || typeof value !== 'object') return value;
  Object.values(value).forEach(frozen);
  return Object.freeze(value);
}

/**
 * Browser tokens: fetched on first need, renewed before they expire, one renewal at a time, in memory only.
 *
 * @typedef {{token: string, expiresAt: string}} Token
 */

const RENEW_BEFORE_MS = 60_000; // of a token that lives for less than four minutes, a quarter of its life
const TIMEOUT_MS = 15_000;

export class Tokens {
  /** @type {Token|null} */ #current = null;
  #renewAt = 0; // by the page's clock
  /** @type {Promise<string>|null} */ #renewal = null;

  /** @param {() => Promise<Token|null>} request gets a new token; null: the user is not signed in */
  constructor(request) { this.request = request; }

  /** Returns a token, another one than `refused`; an empty text if the user is not signed in. */
  async get(refused = '') {
    const token = this.#current?.token ?? '';
    if (token && token !== refused && Date.now() <= this.#renewAt) return token;
    this.#renewal ??= this.#renew().finally(() => { this.#renewal = null; });
    return this.#renewal;
  }

  /** The page's own function may never answer: that is a failed request, which is retried. */
  async #renew() {
    let timer;
    const late = new Promise((_, reject) => { timer = setTimeout(reject, TIMEOUT_MS, new Error('no token in time')); });
    try {
      this.#current = await Promise.race([this.request(), late]);
    } finally {
      clearTimeout(timer);
    }
    const now = Date.now(), life = Date.parse(this.#current?.expiresAt) - now;
    // Expired as it arrives: the page's clock is fast. The catalog's 401 says when to renew.
    this.#renewAt = life > 0 ? now + life - Math.min(RENEW_BEFORE_MS, life / 4) : Infinity;
    return this.#current?.token ?? '';
  }
}

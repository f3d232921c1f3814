/**
 * Browser tokens: fetched on first need, renewed before they expire, one renewal at a time, in memory only.
 *
 * @typedef {{token: string, expiresAt: string}} Token
 */

const RENEW_BEFORE_MS = 60_000;
const TIMEOUT_MS = 15_000;

export class Tokens {
  /** @type {Token|null} */ #current = null;
  /** @type {Promise<string>|null} */ #renewal = null;

  /** @param {() => Promise<Token|null>} request gets a new token; null: the user is not signed in */
  constructor(request) { this.request = request; }

  /** Returns a token, another one than `refused`; an empty text if the user is not signed in. */
  async get(refused = '') {
    const { token = '', expiresAt } = this.#current ?? {};
    if (token !== refused && Date.parse(expiresAt) - Date.now() >= RENEW_BEFORE_MS) return token;
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
    return this.#current?.token ?? '';
  }
}

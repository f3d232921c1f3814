/**
 * Browser tokens: fetched on first need, renewed before they expire, one renewal at a time, in memory only.
 *
 * @typedef {{token: string, expiresAt: string}} Token
 */

const RENEW_BEFORE_MS = 60_000;

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

  async #renew() {
    this.#current = await this.request();
    return this.#current?.token ?? '';
  }
}

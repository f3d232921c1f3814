/** The element: its interface for the page. What is inside it is the panel's. */

import { reflectAttributes } from './attributes.js';
import { FormControl } from './form_control.js';
import { Panel } from './panel.js';
import { Source, tokenRequest } from './source.js';
import { Speech, textsOf, withTexts } from './strings.js';
import { adoptStyles } from './styles.js';
import { Tokens } from './tokens.js';

const TEXT_ATTRIBUTES = ['src', 'tokenSrc', 'locale', 'theme', 'name', 'credentials'];
const FLAGS = ['required', 'disabled', 'compact', 'charts'];
const PROPERTIES = ['value', 'strings', 'headers', 'fetch', 'getToken', 'favorites', 'recent', ...TEXT_ATTRIBUTES, ...FLAGS];

/**
 * Lists, plays and picks tracks of the music catalog.
 *
 * @tagname tiktok-music-picker
 * @attr {string} theme - `light` or `dark`; default: the system's
 * @attr {string} name - in a form: the name of the field
 * @attr {boolean} disabled - nothing can be picked or played
 * @attr {boolean} compact - a button, or a card of the pick, opens the panel in a dialog
 * @attr {boolean} charts - offers the charts of the catalog, where it has several
 * @fires track-selected - a track or a mode is picked, or the pick is cleared
 * @fires preview-started - a preview begins to sound
 * @fires preview-ended - a preview ends, is stopped or fails
 * @fires list-loaded - the first page of a search is shown
 * @fires list-failed - the list cannot be loaded
 * @fires favorites-changed - the user adds or removes a favorite
 * @fires recent-changed - the user picks a track
 * @cssprop --tmp-accent
 * @cssprop --tmp-control-line
 * @cssprop --tmp-font
 * @cssprop --tmp-font-size
 * @cssprop --tmp-height
 * @cssprop --tmp-line
 * @cssprop --tmp-muted
 * @cssprop --tmp-on-accent
 * @cssprop --tmp-radius
 * @cssprop --tmp-raised
 * @cssprop --tmp-row-height
 * @cssprop --tmp-surface
 * @cssprop --tmp-text
 * @cssprop --tmp-up
 * @cssprop --tmp-warning
 * @csspart search
 * @csspart chart
 * @csspart chips
 * @csspart chip
 * @csspart chip-on
 * @csspart auto
 * @csspart none
 * @csspart count
 * @csspart order
 * @csspart banner
 * @csspart panel
 * @csspart button
 * @csspart list
 * @csspart row
 * @csspart row-selected
 * @csspart row-playing
 * @csspart mark
 * @csspart cover
 * @csspart title
 * @csspart author
 * @csspart facts
 * @csspart favorite
 * @csspart use
 * @csspart player
 * @csspart seek
 * @csspart note
 * @csspart open
 * @csspart card
 * @csspart dialog
 */
export class TiktokMusicPicker extends FormControl {
  static observedAttributes = ['src', 'token-src', 'credentials', 'lang', 'locale', 'dir', 'strings', 'value', 'required', 'compact', 'charts'];

  #root = this.attachShadow({ mode: 'open' });
  #panel = new Panel(this, this.#root);
  #ownStrings = {};
  /** @type {HeadersInit|undefined} */ #headers;
  /** @type {typeof fetch|undefined} */ #fetch;
  /** @type {(() => Promise<import('./tokens.js').Token|null>)|undefined} */ #getToken;
  /** @type {Tokens|null} */ #tokens = null;
  #starts = 0;
  /** @type {AbortController} aborted when the element leaves the page */ #connection;

  constructor() {
    super();
    adoptStyles(this.#root);
    this.addEventListener('keydown', (event) => this.#panel.escape(event));
    // `input` and `change` of the picker mean a pick; those of its fields stay inside.
    for (const name of ['input', 'change']) this.#root.addEventListener(name, (event) => event.stopPropagation());
  }

  // ---- the interface for the page, with that of a form control

  /** Texts that replace those of the language; the attribute takes them as JSON. */
  get strings() { return this.#ownStrings; }

  set strings(strings) {
    if (typeof (strings ?? {}) !== 'object') throw new TypeError('strings must be an object');
    const isSame = JSON.stringify(strings ?? {}) === JSON.stringify(this.#ownStrings);
    this.#ownStrings = strings ?? {};
    if (!isSame) this.#restart();
  }

  /** Headers of the picker's requests, used from the next one on. @type {HeadersInit|undefined} */
  get headers() { return this.#headers; }

  set headers(headers) { this.#headers = headers ?? undefined; }

  /** Sends the picker's requests in place of the browser's `fetch`. @type {typeof fetch|undefined} */
  get fetch() { return this.#fetch; }

  set fetch(fetch) { this.#fetch = functionOf('fetch', fetch); }

  /** Gets a browser token, in place of `token-src`. @type {(() => Promise<{token: string, expiresAt: string}|null>)|undefined} */
  get getToken() { return this.#getToken; }

  set getToken(given) {
    const getToken = functionOf('getToken', given);
    if (this.#getToken === getToken) return;
    this.#getToken = getToken;
    this.#tokensChanged();
  }

  /** Ids of the user's favorites, the newest first. @type {readonly string[]} */
  get favorites() { return this.#panel.shelves.favorites; }

  set favorites(ids) { this.#panel.shelves.favorites = ids; }

  /** Ids of the tracks that the user picked last, the newest first. @type {readonly string[]} */
  get recent() { return this.#panel.shelves.recent; }

  set recent(ids) { this.#panel.shelves.recent = ids; }

  /** Loads the list again. */
  reload() { this.#panel.open(new Source({ ...this.#access, src: this.src, tokens: this.#tokens })); }

  /** Stops the preview. */
  stop() { this.#panel.previews.stop(); }

  /** Removes the pick, as its button does. */
  clear() { this.#panel.picks.pick(null); }

  connectedCallback() {
    for (const name of PROPERTIES) this.#upgradeProperty(name);
    this.#connection = new AbortController();
    const options = { signal: this.#connection.signal };
    for (const name of ['online', 'offline']) window.addEventListener(name, () => this.#panel.listing.connectionChanged(), options);
    document.addEventListener('visibilitychange', () => this.#panel.listing.visibilityChanged(), options);
    this.#start();
  }

  disconnectedCallback() {
    this.#connection.abort();
    this.#panel.stop();
  }

  attributeChangedCallback(name, before, now) {
    if (before === now) return;
    if (name === 'value') this.useDefault();
    else if (name === 'required') this.showValidity();
    else if (name === 'charts') this.#panel.listing.loadCharts(true);
    else if (name === 'dir') this.#panel.showDirection();
    else if (name === 'strings') this.#takeStrings(now);
    else if (name === 'token-src') this.#tokensChanged();
    else if (name === 'src' || name === 'credentials') this.#sourceChanged();
    else this.#restart();
  }

  // ---- what a form control needs

  /** @ignore */ get focusTarget() { return this.#panel.focusTarget; }

  /** @ignore */ get requiredText() { return this.#panel.frame?.speech.say('required') ?? 'required'; }

  /** @ignore */ valueChanged() { this.#panel.picks.valueChanged(); }

  /** @ignore */ disabledChanged() { this.#panel.disable(); }

  // ---- inside

  #takeStrings(json) {
    try {
      this.strings = JSON.parse(json || '{}');
    } catch (error) {
      console.error(`<${this.localName}> ignores its attribute "strings": ${error.message}`);
    }
  }

  /** A property that was set before the element was defined hides the setter: sets it again. */
  #upgradeProperty(name) {
    if (!Object.hasOwn(this, name)) return;
    const value = this[name];
    delete this[name];
    this[name] = value;
  }

  /** How the page wants its requests to be sent. */
  get #access() {
    return { credentials: this.credentials, headers: () => this.#headers, fetch: (...request) => (this.#fetch ?? fetch)(...request) };
  }

  #tokensChanged() {
    const { tokenSrc } = this;
    const ownRequest = () => tokenRequest({ ...this.#access, src: tokenSrc })();
    this.#tokens = this.#getToken || tokenSrc ? new Tokens(this.#getToken ?? ownRequest) : null;
    this.#sourceChanged();
  }

  #sourceChanged() {
    this.#panel.picks.forget();
    if (this.#panel.frame) this.reload();
  }

  #restart() {
    if (this.#connection && !this.#connection.signal.aborted) this.#start();
  }

  /** Builds the panel, in the place of the one of another language if there is one. */
  async #start() {
    const start = ++this.#starts;
    const { signal } = this.#connection;
    const tag = this.#languageTag;
    const { language, texts } = await textsOf(tag);
    if (signal.aborted || start !== this.#starts) return;
    const hasOwn = Object.keys(this.#ownStrings).length > 0;
    const isFirst = !this.#panel.frame;
    this.#panel.build(new Speech(tag, withTexts(texts, this.#ownStrings)), hasOwn ? tag : language);
    if (isFirst) this.reload();
    this.showLabel();
    this.showValidity();
  }

  get #languageTag() {
    const page = this.closest('[lang]') ?? document.documentElement;
    return this.getAttribute('locale') || page.lang || navigator.language;
  }
}

reflectAttributes(TiktokMusicPicker.prototype, TEXT_ATTRIBUTES, FLAGS);

/** Returns a property that takes a function, undefined without one. */
function functionOf(name, given) {
  if (given && typeof given !== 'function') throw new TypeError(`${name} must be a function`);
  return given ?? undefined;
}

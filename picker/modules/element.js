/**
 * The element: connects the parts and is their only interface to the page.
 *
 * @typedef {import('../tiktok-music-picker.js').Track} Track
 */

import { el } from './dom.js';
import { FormControl } from './form_control.js';
import { Frame, isPickOf } from './frame.js';
import { failureText } from './notices.js';
import { Player } from './player.js';
import { Reader } from './reader.js';
import { Source, tokenRequest } from './source.js';
import { Standings } from './standings.js';
import { directionOf, Speech, textsOf, withTexts } from './strings.js';
import { adoptStyles } from './styles.js';
import { Tokens } from './tokens.js';

const SEEK_SECONDS = 5;
const STANDINGS_DELAY_MS = 150;
const TEXT_ATTRIBUTES = ['src', 'tokenSrc', 'locale', 'theme', 'name', 'credentials'];
const FLAGS = ['required', 'disabled'];
const PROPERTIES = ['value', 'strings', 'headers', 'fetch', 'getToken', ...TEXT_ATTRIBUTES, ...FLAGS];

/**
 * Lists, plays and picks tracks of the music catalog.
 *
 * @tagname tiktok-music-picker
 * @attr {string} theme - `light` or `dark`; default: the system's
 * @attr {string} name - in a form: the name of the field
 * @attr {boolean} disabled - nothing can be picked or played
 * @fires track-selected - a track or a mode is picked, or the pick is cleared
 * @fires preview-started - a preview begins to sound
 * @fires preview-ended - a preview ends, is stopped or fails
 * @fires list-loaded - the first page of a search is shown
 * @fires list-failed - the list cannot be loaded
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
 * @csspart chips
 * @csspart chip
 * @csspart chip-on
 * @csspart auto
 * @csspart none
 * @csspart count
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
 * @csspart use
 * @csspart player
 * @csspart seek
 * @csspart note
 */
export class TiktokMusicPicker extends FormControl {
  static observedAttributes = ['src', 'token-src', 'credentials', 'lang', 'locale', 'dir', 'strings', 'value', 'required'];

  #root = this.attachShadow({ mode: 'open' });
  #ownStrings = {};
  /** @type {HeadersInit|undefined} */ #headers;
  /** @type {typeof fetch|undefined} */ #fetch;
  /** @type {(() => Promise<import('./tokens.js').Token|null>)|undefined} */ #getToken;
  /** @type {Tokens|null} */ #tokens = null;
  #starts = 0;
  /** @type {AbortController} aborted when the element leaves the page */ #connection;
  /** @type {Frame|null} rebuilt for another language; null while the element is not in the page */ #frame = null;
  /** @type {import('./filters.js').Choice} */ #choice = { q: '', languages: new Set(), commerceOnly: false, publishableOnly: false };
  /** @type {Source} */ #source;
  /** @type {Standings|null} */ #standings = null;
  #standingsTimer;
  /** @type {Set<string>} ids whose preview failed */ #failed = new Set();
  /** @type {Track|null} */ #picked = null;
  #audio = el('audio', { preload: 'none' });
  #player = new Player(this.#audio, {
    changed: () => this.#playerChanged(),
    started: (track) => this.dispatchEvent(new CustomEvent('preview-started', { detail: { track } })),
    ended: (track, reason) => this.#previewEnded(track, reason),
  });
  #reader = new Reader({
    last: () => this.#frame?.list.last ?? -1,
    begun: () => this.#begun(),
    changed: () => this.#show(),
    failed: (error) => this.#failedToLoad(error),
  });

  constructor() {
    super();
    adoptStyles(this.#root);
    this.addEventListener('keydown', (event) => this.#escape(event));
    // `input` and `change` of the picker mean a pick; those of its search field stay inside.
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

  set fetch(fetch) {
    if (fetch && typeof fetch !== 'function') throw new TypeError('fetch must be a function');
    this.#fetch = fetch ?? undefined;
  }

  /** Gets a browser token, in place of `token-src`. @type {(() => Promise<{token: string, expiresAt: string}|null>)|undefined} */
  get getToken() { return this.#getToken; }

  set getToken(getToken) {
    if (getToken && typeof getToken !== 'function') throw new TypeError('getToken must be a function');
    if (this.#getToken === (getToken ?? undefined)) return;
    this.#getToken = getToken ?? undefined;
    this.#tokensChanged();
  }

  /** Loads the list again. */
  reload() {
    this.#standings?.stop();
    this.#source = new Source({ ...this.#access, src: this.src, tokens: this.#tokens });
    this.#standings = new Standings(this.#source);
    if (this.#frame) this.#search();
  }

  /** Stops the preview. */
  stop() { this.#player.stop(); }

  /** Removes the pick, as its button does. */
  clear() { this.#pick(null); }

  connectedCallback() {
    for (const name of PROPERTIES) this.#upgradeProperty(name);
    this.#connection = new AbortController();
    const options = { signal: this.#connection.signal };
    for (const name of ['online', 'offline']) window.addEventListener(name, () => this.#connectionChanged(), options);
    document.addEventListener('visibilitychange', () => this.#visibilityChanged(), options);
    this.#start();
  }

  disconnectedCallback() {
    this.#connection.abort();
    this.#reader.stop();
    this.#standings?.stop();
    this.#player.stop();
    clearTimeout(this.#standingsTimer);
    this.#frame?.stop();
    this.#frame = null;
  }

  attributeChangedCallback(name, before, now) {
    if (before === now) return;
    if (name === 'value') this.useDefault();
    else if (name === 'required') this.showValidity();
    else if (name === 'dir') this.#showDirection();
    else if (name === 'strings') this.#takeStrings(now);
    else if (name === 'token-src') this.#tokensChanged();
    else if (name === 'src' || name === 'credentials') this.#sourceChanged();
    else this.#restart();
  }

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
    this.#picked = null;
    if (this.#frame) this.reload();
  }

  // ---- what a form control needs

  /** @ignore */
  get focusTarget() { return this.#frame?.search.input; }

  /** @ignore */
  get requiredText() { return this.#frame?.speech.say('required') ?? 'required'; }

  /** @ignore */
  valueChanged() {
    this.#picked = null;
    if (this.#frame) this.#showPick();
  }

  /** @ignore */
  disabledChanged() {
    if (this.isDisabled) this.#player.stop();
    this.#frame?.disable(this.isDisabled);
  }

  // ---- the frame

  #restart() {
    if (this.#connection && !this.#connection.signal.aborted) this.#start();
  }

  /** Builds the frame, in the place of the one of another language if there is one. */
  async #start() {
    const start = ++this.#starts;
    const { signal } = this.#connection;
    const tag = this.#languageTag;
    const { language, texts } = await textsOf(tag);
    if (signal.aborted || start !== this.#starts) return;
    const hasOwn = Object.keys(this.#ownStrings).length > 0;
    const place = this.#frame?.place;
    this.#build(new Speech(tag, withTexts(texts, this.#ownStrings)), hasOwn ? tag : language);
    if (place) this.#resume(place);
    else this.reload();
    this.#showPick();
    this.#showPlayer();
    this.showLabel();
    this.showValidity();
  }

  get #languageTag() {
    const page = this.closest('[lang]') ?? document.documentElement;
    return this.getAttribute('locale') || page.lang || navigator.language;
  }

  #build(speech, language) {
    const text = this.#frame?.search.text ?? this.#choice.q;
    this.#frame?.stop();
    this.#frame = new Frame(speech, { choice: this.#choice, player: this.#player }, this.#handlers);
    this.#frame.search.text = text;
    this.#frame.element.lang = language;
    this.#frame.disable(this.isDisabled);
    this.#showDirection();
    this.#root.replaceChildren(this.#frame.element, this.#audio);
  }

  /** Shows the list that is there, where the user was. */
  #resume(place) {
    if (place.text !== this.#choice.q) this.#search(); // the user is typing
    if (this.#reader.feed.total !== undefined) this.#frame.begin(this.#reader.feed);
    this.#show();
    this.#frame.place = place;
  }

  /** Sets the direction of `locale`, unless the element has a `dir` of its own. */
  #showDirection() {
    if (!this.#frame) return;
    const { element } = this.#frame;
    const isOwn = this.hasAttribute('locale') && !this.hasAttribute('dir');
    if (isOwn) element.dir = directionOf(element.lang);
    else element.removeAttribute('dir');
  }

  get #handlers() {
    return {
      searched: () => this.#search(),
      cleared: () => this.#clearFilters(),
      retried: () => this.#retry(),
      cancelled: () => this.#reader.cancelRetry(),
      reloaded: () => this.reload(),
      filled: (row) => this.#rowFilled(row),
      viewed: () => this.#viewed(),
      entered: (track) => this.#announce(track.title ?? ''),
      picked: (track) => this.#pick({ mode: 'manual', trackId: track.id }, track),
      chosen: (mode) => this.#pick(mode && { mode }),
      played: (track) => this.#play(track),
      seeked: (steps) => this.#player.seek(this.#player.position + steps * SEEK_SECONDS),
      stopped: () => this.#stopPlayer(),
      resized: () => this.#stopUnseen(),
    };
  }

  #announce(text) { this.#frame?.announce(text); }

  // ---- the list

  #show() { this.#frame?.show(this.#reader.feed, this.#reader.retryAt); }

  /** Starts a new search; the old results stay visible until its first page arrives. */
  #search() {
    this.#frame.search.stop();
    this.#choice.q = this.#frame.search.text;
    this.#reader.open(this.#source, this.#choice);
  }

  #begun() {
    const { feed } = this.#reader;
    this.#frame?.begin(feed);
    const { q, languages, commerceOnly } = this.#choice;
    const detail = { q, languages: [...languages], commerceOnly, total: feed.total };
    this.dispatchEvent(new CustomEvent('list-loaded', { detail }));
  }

  #failedToLoad(error) {
    this.#announce(this.#frame?.speech.say(failureText(error)));
    const detail = { kind: failureText(error), reference: error.reference };
    this.dispatchEvent(new CustomEvent('list-failed', { detail }));
  }

  #clearFilters() {
    this.#choice.languages.clear();
    this.#choice.commerceOnly = false;
    this.#choice.publishableOnly = false;
    this.#frame.search.clear();
  }

  #retry() {
    if (this.#reader.feed.total === undefined) this.#search();
    else this.#reader.retry();
  }

  #connectionChanged() {
    if (!this.#frame) return;
    if (navigator.onLine) {
      this.#standings.wake();
      this.#frame.list.showCovers();
      this.#reader.retryInBackground();
    }
    this.#show();
  }

  /** Retries after a failure and updates the age of the list, when the page becomes visible again. */
  #visibilityChanged() {
    if (document.hidden || !this.#frame) return;
    this.#reader.retryInBackground();
    this.#show();
  }

  #viewed() {
    const { total, tracks, failure } = this.#reader.feed;
    clearTimeout(this.#standingsTimer);
    this.#standingsTimer = setTimeout(() => this.#fetchStandings(), STANDINGS_DELAY_MS);
    if (total !== undefined && this.#frame.list.last >= tracks.length && !failure) this.#reader.load();
  }

  async #fetchStandings() {
    const picked = this.value?.trackId ? [this.value.trackId] : [];
    const ids = this.#frame.list.rows.map((row) => row.track.id);
    if (!await this.#standings.fetch([...picked, ...ids]) || !this.#frame) return;
    for (const row of this.#frame.list.rows) this.#showStanding(row);
    this.#showPick();
  }

  #rowFilled(row) {
    this.#showStanding(row);
    row.showPicked(isPickOf(this.#pickState, row.track));
    row.showPlaying(this.#player);
  }

  #showStanding(row) {
    const standing = this.#standings.get(row.track.id);
    row.showRank(standing, this.#reader.feed.hasFilters ? null : row.index + 1);
    row.showMeta(standing, this.#failed.has(row.track.id));
  }

  // ---- playing

  /** @param {Track} track */
  #play(track) {
    if (!track.previewUrl) return;
    const isNew = !this.#player.has(track);
    this.#showFailure(track, false);
    this.#player.toggle(track);
    if (isNew) this.#announce(this.#frame.speech.sayOf('playing', track));
  }

  #previewEnded(track, reason) {
    this.dispatchEvent(new CustomEvent('preview-ended', { detail: { track, reason } }));
    if (reason !== 'failed') return;
    this.#showFailure(track, true);
    this.#announce(this.#frame?.speech.say('previewFailed'));
  }

  #showFailure(track, hasFailed) {
    if (hasFailed) this.#failed.add(track.id);
    else this.#failed.delete(track.id);
    const row = this.#frame?.list.rows.find(({ track: { id } }) => id === track.id);
    if (row) this.#showStanding(row);
  }

  #stopPlayer() {
    const hadFocus = this.#frame.bar.element.querySelector(':focus');
    this.#player.stop();
    if (hadFocus) this.#frame.list.activate();
  }

  #playerChanged() {
    this.#showPlayer();
    this.#stopUnseen();
  }

  /** Stops a preview that can no longer be seen, as in a dialog that was closed. */
  #stopUnseen() {
    if (this.#player.track && this.isConnected && !this.checkVisibility({ visibilityProperty: true })) this.#player.stop();
  }

  #showPlayer() { this.#frame?.showPlayer(this.#player); }

  #escape(event) {
    if (event.key !== 'Escape' || event.isComposing || !this.#frame) return;
    if (this.#player.track) this.#stopPlayer();
    else if (this.#frame.search.input.value) this.#frame.search.clear();
    else return;
    event.preventDefault();
    event.stopPropagation(); // a dialog around the picker stays open
  }

  // ---- picking

  /** @param {import('./music.js').TiktokMusic|null} music null: nothing @param {Track} [track] the picked one */
  #pick(music, track) {
    this.choose(music);
    this.#picked = track ?? null;
    if (this.#frame) this.#showPick();
    this.#announce(this.#frame?.note.announcement);
    const detail = { ...(music && { tiktokMusic: this.value }), ...(track && { track }) };
    this.dispatchEvent(new CustomEvent('track-selected', { detail, bubbles: true, composed: true }));
  }

  /** @returns {import('./note.js').Pick} */
  get #pickState() {
    const { value } = this;
    const id = value?.trackId;
    const standing = this.#standings?.get(id);
    this.#picked ??= standing ?? this.#reader.feed?.tracks.find((track) => track.id === id);
    return { value, track: this.#picked, standing, isChecked: !this.#standings?.hasFailed };
  }

  #showPick() {
    this.#frame.showPick(this.#pickState);
    const { value } = this;
    if (value?.trackId && this.#standings?.get(value.trackId) === undefined) this.#findPicked(value.trackId);
  }

  /** Fetches the track of a value that the page set. */
  async #findPicked(id) {
    const isFound = await this.#standings.fetch([id]);
    if (isFound && this.#frame && this.value?.trackId === id) this.#frame.showPick(this.#pickState);
  }
}

for (const name of TEXT_ATTRIBUTES) {
  const attribute = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  Object.defineProperty(TiktokMusicPicker.prototype, name, {
    configurable: true,
    enumerable: true,
    get() { return this.getAttribute(attribute) ?? ''; },
    set(text) { if (this.getAttribute(attribute) !== String(text ?? '')) this.setAttribute(attribute, text ?? ''); },
  });
}

for (const name of FLAGS) {
  Object.defineProperty(TiktokMusicPicker.prototype, name, {
    configurable: true,
    enumerable: true,
    get() { return this.hasAttribute(name); },
    set(isOn) { this.toggleAttribute(name, Boolean(isOn)); },
  });
}

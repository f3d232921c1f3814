/**
 * The element: connects the parts and is their only interface to the page.
 *
 * @typedef {{selection: 'auto'} | {selection: 'manual', trackId: string}} TiktokMusic
 * @typedef {import('../tiktok-music-picker.js').Track} Track
 */

import { el } from './dom.js';
import { Frame } from './frame.js';
import { failureText } from './notices.js';
import { Player } from './player.js';
import { Reader } from './reader.js';
import { Standings } from './standings.js';
import { directionOf, Speech, textsOf } from './strings.js';
import { STYLES } from './styles.js';

const SEEK_SECONDS = 5;
const STANDINGS_DELAY_MS = 150;
const TEXT_ATTRIBUTES = ['src', 'locale', 'theme', 'name'];

export class TiktokMusicPicker extends HTMLElement {
  static observedAttributes = ['src', 'lang', 'locale', 'dir', 'strings'];
  static formAssociated = true;

  #internals = this.attachInternals();
  #root = this.attachShadow({ mode: 'open' });
  #ownStrings = {};
  #starts = 0;
  /** @type {AbortController} aborted when the element leaves the page */ #connection;
  /** @type {Frame|null} rebuilt for another language; null while the element is not in the page */ #frame = null;
  /** @type {import('./filters.js').Choice} */ #choice = { q: '', languages: new Set(), commerceOnly: false };
  /** @type {Standings|null} */ #standings = null;
  #standingsTimer;
  /** @type {Set<string>} ids whose preview failed */ #failed = new Set();
  /** @type {TiktokMusic|null} */ #value = null;
  /** @type {Track|null} */ #picked = null;
  #audio = el('audio', { preload: 'none' });
  #player = new Player(this.#audio, {
    changed: () => this.#showPlayer(),
    failed: (track) => this.#previewFailed(track),
  });
  #reader = new Reader({
    last: () => this.#frame?.list.last ?? -1,
    begun: () => this.#frame?.begin(this.#reader.feed),
    changed: () => this.#frame?.show(this.#reader.feed),
    failed: (error) => this.#announce(this.#frame?.speech.say(failureText(error))),
  });

  constructor() {
    super();
    this.#root.adoptedStyleSheets = [STYLES];
    this.addEventListener('keydown', (event) => this.#escape(event));
  }

  // ---- the interface for the page

  /** The value to send as `tiktokMusic`; null before the first pick. @type {TiktokMusic|null} */
  get value() { return this.#value; }

  set value(value) {
    this.#value = value ?? null;
    this.#picked = null;
    this.#internals.setFormValue(value ? JSON.stringify(value) : null);
    if (this.#frame) this.#showPick();
  }

  /** Texts that replace those of the language; the attribute takes them as JSON. */
  get strings() { return this.#ownStrings; }

  set strings(strings) {
    this.#ownStrings = strings ?? {};
    this.#restart();
  }

  /** Loads the list again. */
  reload() {
    this.#standings?.stop();
    this.#standings = new Standings(this.#address);
    if (this.#frame) this.#search();
  }

  connectedCallback() {
    for (const name of ['value', 'strings', ...TEXT_ATTRIBUTES]) this.#upgradeProperty(name);
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
    if (name === 'strings') this.#ownStrings = JSON.parse(now ?? '{}');
    if (name === 'dir') this.#showDirection();
    else if (before !== now) this.#restart();
  }

  formResetCallback() { this.value = null; }

  get #address() { return (this.getAttribute('src') ?? '').replace(/\/+$/, ''); }

  /** A property that was set before the element was defined hides the setter: sets it again. */
  #upgradeProperty(name) {
    if (!Object.hasOwn(this, name)) return;
    const value = this[name];
    delete this[name];
    this[name] = value;
  }

  // ---- the frame

  #restart() {
    if (this.#connection && !this.#connection.signal.aborted) this.#start();
  }

  async #start() {
    const start = ++this.#starts;
    const { signal } = this.#connection;
    const tag = this.#languageTag;
    const { language, texts } = await textsOf(tag);
    if (signal.aborted || start !== this.#starts) return;
    const hasOwn = Object.keys(this.#ownStrings).length > 0;
    this.#build(new Speech(tag, { ...texts, ...this.#ownStrings }), hasOwn ? tag : language);
    this.reload();
    this.#showPick();
    this.#showPlayer();
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
    this.#showDirection();
    this.#root.replaceChildren(this.#frame.element, this.#audio);
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
      reloaded: () => this.reload(),
      filled: (row) => this.#rowFilled(row),
      viewed: () => this.#viewed(),
      entered: (track) => this.#announce(track.title),
      picked: (track) => this.#pick(track),
      played: (track) => this.#play(track),
      seeked: (steps) => this.#player.seek(this.#player.position + steps * SEEK_SECONDS),
      stopped: () => this.#stopPlayer(),
    };
  }

  #announce(text) { this.#frame?.announce(text); }

  // ---- the list

  /** Starts a new search; the old results stay visible until its first page arrives. */
  #search() {
    this.#frame.search.stop();
    this.#choice.q = this.#frame.search.text;
    this.#reader.open(this.#address, this.#choice);
  }

  #clearFilters() {
    this.#choice.languages.clear();
    this.#choice.commerceOnly = false;
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
    this.#frame.show(this.#reader.feed);
  }

  /** Retries after a failure and updates the age of the list, when the page becomes visible again. */
  #visibilityChanged() {
    if (document.hidden || !this.#frame) return;
    this.#reader.retryInBackground();
    this.#frame.show(this.#reader.feed);
  }

  #viewed() {
    const { total, tracks, failure } = this.#reader.feed;
    clearTimeout(this.#standingsTimer);
    this.#standingsTimer = setTimeout(() => this.#fetchStandings(), STANDINGS_DELAY_MS);
    if (total !== undefined && this.#frame.list.last >= tracks.length && !failure) this.#reader.load();
  }

  async #fetchStandings() {
    const ids = this.#frame.list.rows.map((row) => row.track.id);
    if (!await this.#standings.fetch(ids) || !this.#frame) return;
    for (const row of this.#frame.list.rows) this.#showRank(row);
    this.#showPick();
  }

  #rowFilled(row) {
    this.#showRank(row);
    row.showMeta(this.#failed.has(row.track.id));
    row.showPicked(this.#value?.trackId === row.track.id);
    row.showPlaying(this.#player);
  }

  #showRank(row) {
    row.showRank(this.#standings.get(row.track.id), this.#reader.feed.hasFilters ? null : row.index + 1);
  }

  // ---- playing

  /** @param {Track} track */
  #play(track) {
    const isNew = !this.#player.has(track);
    this.#showFailure(track, false);
    this.#player.toggle(track);
    if (isNew) this.#announce(this.#frame.speech.sayOf('playing', track));
  }

  #previewFailed(track) {
    this.#showFailure(track, true);
    this.#announce(this.#frame.speech.say('previewFailed'));
  }

  #showFailure(track, hasFailed) {
    if (hasFailed) this.#failed.add(track.id);
    else this.#failed.delete(track.id);
    this.#frame?.list.rows.find((row) => row.track.id === track.id)?.showMeta(hasFailed);
  }

  #stopPlayer() {
    const hadFocus = this.#frame.bar.element.querySelector(':focus');
    this.#player.stop();
    if (hadFocus) this.#frame.list.activate();
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

  /** @param {Track|null} track null: TikTok chooses */
  #pick(track) {
    this.value = track ? { selection: 'manual', trackId: track.id } : { selection: 'auto' };
    this.#picked = track;
    this.#showPick();
    this.#announce(this.#frame.note.title);
    const detail = { tiktokMusic: this.value, ...(track && { track }) };
    this.dispatchEvent(new CustomEvent('track-selected', { detail, bubbles: true, composed: true }));
  }

  #showPick() {
    const id = this.#value?.trackId;
    const standing = this.#standings?.get(id);
    this.#picked ??= this.#reader.feed?.tracks.find((track) => track.id === id) ?? standing;
    if (id && !this.#picked) this.#findPicked(id);
    this.#frame.showPick(this.#value, this.#picked, standing?.honoredBy);
  }

  /** Fetches the track of a value that the page set. */
  async #findPicked(id) {
    const isFound = await this.#standings?.fetch([id]);
    if (isFound && this.#frame && this.#value?.trackId === id) this.#showPick();
  }
}

for (const name of TEXT_ATTRIBUTES) {
  Object.defineProperty(TiktokMusicPicker.prototype, name, {
    configurable: true,
    enumerable: true,
    get() { return this.getAttribute(name) ?? ''; },
    set(text) { this.setAttribute(name, text ?? ''); },
  });
}

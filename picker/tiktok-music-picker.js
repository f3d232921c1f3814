/**
 * <tiktok-music-picker src="/your/proxy"> lists, plays and picks tracks of the music catalog.
 *
 * Requests go to the page's own proxy at `src`, which adds the key; a pick comes out as the event
 * `track-selected`. Attributes, events, styles and strings are described in README.md.
 *
 * @typedef {{id: string, title: string, author: string, album: string, duration: number,
 *   previewUrl: string, coverUrl: string, language: string, userCount: number,
 *   isCommerceMusic: boolean}} Track
 * @typedef {{rank: number|null, previousRank: number|null, isNew: boolean,
 *   honoredBy: {publish: boolean, managed: boolean}}} Standing what the batch route adds to a track
 * @typedef {{selection: 'auto'} | {selection: 'manual', trackId: string}} TiktokMusic
 */

const PAGE_SIZE = 100; // the most that the catalog gives at once
const BATCH_SIZE = 50; // likewise, of its batch route
const LONGEST_SEARCH = 80;
const SEARCH_DELAY_MS = 200;
const STANDINGS_DELAY_MS = 150;
const TIMEOUT_MS = 15_000;
const STALE_SECONDS = 14 * 3600; // the catalog calls itself degraded from here on
const OVERSCAN_ROWS = 8;
const SKELETON_ROWS = 9;
const SEEK_SECONDS = 5;

/** Every text that is shown or spoken; `strings` replaces any of them. */
export const STRINGS = {
  search: 'Search music',
  clearSearch: 'Clear the search',
  filters: 'Filters',
  allFilters: 'All filters',
  commercial: 'Commercial use',
  notCommercial: 'Personal use',
  list: 'Tracks',
  help: 'Arrows move, Enter picks, Space plays and pauses, left and right seek, Escape stops.',
  tracks: { one: '{n} track', other: '{n} tracks' },
  videos: { one: '{n} video', other: '{n} videos' },
  loading: 'Loading…',
  isNew: 'New',
  up: 'up {n}',
  down: 'down {n}',
  play: 'Play {title}',
  pause: 'Pause {title}',
  stop: 'Stop',
  seek: 'Position',
  position: '{at} of {of}',
  playing: 'Playing {title} by {author}',
  previewFailed: 'This preview cannot be played',
  use: 'Use {title}',
  auto: 'Let TikTok choose',
  selected: 'Selected: {title} by {author}',
  selectedAuto: 'Selected: TikTok chooses the music',
  honoredPick: 'Managed posts use exactly this track.',
  honoredManaged: 'Managed posts use exactly the track you pick.',
  directDegrades: 'Direct posts let TikTok choose.',
  directHonors: 'Direct posts use it too.',
  honoredAuto: 'TikTok adds a fitting track to managed and direct posts.',
  drafts: 'Drafts take no music.',
  emptyTitle: 'No music yet',
  emptyText: 'The list is empty right now. Please look again later.',
  noMatchTitle: 'Nothing matches',
  noMatchText: 'Try other words or fewer filters.',
  clearFilters: 'Clear filters',
  retry: 'Try again',
  reference: 'Reference {id}',
  stale: 'Last refreshed {age}. Newer trends may be missing.',
  offline: 'You are offline. The list goes on when you are back.',
  unreachable: 'The music could not be reached.',
  denied: 'You may not see the music. Ask whoever runs this page.',
  limited: 'Too many requests at once. The list goes on in a moment.',
  broken: 'The music cannot be shown right now.',
};

const ICONS = {
  search: 'M10.5 4a6.5 6.5 0 1 0 4 11.6l4.5 4.4 1.4-1.4-4.4-4.5A6.5 6.5 0 0 0 10.5 4m0 2a4.5 4.5 0 1 1 0 9 4.5 4.5 0 0 1 0-9',
  close: 'm6.4 5 5.6 5.6L17.6 5 19 6.4 13.4 12l5.6 5.6-1.4 1.4-5.6-5.6L6.4 19 5 17.6l5.6-5.6L5 6.4z',
  play: 'M8 5.2v13.6a.8.8 0 0 0 1.2.7l10.6-6.8a.8.8 0 0 0 0-1.4L9.2 4.5a.8.8 0 0 0-1.2.7',
  pause: 'M7 5h3.6v14H7zm6.4 0H17v14h-3.6z',
  down: 'm12 15.9-6.7-6.7 1.4-1.4 5.3 5.3 5.3-5.3 1.4 1.4z',
  check: 'm9.5 16.2-4-4L4 13.7l5.5 5.5L20.2 8.4 18.7 7z',
  spark: 'm12 3 1.9 5.6a2.5 2.5 0 0 0 1.5 1.5L21 12l-5.6 1.9a2.5 2.5 0 0 0-1.5 1.5L12 21l-1.9-5.6a2.5 2.5 0 0 0-1.5-1.5L3 12l5.6-1.9a2.5 2.5 0 0 0 1.5-1.5z',
  alert: 'M12 3 1.8 20.5h20.4zm-1 7h2v5h-2zm0 6.3h2v2h-2z',
};

const STYLES = `
:host {
  --_accent: var(--tmp-accent, light-dark(#1d4ed8, #9db9ff));
  --_on-accent: var(--tmp-on-accent, light-dark(#fff, #0b1220));
  --_surface: var(--tmp-surface, light-dark(#fff, #14161a));
  --_raised: var(--tmp-raised, light-dark(#f4f5f7, #1f2228));
  --_text: var(--tmp-text, light-dark(#16181d, #f2f3f5));
  --_muted: var(--tmp-muted, light-dark(#5b616e, #a4abb8));
  --_line: var(--tmp-line, light-dark(#e3e5ea, #2c3038));
  --_control-line: var(--tmp-control-line, light-dark(#868c99, #737a88));
  --_up: var(--tmp-up, light-dark(#0a7040, #5fd39a));
  --_warning: var(--tmp-warning, light-dark(#8a4b00, #f5bd6b));
  --_radius: var(--tmp-radius, 14px);
  --_row: var(--tmp-row-height, 4.25rem);
  --_tint: color-mix(in srgb, var(--_accent) 11%, var(--_surface));
  color-scheme: light dark;
  container-type: inline-size;
  display: flex; flex-direction: column; overflow: hidden; box-sizing: border-box;
  block-size: var(--tmp-height, 40rem); max-block-size: 100dvb; min-inline-size: 17rem;
  border: 1px solid var(--_line); border-radius: var(--_radius);
  background: var(--_surface); color: var(--_text);
  font: 400 .9375rem/1.4 var(--tmp-font, system-ui, sans-serif);
  text-align: start; -webkit-tap-highlight-color: transparent;
}
:host([hidden]) { display: none }
:host([theme=light]) { color-scheme: light }
:host([theme=dark]) { color-scheme: dark }
*, ::before { box-sizing: border-box }
[hidden] { display: none !important }
button, input { font: inherit; color: inherit; margin: 0 }
button { border: 0; padding: 0; background: none; cursor: pointer }
svg { inline-size: 1.25rem; block-size: 1.25rem; fill: currentColor; flex: none; display: block }
:focus-visible { outline: 2px solid var(--_accent); outline-offset: 2px }
.spoken { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap }
.cut { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; min-inline-size: 0 }
.icon { display: grid; place-items: center; inline-size: 2.25rem; block-size: 2.25rem; border-radius: 50%; flex: none; color: var(--_muted) }
.icon:hover { background: var(--_raised); color: var(--_text) }

.search { position: relative; margin: .875rem .875rem .625rem; flex: none }
.search > svg { position: absolute; inset-block-start: .75rem; inset-inline-start: .8125rem; color: var(--_muted); pointer-events: none }
.search input { inline-size: 100%; block-size: 2.75rem; padding-inline: 2.625rem; border: 1px solid var(--_control-line); border-radius: calc(var(--_radius) - 4px); background: var(--_surface); font-size: 1rem; appearance: none; outline-offset: -1px }
.search input::placeholder { color: var(--_muted); opacity: 1 }
.search input::-webkit-search-cancel-button { display: none }
.search .icon { position: absolute; inset-block-start: .25rem; inset-inline-end: .25rem }

.filters { display: flex; align-items: start; flex: none; padding-inline-end: .5rem }
.chips { min-block-size: 2.375rem; display: flex; gap: .375rem; flex: 1; min-inline-size: 0; padding: .1875rem .875rem; overflow-x: auto; scrollbar-width: none; scroll-padding-inline: .875rem }
.filters.open .chips { flex-wrap: wrap; max-block-size: 9rem; overflow: hidden auto; scrollbar-width: thin }
.filters .icon { margin-block-start: .0625rem }
.filters.open .icon svg { rotate: 180deg }
.chip { display: flex; align-items: center; gap: .375rem; flex: none; block-size: 2rem; padding-inline: .75rem; border: 1px solid var(--_line); border-radius: 1rem; font-size: .8125rem; white-space: nowrap }
.chip:hover { border-color: var(--_control-line) }
.chip small { font-size: inherit; color: var(--_muted); font-variant-numeric: tabular-nums }
.chip[aria-pressed=true] { background: var(--_accent); border-color: var(--_accent); color: var(--_on-accent) }
.chip[aria-pressed=true] small { color: inherit }

.bar { display: flex; align-items: center; justify-content: space-between; gap: .75rem; flex: none; padding: .5rem .875rem .625rem; border-block-end: 1px solid var(--_line); font-size: .8125rem; color: var(--_muted) }
.auto { display: flex; align-items: center; gap: .375rem; min-block-size: 2rem; padding-inline: .625rem .75rem; margin-inline-start: -.375rem; border-radius: 1rem; color: var(--_accent); font-weight: 600 }
.auto:hover { background: var(--_tint) }
.auto[aria-pressed=true] { background: var(--_accent); color: var(--_on-accent) }
.auto svg { inline-size: 1.0625rem; block-size: 1.0625rem }
.banner { display: flex; align-items: center; gap: .625rem; flex: none; padding: .375rem .875rem; min-block-size: 2.5rem; border-block-end: 1px solid var(--_line); font-size: .8125rem; color: var(--_warning); background: color-mix(in srgb, var(--_warning) 8%, var(--_surface)) }
.banner span { flex: 1 }
.button { min-block-size: 2rem; padding-inline: .875rem; border: 1px solid currentColor; border-radius: 1rem; font-size: .8125rem; font-weight: 600; white-space: nowrap }
.panel { flex: 1; display: flex; flex-direction: column; align-items: center; justify-content: center; gap: .375rem; padding: 2rem; text-align: center; color: var(--_muted); overflow: auto }
.panel > svg { inline-size: 2rem; block-size: 2rem; margin-block-end: .375rem }
.panel strong { font-size: 1.0625rem; font-weight: 600; color: var(--_text) }
.panel .button { margin-block-start: .75rem; color: var(--_accent) }
.panel small { font-size: .75rem }

.list { position: relative; flex: 1; min-block-size: 0; overflow: hidden auto; scrollbar-width: thin; scrollbar-color: var(--_control-line) transparent; transition: opacity .15s }
.list.waiting { opacity: .55 }
.canvas { position: relative; block-size: calc(var(--count, 0) * var(--_row)) }
.probe { position: absolute; block-size: var(--_row); visibility: hidden }
.row { position: absolute; inset-inline: 0; inset-block-start: calc(var(--index) * var(--_row)); block-size: var(--_row); display: grid; grid-template-columns: 2.125rem 3rem minmax(0, 1fr) auto 2rem; align-items: center; column-gap: .75rem; padding-inline: .625rem .875rem; cursor: pointer; outline-offset: -3px }
.row:hover { background: var(--_raised) }
.row[aria-selected=true] { background: var(--_tint) }
.rank { text-align: center; font-size: .8125rem; line-height: 1.35; color: var(--_muted); font-variant-numeric: tabular-nums }
.mark { display: block; font-size: .6875rem; font-weight: 600; white-space: nowrap }
.mark.up { color: var(--_up) }
.mark.new { color: var(--_accent) }
.play { position: relative; display: block; inline-size: 3rem; block-size: 3rem; border-radius: 8px; overflow: hidden; background: var(--_raised); color: #fff }
.play img { inline-size: 100%; block-size: 100%; object-fit: cover; display: block }
.play::before, .play::after { content: ''; position: absolute; inset-block-end: 0; inset-inline-start: 0; block-size: 5px; inline-size: 100%; background: rgb(10 12 16 / .7); opacity: calc(var(--progress, 0) * 1000) }
.play::after { inline-size: calc(var(--progress, 0) * 100%); background: #fff }
.play .glyph { position: absolute; inset: 0; margin: auto; inline-size: 1.75rem; block-size: 1.75rem; display: grid; place-items: center; border-radius: 50%; background: rgb(10 12 16 / .62); transition: scale .15s }
.play:hover .glyph { scale: 1.12 }
.play svg { inline-size: 1.125rem; block-size: 1.125rem }
.title { font-weight: 600 }
:host(:dir(ltr)) .cut { text-align: left } /* a title keeps to the side of the page, whatever it reads */
:host(:dir(rtl)) .cut { text-align: right }
.meta { display: flex; align-items: center; gap: .375rem; font-size: .8125rem; color: var(--_muted) }
.meta > * + *::before { content: '·'; margin-inline-end: .375rem }
.meta .language { flex: none }
.meta .tag, .failed { color: var(--_warning) }
.facts { text-align: end; font-size: .8125rem; line-height: 1.5; color: var(--_muted); font-variant-numeric: tabular-nums; white-space: nowrap }
.facts span { display: block }
.facts b { font-weight: inherit }
.use { display: grid; place-items: center; inline-size: 1.75rem; block-size: 1.75rem; border: 1.5px solid var(--_control-line); border-radius: 50%; color: transparent }
.row:hover .use { border-color: var(--_accent) }
.row[aria-selected=true] .use { background: var(--_accent); border-color: var(--_accent); color: var(--_on-accent) }
.use svg { inline-size: 1.0625rem; block-size: 1.0625rem }
.bone { border-radius: 6px; background: var(--_raised); block-size: .75rem; inline-size: 55%; animation: breathe 1.4s ease-in-out infinite alternate }
.bone.short { inline-size: 30%; margin-block-start: .5rem }
.bone.square { inline-size: 3rem; block-size: 3rem; border-radius: 8px }
@keyframes breathe { to { opacity: .45 } }

.player { display: flex; align-items: center; gap: .625rem; flex: none; padding: .5rem .875rem; border-block-start: 1px solid var(--_line) }
.player .icon:first-child { background: var(--_text); color: var(--_surface) }
.now { flex: 0 1 11rem; min-inline-size: 0; font-size: .8125rem; line-height: 1.35 }
.now div + div { color: var(--_muted) }
.player input { flex: 1 1 6rem; min-inline-size: 4rem; block-size: 1.5rem; accent-color: var(--_accent); cursor: pointer }
.clock { font-size: .75rem; color: var(--_muted); font-variant-numeric: tabular-nums; white-space: nowrap }
.note { flex: none; margin: 0; padding: .625rem .875rem; border-block-start: 1px solid var(--_line); background: var(--_raised); color: var(--_muted); font-size: .8125rem }
.note strong { display: block; font-weight: 600; color: var(--_text) }

@container (min-width: 34rem) {
  .facts { display: flex; gap: 1.25rem }
  .facts span:last-child { min-inline-size: 2.25rem }
}
@container (max-width: 33.99rem) {
  .row { column-gap: .625rem; padding-inline: .375rem .75rem; grid-template-columns: 1.875rem 3rem minmax(0, 1fr) auto 1.75rem }
  .facts b, .language, .now div + div { display: none }
  .player { display: grid; grid-template-columns: auto minmax(0, 1fr) auto auto; gap: 0 .625rem }
  .player .icon { grid-row: span 2 }
  .player .icon:last-child { grid-area: 1 / 4 / 3 }
  .player input { grid-area: 2 / 2 / 3 / 4 }
}
@media (prefers-reduced-motion: reduce) { * { animation: none !important; transition: none !important } }
@media (forced-colors: active) {
  .row[aria-selected=true], .chip[aria-pressed=true], .auto[aria-pressed=true] { outline: 2px solid Highlight; outline-offset: -2px }
}
`;

/**
 * An element with attributes (`on…` are listeners) and children; text is only ever text.
 * @returns {HTMLElement}
 */
function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value ?? null);
    else if (value !== undefined && value !== false) node.setAttribute(name, value === true ? '' : value);
  }
  node.append(...children);
  return node;
}

/** A button that looks like `look`, which is its class. @returns {HTMLElement} */
function button(look, attributes, work, ...children) {
  return el('button', { class: look, type: 'button', ...attributes, onclick: work }, ...children);
}

/** A cell of a row. @returns {HTMLElement} */
const cell = (attributes, ...children) => el('div', { role: 'gridcell', ...attributes }, ...children);

function icon(name) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(svg.namespaceURI, 'path');
  path.setAttribute('d', ICONS[name]);
  svg.append(path);
  return svg;
}

/** Seconds as m:ss. */
const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`;

/** Title and author for the middle of a sentence, which may run the other way. */
const isolated = ({ title, author }) => ({ title: `\u2068${title}\u2069`, author: `\u2068${author}\u2069` });

const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

/** `kind` is offline, unreachable, denied, limited, gone or broken. */
class CatalogError extends Error {
  constructor(kind, reference = '', retrySeconds = 0) {
    super(kind);
    Object.assign(this, { kind, reference, retrySeconds });
  }
}

/** GETs JSON from the proxy; throws CatalogError, or AbortError when `signal` says so. */
async function ask(url, signal) {
  let answer;
  try {
    const patience = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
    answer = await fetch(url, { signal: patience, headers: { Accept: 'application/json' } });
    if (answer.ok) return { body: await answer.json(), age: Number(answer.headers.get('Age')) || 0 };
  } catch (error) {
    signal.throwIfAborted();
    throw new CatalogError(!navigator.onLine ? 'offline' : error instanceof SyntaxError ? 'broken' : 'unreachable');
  }
  const kind = { 401: 'denied', 403: 'denied', 422: 'gone', 429: 'limited' }[answer.status] ?? 'broken';
  const retrySeconds = Number(answer.headers.get('Retry-After')) || 5;
  throw new CatalogError(kind, answer.headers.get('X-Request-Id') ?? '', retrySeconds);
}

/** One search: the pages that were read so far, and how to read the next one. */
class Search {
  /** @type {Track[]} */ tracks = [];
  /** @type {number|undefined} of all matches, once known */ total;
  age = 0;
  isLoading = false;
  /** @type {CatalogError|null} */ failure = null;
  #cursor = '';
  #abort = new AbortController();

  /** @param {string} src @param {{q: string, languages: Set<string>, commerceOnly: boolean}} filters */
  constructor(src, { q, languages, commerceOnly }) {
    this.src = src;
    this.parameters = [['q', q], ['commerceOnly', commerceOnly ? 'true' : '']].filter(([, value]) => value);
    this.languages = [...languages].map((code) => ['language', code]);
  }

  get hasFilters() { return this.parameters.length + this.languages.length > 0; }

  get isComplete() { return this.#cursor === null; }

  stop() { this.#abort.abort(); }

  async next() {
    const isFirst = this.total === undefined;
    const more = isFirst ? ['facets', 'true'] : ['cursor', this.#cursor];
    const page = await this.#page([...this.parameters, ...this.languages, ['limit', PAGE_SIZE], more]);
    if (isFirst) {
      this.age = page.age;
      this.facets = page.body.facets;
      await this.#countOtherLanguages();
    }
    this.tracks.push(...page.body.tracks);
    this.#cursor = page.body.nextCursor ?? null;
    this.total = this.#cursor === null ? this.tracks.length : page.body.total;
  }

  /** Facets count matches; a chip also has to tell what it would add to those chosen already. */
  async #countOtherLanguages() {
    if (!this.languages.length || !this.facets) return;
    const { body } = await this.#page([...this.parameters, ['limit', 1], ['facets', 'true']]);
    this.facets = { ...this.facets, language: body.facets.language };
  }

  async #page(parameters) {
    const page = await ask(`${this.src}/v1/tiktok-music?${new URLSearchParams(parameters)}`, this.#abort.signal);
    if (!Array.isArray(page.body?.tracks)) throw new CatalogError('broken');
    return page;
  }

  /** @returns {Promise<(Track & Standing)[]>} what is known of up to 50 tracks */
  async standings(ids) {
    const { body } = await ask(`${this.src}/v1/tiktok-music/batch?ids=${ids.join(',')}`, this.#abort.signal);
    return body.tracks;
  }
}

/** One preview at a time, in all pickers of the page. */
class Player {
  /** @type {Player|null} */ static #sounding = null;
  /** @type {Track|null} */ track = null;
  /** @type {'stopped'|'loading'|'playing'|'paused'} */ state = 'stopped';

  /** @param {HTMLAudioElement} audio @param {{changed: () => void, failed: (track: Track) => void}} told */
  constructor(audio, told) {
    this.audio = audio;
    this.told = told;
    const turn = (state) => () => { if (this.track) this.#turn(state); };
    audio.addEventListener('waiting', turn('loading'));
    audio.addEventListener('playing', turn('playing'));
    audio.addEventListener('pause', turn('paused'));
    audio.addEventListener('timeupdate', told.changed);
    audio.addEventListener('error', () => this.#fail());
  }

  get duration() { return Number.isFinite(this.audio.duration) ? this.audio.duration : this.track?.duration ?? 0; }

  get position() { return this.audio.currentTime; }

  get isOn() { return this.state === 'playing' || this.state === 'loading'; }

  /** @param {Track} track */
  toggle(track) {
    if (this.track?.id !== track.id) {
      this.stop();
      this.track = track;
      this.audio.src = track.previewUrl;
    } else if (this.isOn) {
      this.audio.pause();
      return;
    }
    if (Player.#sounding !== this) Player.#sounding?.stop();
    Player.#sounding = this;
    this.#turn('loading');
    this.audio.play().catch((error) => {
      if (error.name === 'NotAllowedError') this.#turn('paused');
    });
  }

  seek(seconds) {
    if (this.track) this.audio.currentTime = clamp(seconds, 0, Math.max(this.duration - 0.1, 0));
  }

  stop() {
    if (!this.track) return;
    this.track = null;
    this.audio.pause();
    this.audio.removeAttribute('src');
    this.audio.load();
    this.#turn('stopped');
  }

  #turn(state) {
    this.state = state;
    this.told.changed();
  }

  #fail() {
    const track = this.track;
    if (!track) return;
    this.stop();
    this.told.failed(track);
  }
}

export class TiktokMusicPicker extends HTMLElement {
  static observedAttributes = ['src', 'lang', 'strings'];
  static formAssociated = true;

  #internals = this.attachInternals();
  #root = this.attachShadow({ mode: 'open' });
  #ownStrings = {};
  /** @type {Record<string, any>} */ #text = STRINGS;
  /** @type {Search|null} the newest one, whose first page may be under way */ #search = null;
  /** @type {Map<number, HTMLElement>} the rows that exist, by index */ #rows = new Map();
  /** @type {Map<string, Standing|null>} null while it is asked for */ #standings = new Map();
  /** @type {Set<string>} ids whose preview failed */ #failed = new Set();
  /** @type {Set<string>} */ #languages = new Set();
  #commerceOnly = false;
  #active = 0; // index of the row that Tab leads to
  /** @type {TiktokMusic|null} */ #value = null;
  /** @type {Track|null} */ #picked = null;
  #timers = {};
  #rowHeight = 68;
  #state = ''; // what #showState showed last
  /** @type {Record<string, HTMLElement>} */ #ui = {};
  /** @type {Player} */ #player;
  /** What numbers, ages and languages are told with. */ #formats;

  constructor() {
    super();
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLES);
    this.#root.adoptedStyleSheets = [sheet];
    this.#ui.audio = el('audio', { preload: 'none' });
    this.#player = new Player(this.#ui.audio, {
      changed: () => this.#showPlayer(),
      failed: (track) => this.#previewFailed(track),
    });
    this.addEventListener('keydown', (event) => this.#escape(event));
  }

  // ---- what a page sees

  /** What to send as `tiktokMusic`; null before anything is picked. @type {TiktokMusic|null} */
  get value() { return this.#value; }

  set value(value) {
    this.#value = value ?? null;
    this.#picked = null;
    this.#internals.setFormValue(value ? JSON.stringify(value) : null);
    if (this.isConnected) this.#showPick();
  }

  /** Replacements for STRINGS; the attribute takes them as JSON. */
  get strings() { return this.#ownStrings; }

  set strings(strings) {
    this.#ownStrings = strings ?? {};
    if (this.isConnected) this.#start();
  }

  /** Reads the list again. */
  reload() {
    this.#standings.clear();
    this.#restart();
  }

  connectedCallback() {
    for (const name of ['value', 'strings']) this.#takeEarly(name);
    this.#on = new AbortController();
    for (const name of ['online', 'offline']) {
      window.addEventListener(name, () => this.#connectionChanged(), { signal: this.#on.signal });
    }
    this.#start();
  }

  disconnectedCallback() {
    this.#on.abort();
    this.#search?.stop();
    this.#player.stop();
    for (const timer of Object.values(this.#timers)) clearTimeout(timer);
    this.#sizes?.disconnect();
  }

  attributeChangedCallback(name, before, now) {
    if (name === 'strings') this.#ownStrings = JSON.parse(now ?? '{}');
    if (this.isConnected && this.#search && before !== now) this.#start();
  }

  formResetCallback() { this.value = null; }

  /** @type {AbortController} */ #on;
  /** @type {ResizeObserver} */ #sizes;

  /** A property that was set before the element was defined hides the setter. */
  #takeEarly(name) {
    if (!Object.hasOwn(this, name)) return;
    const value = this[name];
    delete this[name];
    this[name] = value;
  }

  // ---- texts

  #start() {
    this.#text = { ...STRINGS, ...this.#ownStrings };
    const place = this.closest('[lang]') ?? document.documentElement;
    this.#useLocale(place.lang || navigator.language);
    this.#build();
    this.#restart();
    this.#showPick();
  }

  #useLocale(lang) {
    const [locale] = Intl.NumberFormat.supportedLocalesOf(/^[a-z]{2,3}(-[a-z0-9]{2,8})*$/i.test(lang) ? lang : []);
    this.#formats = {
      compact: new Intl.NumberFormat(locale ?? 'en', { notation: 'compact', maximumFractionDigits: 1 }),
      numbers: new Intl.NumberFormat(locale ?? 'en'),
      plurals: new Intl.PluralRules(locale ?? 'en'),
      ages: new Intl.RelativeTimeFormat(locale ?? 'en', { numeric: 'auto' }),
      languageNames: new Intl.DisplayNames(locale ?? 'en', { type: 'language' }),
    };
  }

  /** The string `name`, with its {placeholders} filled in. */
  #say(name, values = {}) {
    return this.#text[name].replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole);
  }

  #count(name, n, format = this.#formats.numbers) {
    const forms = this.#text[name];
    return (forms[this.#formats.plurals.select(n)] ?? forms.other).replace('{n}', format.format(n));
  }

  #announce(text) { this.#ui.spoken.textContent = text; }

  // ---- the frame

  #build() {
    this.#rows.clear();
    this.#state = '';
    this.#ui.help = el('div', { id: 'help', hidden: true }, this.#say('help'));
    this.#ui.spoken = el('div', { class: 'spoken', role: 'status' });
    this.#ui.banner = el('div', { class: 'banner', part: 'banner', hidden: true });
    this.#ui.panel = el('div', { class: 'panel', part: 'panel', hidden: true });
    this.#ui.note = el('p', { class: 'note', part: 'note' });
    this.#root.replaceChildren(
      this.#buildSearch(), this.#buildFilters(), this.#buildBar(), this.#ui.banner, this.#ui.panel,
      this.#buildList(), this.#buildPlayer(), this.#ui.note,
      this.#ui.help, this.#ui.spoken, this.#ui.audio,
    );
    this.#sizes?.disconnect();
    this.#sizes = new ResizeObserver(() => {
      this.#render();
      this.#showUnfold();
    });
    this.#sizes.observe(this.#ui.list);
    this.#sizes.observe(this.#ui.chips);
  }

  #buildSearch() {
    const text = this.#ui.input?.value ?? '';
    const name = this.#say('search');
    this.#ui.input = el('input', {
      type: 'search', part: 'search', placeholder: name, 'aria-label': name, 'aria-controls': 'list',
      maxlength: LONGEST_SEARCH, autocomplete: 'off', spellcheck: 'false', enterkeyhint: 'search',
      oninput: () => this.#typed(), onkeydown: (event) => this.#searchKey(event),
    });
    this.#ui.input.value = text;
    const told = { 'aria-label': this.#say('clearSearch'), hidden: !text };
    this.#ui.clear = button('icon', told, () => this.#clearSearch(), icon('close'));
    return el('div', { class: 'search', role: 'search' }, icon('search'), this.#ui.input, this.#ui.clear);
  }

  #buildFilters() {
    this.#ui.chips = el('div', {
      class: 'chips', part: 'chips', role: 'toolbar', 'aria-label': this.#say('filters'),
      onkeydown: (event) => this.#chipKey(event),
    });
    const told = { 'aria-label': this.#say('allFilters'), 'aria-expanded': 'false', hidden: true };
    this.#ui.unfold = button('icon', told, () => this.#unfoldChips(), icon('down'));
    this.#ui.filters = el('div', { class: 'filters' }, this.#ui.chips, this.#ui.unfold);
    return this.#ui.filters;
  }

  #buildBar() {
    const told = { part: 'auto', 'aria-pressed': 'false' };
    this.#ui.auto = button('auto', told, () => this.#pick(null), icon('spark'), this.#say('auto'));
    this.#ui.counted = el('span', { part: 'count' });
    return el('div', { class: 'bar' }, this.#ui.auto, this.#ui.counted);
  }

  #buildList() {
    this.#ui.canvas = el('div', { class: 'canvas', role: 'rowgroup' });
    this.#ui.probe = el('div', { class: 'probe', 'aria-hidden': 'true' });
    this.#ui.list = el('div', {
      class: 'list', id: 'list', part: 'list', role: 'grid',
      'aria-label': this.#say('list'), 'aria-describedby': 'help', 'aria-busy': 'true',
      onscroll: () => this.#render(),
      onkeydown: (event) => this.#listKey(event),
      onclick: (event) => this.#clicked(event),
    }, this.#ui.canvas, this.#ui.probe);
    return this.#ui.list;
  }

  #buildPlayer() {
    this.#ui.toggle = button('icon', {}, () => this.#player.toggle(this.#player.track));
    this.#ui.nowTitle = el('div', { class: 'cut', dir: 'auto' });
    this.#ui.nowAuthor = el('div', { class: 'cut', dir: 'auto' });
    this.#ui.slider = el('input', {
      type: 'range', part: 'seek', min: 0, step: 0.1, 'aria-label': this.#say('seek'),
      oninput: () => this.#player.seek(Number(this.#ui.slider.value)),
    });
    this.#ui.clock = el('span', { class: 'clock' });
    this.#ui.bar = el('div', { class: 'player', part: 'player', hidden: true },
      this.#ui.toggle, el('div', { class: 'now' }, this.#ui.nowTitle, this.#ui.nowAuthor),
      this.#ui.slider, this.#ui.clock,
      button('icon', { 'aria-label': this.#say('stop') }, () => this.#stopPlayer(), icon('close')));
    return this.#ui.bar;
  }

  // ---- searching

  #typed() {
    this.#ui.input.dir = this.#ui.input.value ? 'auto' : '';
    this.#ui.clear.hidden = !this.#ui.input.value;
    this.#later('search', SEARCH_DELAY_MS, () => this.#restart());
  }

  #clearSearch() {
    this.#ui.input.value = '';
    this.#ui.clear.hidden = true;
    this.#ui.input.focus();
    this.#restart();
  }

  #clearFilters() {
    this.#languages.clear();
    this.#commerceOnly = false;
    this.#clearSearch();
  }

  #later(name, delay, work) {
    clearTimeout(this.#timers[name]);
    this.#timers[name] = setTimeout(work, delay);
  }

  /** A new search; what is shown stays until its first page is there. */
  #restart() {
    clearTimeout(this.#timers.search);
    clearTimeout(this.#timers.retry);
    this.#search?.stop();
    const src = (this.getAttribute('src') ?? '').replace(/\/+$/, '');
    const q = this.#ui.input.value.trim();
    this.#search = new Search(src, { q, languages: this.#languages, commerceOnly: this.#commerceOnly });
    this.#ui.list.setAttribute('aria-busy', 'true');
    this.#ui.list.classList.toggle('waiting', this.#rows.size > 0);
    this.#render();
    this.#load();
  }

  /** Reads page after page until the last row in view is there. */
  async #load() {
    const search = this.#search;
    if (search.isLoading || search.failure) return;
    search.isLoading = true;
    try {
      while (!search.isComplete && search.tracks.length <= this.#view().last) {
        const isFirst = search.total === undefined;
        await search.next();
        if (search !== this.#search) return;
        if (isFirst) this.#showFirstPage();
        this.#render();
      }
    } catch (error) {
      if (search === this.#search) this.#loadFailed(error);
    } finally {
      search.isLoading = false;
    }
  }

  #showFirstPage() {
    this.#dropRows();
    this.#ui.list.scrollTop = 0;
    this.#active = 0;
    this.#ui.list.setAttribute('aria-busy', 'false');
    this.#showChips();
    this.#ui.counted.textContent = this.#count('tracks', this.#search.total);
    const nothing = this.#search.hasFilters ? 'noMatchTitle' : 'emptyTitle';
    this.#announce(this.#search.total ? this.#ui.counted.textContent : this.#say(nothing));
  }

  #loadFailed(error) {
    const search = this.#search;
    if (!(error instanceof CatalogError)) throw error;
    if (error.kind === 'gone' && search.tracks.length) {
      this.#restart(); // the catalog was refreshed so often that the cursor's version is no more
      return;
    }
    search.failure = error;
    if (error.kind === 'limited') this.#later('retry', error.retrySeconds * 1000, () => this.#retry());
    this.#announce(this.#say(this.#failureText()));
    this.#render();
  }

  #failureText() {
    const kind = this.#search.failure.kind;
    return kind in this.#text ? kind : 'broken';
  }

  #retry() {
    if (this.#search.total === undefined) return this.#restart();
    this.#search.failure = null;
    this.#render();
    this.#load();
  }

  #connectionChanged() {
    if (navigator.onLine && this.#search.failure) this.#retry();
    else this.#render();
  }

  // ---- the rows

  /** The indexes of the first and last row in view. */
  #view() {
    this.#rowHeight = this.#ui.probe.offsetHeight || 68;
    const first = Math.floor(this.#ui.list.scrollTop / this.#rowHeight);
    return { first, last: Math.floor((this.#ui.list.scrollTop + this.#ui.list.clientHeight) / this.#rowHeight) };
  }

  /** Makes the DOM what the state says. Rows exist for the view, a margin, and the active one. */
  #render() {
    const { tracks, total, failure } = this.#search;
    this.#showState();
    if (total === undefined && this.#rows.size && !failure) return;
    const count = total ?? (failure ? 0 : SKELETON_ROWS);
    this.#ui.canvas.style.setProperty('--count', count);
    this.#ui.list.setAttribute('aria-rowcount', total ?? -1);
    const view = this.#view();
    const wanted = new Set();
    const end = Math.min(view.last + 1 + OVERSCAN_ROWS, count);
    for (let i = Math.max(view.first - OVERSCAN_ROWS, 0); i < end; i++) wanted.add(i);
    if (this.#active < count) wanted.add(this.#active);
    this.#placeRows([...wanted].sort((a, b) => a - b), tracks);
    this.#later('standings', STANDINGS_DELAY_MS, () => this.#askStandings());
    if (total !== undefined && view.last >= tracks.length) this.#load();
  }

  /** Rows that stay are never moved in the DOM, so that none loses the focus. */
  #placeRows(wanted, tracks) {
    const kept = new Set(wanted);
    for (const [index, row] of this.#rows) {
      if (!kept.has(index)) {
        row.remove();
        this.#rows.delete(index);
      }
    }
    let next = this.#ui.canvas.firstElementChild;
    for (const index of wanted) {
      const row = this.#rows.get(index) ?? this.#newRow(index);
      if (row === next) next = next.nextElementSibling;
      else this.#ui.canvas.insertBefore(row, next);
      if (tracks[index] && row.track !== tracks[index]) this.#fillRow(row, tracks[index]);
      row.tabIndex = index === this.#active ? 0 : -1;
    }
  }

  #dropRows() {
    this.#ui.list.classList.remove('waiting');
    this.#rows.clear();
    this.#ui.canvas.replaceChildren();
  }

  #newRow(index) {
    const row = el('div', { class: 'row', part: 'row', role: 'row', 'aria-rowindex': index + 1 },
      cell({ class: 'rank' }), cell({}, el('div', { class: 'bone square' })),
      cell({}, el('span', { class: 'spoken' }, this.#say('loading')),
        el('div', { class: 'bone' }), el('div', { class: 'bone short' })));
    row.style.setProperty('--index', index);
    row.index = index;
    this.#rows.set(index, row);
    return row;
  }

  /** @param {HTMLElement} row @param {Track} track */
  #fillRow(row, track) {
    row.track = track;
    const { title } = track;
    row.rank = cell({ class: 'rank' });
    row.cover = button('play', { part: 'cover', tabindex: -1 }, undefined,
      this.#cover(track), el('span', { class: 'glyph' }));
    row.meta = el('div', { class: 'meta' });
    row.use = button('use', { part: 'use', tabindex: -1, 'aria-label': this.#say('use', track) }, undefined,
      icon('check'));
    row.replaceChildren(
      row.rank, cell({}, row.cover),
      cell({ class: 'cut' }, el('div', { class: 'title cut', part: 'title', dir: 'auto', title }, title), row.meta),
      this.#facts(track), cell({}, row.use));
    this.#showMeta(row);
    this.#showRank(row);
    this.#showPicked(row);
    this.#showPlaying(row);
    if (this.#root.activeElement === row) this.#announce(track.title);
  }

  #cover(track) {
    const size = { width: 48, height: 48 };
    const image = el('img', { alt: '', ...size, loading: 'lazy', decoding: 'async', src: track.coverUrl });
    image.addEventListener('error', () => image.remove());
    return image;
  }

  #facts(track) {
    const [before, after = ''] = this.#count('videos', track.userCount, { format: () => '\n' }).split('\n');
    const uses = el('span', {}, el('b', {}, before), this.#formats.compact.format(track.userCount), el('b', {}, after));
    return cell({ class: 'facts', part: 'facts' }, uses, el('span', {}, clock(track.duration)));
  }

  #showMeta(row) {
    const { id, author, language, isCommerceMusic } = row.track;
    if (this.#failed.has(id)) {
      row.meta.replaceChildren(el('span', { class: 'failed' }, this.#say('previewFailed')));
      return;
    }
    row.meta.replaceChildren(
      el('span', { class: 'cut', part: 'author', dir: 'auto', title: author }, author),
      el('span', { class: 'language' }, this.#languageName(language)),
      ...(isCommerceMusic ? [] : [el('span', { class: 'tag cut' }, this.#say('notCommercial'))]));
  }

  #showRank(row) {
    const standing = this.#standings.get(row.track.id);
    const rank = standing?.rank ?? (this.#search.hasFilters ? null : row.index + 1);
    const gained = (standing?.previousRank ?? rank) - rank;
    row.rank.replaceChildren(rank === null ? '' : this.#formats.numbers.format(rank));
    if (standing?.isNew) row.rank.append(el('span', { class: 'mark new', part: 'mark' }, this.#say('isNew')));
    else if (gained) row.rank.append(this.#movement(gained));
  }

  #movement(gained) {
    const n = this.#formats.numbers.format(Math.abs(gained));
    return el('span', { class: gained > 0 ? 'mark up' : 'mark', part: 'mark' },
      el('span', { 'aria-hidden': 'true' }, `${gained > 0 ? '▲' : '▼'} ${n}`),
      el('span', { class: 'spoken' }, this.#say(gained > 0 ? 'up' : 'down', { n })));
  }

  #languageName(code) {
    try { return this.#formats.languageNames.of(code); } catch { return code; }
  }

  /** "New" and movement of the rows that exist; the list is whole without them. */
  async #askStandings() {
    const search = this.#search;
    const ids = [...this.#rows.values()].map((row) => row.track?.id);
    const asked = ids.filter((id) => id && !this.#standings.has(id)).slice(0, BATCH_SIZE);
    if (!asked.length) return;
    for (const id of asked) this.#standings.set(id, null);
    const found = await search.standings(asked).catch((error) => (error.name === 'AbortError' ? null : []));
    if (!found) for (const id of asked) this.#standings.delete(id);
    for (const track of found ?? []) this.#standings.set(track.id, track);
    for (const row of this.#rows.values()) if (row.track) this.#showRank(row);
    this.#showPick();
  }

  // ---- states around the list

  /** Touches the DOM only when there is something new to say. */
  #showState() {
    const { total, tracks, failure, age, hasFilters } = this.#search;
    const isBare = failure ? total === undefined : total === 0;
    const state = JSON.stringify([isBare, tracks.length > 0, failure, age, hasFilters, navigator.onLine]);
    if (state === this.#state) return;
    this.#state = state;
    const { panel, banner, list, input } = this.#ui;
    const hadFocus = [panel, banner].some((place) => place.contains(this.#root.activeElement));
    panel.hidden = !isBare;
    list.hidden = isBare;
    if (isBare) this.#dropRows();
    if (failure && isBare) this.#ui.counted.textContent = '';
    panel.replaceChildren(...(!isBare ? [] : failure ? this.#failurePanel(failure) : this.#emptyPanel()));
    banner.replaceChildren(...(isBare || !tracks.length ? [] : this.#bannerParts()));
    banner.hidden = !banner.childElementCount;
    if (hadFocus) input.focus();
  }

  #failurePanel({ reference }) {
    return [
      icon('alert'), el('strong', {}, this.#say(this.#failureText())), this.#offer('retry', () => this.#retry()),
      ...(reference ? [el('small', {}, this.#say('reference', { id: reference }))] : []),
    ];
  }

  #emptyPanel() {
    const [title, text, offer, work] = this.#search.hasFilters
      ? ['noMatchTitle', 'noMatchText', 'clearFilters', () => this.#clearFilters()]
      : ['emptyTitle', 'emptyText', 'retry', () => this.#restart()];
    return [icon('search'), el('strong', {}, this.#say(title)), el('span', {}, this.#say(text)), this.#offer(offer, work)];
  }

  #bannerParts() {
    const { failure, age } = this.#search;
    const warning = (text, ...more) => [icon('alert'), el('span', {}, text), ...more];
    if (failure) return warning(this.#say(this.#failureText()), this.#offer('retry', () => this.#retry()));
    if (!navigator.onLine) return warning(this.#say('offline'));
    return age > STALE_SECONDS ? warning(this.#say('stale', { age: this.#ago(age / 3600) })) : [];
  }

  #ago(hours) {
    const [count, unit] = hours < 48 ? [hours, 'hour'] : [hours / 24, 'day'];
    return this.#formats.ages.format(-Math.round(count), unit);
  }

  #offer(name, work) {
    return button('button', { part: 'button' }, work, this.#say(name));
  }

  // ---- chips

  #showChips() {
    const { language = {}, isCommerceMusic } = this.#search.facets ?? {};
    const focused = this.#root.activeElement?.dataset?.chip;
    const chips = [];
    if (isCommerceMusic) {
      chips.push(this.#chip('commerce', this.#say('commercial'), isCommerceMusic.true, this.#commerceOnly));
    }
    for (const code of new Set([...Object.keys(language), ...this.#languages])) {
      chips.push(this.#chip(code, this.#languageName(code), language[code] ?? 0, this.#languages.has(code)));
    }
    this.#ui.chips.replaceChildren(...chips);
    const stop = chips.find((chip) => chip.dataset.chip === focused) ?? chips[0];
    if (stop) stop.tabIndex = 0;
    if (focused) stop?.focus();
    this.#showUnfold();
  }

  #unfoldChips() {
    this.#ui.unfold.ariaExpanded = String(this.#ui.filters.classList.toggle('open'));
  }

  /** Only where there are more chips than fit in a line. */
  #showUnfold() {
    const { unfold, chips } = this.#ui;
    unfold.hidden = unfold.ariaExpanded !== 'true' && chips.scrollWidth <= chips.clientWidth;
  }

  #chip(name, label, count, isOn) {
    const told = { tabindex: -1, 'aria-pressed': String(isOn), 'data-chip': name };
    return button('chip', { part: isOn ? 'chip chip-on' : 'chip', ...told }, () => this.#chipTurned(name),
      label, el('small', {}, this.#formats.numbers.format(count)));
  }

  #chipTurned(name) {
    if (name === 'commerce') this.#commerceOnly = !this.#commerceOnly;
    else if (!this.#languages.delete(name)) this.#languages.add(name);
    this.#restart();
  }

  #chipKey(event) {
    const chips = [...this.#ui.chips.children];
    const at = chips.indexOf(event.target);
    const steps = { [this.#forwardKey()]: at + 1, [this.#backwardKey()]: at - 1, Home: 0, End: chips.length - 1 };
    const to = steps[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const next = chips[clamp(to, 0, chips.length - 1)];
    event.target.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  }

  #isRightToLeft() { return getComputedStyle(this).direction === 'rtl'; }

  #forwardKey() { return this.#isRightToLeft() ? 'ArrowLeft' : 'ArrowRight'; }

  #backwardKey() { return this.#isRightToLeft() ? 'ArrowRight' : 'ArrowLeft'; }

  // ---- keys and clicks

  #searchKey(event) {
    if (event.isComposing || !['ArrowDown', 'Enter'].includes(event.key)) return;
    event.preventDefault();
    if (event.key === 'ArrowDown') this.#activate(this.#active);
    else this.#restart();
  }

  #listKey(event) {
    const page = Math.max(Math.floor(this.#ui.list.clientHeight / this.#rowHeight) - 1, 1);
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity };
    const isOnButton = event.target.closest('button') !== null;
    const track = this.#search.tracks[this.#active];
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key in steps) this.#activate(this.#active + steps[event.key]);
    else if (event.key === 'Enter' && !isOnButton && track) this.#pick(track);
    else if (event.key === ' ' && !isOnButton && track) this.#play(track);
    else if (event.key === this.#forwardKey()) this.#player.seek(this.#player.position + SEEK_SECONDS);
    else if (event.key === this.#backwardKey()) this.#player.seek(this.#player.position - SEEK_SECONDS);
    else return;
    event.preventDefault();
  }

  /** Brings the row into view and the focus to it. */
  #activate(index) {
    if (!this.#search.total) return;
    this.#active = clamp(index, 0, this.#search.total - 1);
    const top = this.#active * this.#rowHeight;
    const lowest = top + this.#rowHeight - this.#ui.list.clientHeight;
    this.#ui.list.scrollTop = clamp(this.#ui.list.scrollTop, lowest, top);
    this.#render();
    this.#rows.get(this.#active)?.focus({ preventScroll: true });
  }

  #clicked(event) {
    const row = event.target.closest('.row');
    if (!row?.track) return;
    this.#active = row.index;
    this.#render();
    if (event.target.closest('.play')) this.#play(row.track);
    else this.#pick(row.track);
  }

  #escape(event) {
    if (event.key !== 'Escape' || event.isComposing) return;
    if (this.#player.track) this.#stopPlayer();
    else if (this.#ui.input.value) this.#clearSearch();
    else return;
    event.preventDefault();
    event.stopPropagation(); // a dialog around the picker stays open
  }

  // ---- playing

  /** @param {Track} track */
  #play(track) {
    this.#failed.delete(track.id);
    this.#eachRowOf(track.id, (row) => this.#showMeta(row));
    const isNew = this.#player.track?.id !== track.id;
    this.#player.toggle(track);
    if (isNew) this.#announce(this.#say('playing', track));
  }

  #previewFailed(track) {
    this.#failed.add(track.id);
    this.#eachRowOf(track.id, (row) => this.#showMeta(row));
    this.#announce(this.#say('previewFailed'));
  }

  #stopPlayer() {
    const hadFocus = this.#ui.bar.contains(this.#root.activeElement);
    this.#player.stop();
    if (hadFocus) this.#activate(this.#active);
  }

  #eachRowOf(id, work) {
    for (const row of this.#rows.values()) if (row.track?.id === id) work(row);
  }

  #showPlayer() {
    const { track, position, duration, isOn } = this.#player;
    this.#ui.bar.hidden = !track;
    for (const row of this.#rows.values()) if (row.track) this.#showPlaying(row);
    if (!track) return;
    if (this.#ui.nowTitle.textContent !== track.title) this.#ui.nowTitle.textContent = track.title;
    if (this.#ui.nowAuthor.textContent !== track.author) this.#ui.nowAuthor.textContent = track.author;
    this.#showToggle(this.#ui.toggle, this.#ui.toggle, track, isOn);
    this.#ui.slider.max = duration;
    this.#ui.slider.value = position;
    const times = { at: clock(position), of: clock(duration) };
    this.#ui.slider.setAttribute('aria-valuetext', this.#say('position', times));
    this.#ui.clock.textContent = `${times.at} / ${times.of}`;
  }

  #showPlaying(row) {
    const isMine = this.#player.track?.id === row.track.id;
    const share = isMine && this.#player.duration ? this.#player.position / this.#player.duration : 0;
    row.cover.style.setProperty('--progress', share);
    this.#showToggle(row.cover, row.cover.lastChild, row.track, isMine && this.#player.isOn);
  }

  /** The icon and the name of a button that plays or pauses. */
  #showToggle(button, place, track, isOn) {
    const label = this.#say(isOn ? 'pause' : 'play', track);
    if (button.getAttribute('aria-label') === label) return;
    button.setAttribute('aria-label', label);
    place.replaceChildren(icon(isOn ? 'pause' : 'play'));
  }

  // ---- picking

  /** @param {Track|null} track null lets TikTok choose */
  #pick(track) {
    this.value = track ? { selection: 'manual', trackId: track.id } : { selection: 'auto' };
    this.#picked = track;
    this.#showPick();
    this.#announce(this.#ui.note.firstChild.textContent);
    const detail = { tiktokMusic: this.value, ...(track && { track }) };
    this.dispatchEvent(new CustomEvent('track-selected', { detail, bubbles: true, composed: true }));
  }

  #showPick() {
    const isAuto = this.#value?.selection === 'auto';
    const id = this.#value?.trackId;
    this.#ui.auto.setAttribute('aria-pressed', String(isAuto));
    for (const row of this.#rows.values()) if (row.track) this.#showPicked(row);
    if (id && !this.#picked) this.#findPicked(id);
    const lines = isAuto ? ['honoredAuto', 'drafts'] : this.#honoredLines(id);
    const title = isAuto ? this.#say('selectedAuto') : this.#picked && this.#say('selected', isolated(this.#picked));
    const heading = title ? [el('strong', { class: 'cut' }, title)] : [];
    this.#ui.note.replaceChildren(...heading, lines.map((line) => this.#say(line)).join(' '));
  }

  /** Where a picked track is used: the catalog's word, else what holds for every track. */
  #honoredLines(id) {
    const { publish, managed } = this.#standings.get(id)?.honoredBy ?? { publish: false, managed: true };
    const first = managed ? [id ? 'honoredPick' : 'honoredManaged'] : [];
    return [...first, publish ? 'directHonors' : 'directDegrades', 'drafts'];
  }

  #showPicked(row) {
    const isPicked = this.#value?.trackId === row.track.id;
    row.setAttribute('aria-selected', String(isPicked));
    row.part.toggle('row-selected', isPicked);
    row.use.setAttribute('aria-pressed', String(isPicked));
  }

  /** The track of a value that the page set: among those read, else asked for. */
  async #findPicked(id) {
    const here = this.#search?.tracks.find((track) => track.id === id) ?? this.#standings.get(id);
    if (here) this.#picked = here;
    if (here || this.#standings.has(id) || !this.#search) return;
    this.#standings.set(id, null);
    const [found] = await this.#search.standings([id]).catch(() => []);
    if (!found || this.#value?.trackId !== id) return;
    this.#standings.set(id, found);
    this.#picked = found;
    this.#showPick();
  }
}

if (!customElements.get('tiktok-music-picker')) customElements.define('tiktok-music-picker', TiktokMusicPicker);

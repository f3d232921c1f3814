/**
 * The virtual list: only rows near the view exist, a few dozen for 10,000 tracks.
 *
 * @typedef {import('../tiktok-music-picker.js').Track} Track
 * @typedef {{
 *   filled: (row: Row) => void,
 *   viewed: () => void,
 *   entered: (track: Track) => void,
 *   picked: (track: Track) => void,
 *   favored: (track: Track) => void,
 *   played: (track: Track) => void,
 *   seeked: (steps: number) => void,
 * }} Handlers `filled`: a row got its track; `entered`: a row got the focus
 */

import { el } from './dom.js';
import { Row } from './row.js';
import { isRightToLeft } from './strings.js';

const OVERSCAN_ROWS = 8;
const SKELETON_ROWS = 9;
const FLING_MS = 120; // without fast scrolling before covers are loaded
const ROW_PIXELS = 68; // until the rendered height is known

export class List {
  /** @type {Map<number, Row>} by index */ #rows = new Map();
  /** @type {Track[]} */ #tracks = [];
  #count = 0;
  #isKnown = false; // false: skeleton rows are shown
  #hadFocus = false; // a row had the focus when the rows were removed
  #active = 0; // index of the row in the tab order
  #rowHeight = ROW_PIXELS;
  #first = 0; // index of the first row in view
  #fling; // a timer during fast scrolling, when no covers are loaded

  /** @param {import('./strings.js').Speech} speech @param {Handlers} handlers */
  constructor(speech, handlers) {
    this.speech = speech;
    this.handlers = handlers;
    this.canvas = el('div', { class: 'canvas', role: 'rowgroup' });
    this.probe = el('div', { class: 'probe', 'aria-hidden': 'true' });
    this.element = el('div', {
      class: 'list', id: 'list', part: 'list', role: 'grid', 'aria-busy': 'true',
      'aria-label': speech.say('list'), 'aria-describedby': 'help',
      onscroll: () => this.render(),
      onkeydown: (event) => this.#key(event),
      onclick: (event) => this.#clicked(event),
    }, this.canvas, this.probe);
  }

  /** The rows that have a track. */
  get rows() { return [...this.#rows.values()].filter((row) => row.track); }

  /** The index of the last row in view. */
  get last() { return this.#view().last; }

  /** Where the user is. @returns {{top: number, active: number, hasFocus: boolean}} */
  get place() { return { top: this.element.scrollTop, active: this.#active, hasFocus: this.#hasFocus }; }

  /** Returns to a place of the same list. */
  set place({ top, active, hasFocus }) {
    this.#active = Math.min(active, Math.max(this.#count - 1, 0));
    this.element.scrollTop = top;
    this.render();
    if (hasFocus) this.activate();
  }

  get #hasFocus() { return this.element.querySelector(':focus') !== null; }

  /** Fades the rows while a new search loads, or shows skeleton rows. */
  wait() {
    const isHeld = this.#rows.size > 0;
    this.element.ariaBusy = 'true';
    this.element.classList.toggle('waiting', isHeld && this.rows.length > 0);
    if (!isHeld) this.show([], SKELETON_ROWS);
  }

  /** Removes the rows and scrolls to the start. */
  reset() {
    this.#hadFocus ||= this.#hasFocus;
    this.removeRows();
    this.element.ariaBusy = 'false';
    this.element.scrollTop = 0;
    this.#active = 0;
  }

  removeRows() {
    this.element.classList.remove('waiting');
    this.#rows.clear();
    this.canvas.replaceChildren();
  }

  /** @param {Track[]} tracks fetched so far @param {number} count of rows @param {number} [total] if known */
  show(tracks, count, total = -1) {
    this.#tracks = tracks;
    this.#count = count;
    this.canvas.style.setProperty('--count', count);
    this.#isKnown = total >= 0;
    this.element.setAttribute('aria-rowcount', total);
    this.render();
    if (this.#hadFocus && this.#isKnown) this.activate();
  }

  /** Removes the rows before a notice replaces the list. @returns {boolean} true if a row had the focus */
  leave() {
    const hadFocus = this.#hadFocus || this.#hasFocus;
    this.#hadFocus = false;
    this.removeRows();
    return hadFocus;
  }

  /** Renders the rows in view, a margin around them and the active one; removes all others. */
  render() {
    const view = this.#view();
    this.#detectFling(view);
    const end = Math.min(view.last + 1 + OVERSCAN_ROWS, this.#count);
    const wanted = new Set();
    for (let i = Math.max(view.first - OVERSCAN_ROWS, 0); i < end; i++) wanted.add(i);
    if (this.#active < this.#count) wanted.add(this.#active);
    this.#place(wanted);
    this.handlers.viewed();
  }

  /** Delays covers during fast scrolling, so that rows that fly by load none. */
  #detectFling({ first, last }) {
    const isFast = Math.abs(first - this.#first) > (last - first) / 2;
    this.#first = first;
    if (!isFast) return;
    clearTimeout(this.#fling);
    this.#fling = setTimeout(() => {
      this.#fling = undefined;
      this.showCovers();
    }, FLING_MS);
  }

  /** Loads missing covers. */
  showCovers() {
    for (const row of this.rows) row.showCover();
  }

  #view() {
    const { scrollTop, clientHeight } = this.element;
    this.#rowHeight = this.probe.offsetHeight || ROW_PIXELS;
    return {
      first: Math.floor(scrollTop / this.#rowHeight),
      last: Math.floor((scrollTop + clientHeight) / this.#rowHeight),
    };
  }

  /** Never moves rows that stay, because a moved element loses the focus. */
  #place(wanted) {
    for (const [index, row] of this.#rows) {
      if (wanted.has(index)) continue;
      row.element.remove();
      this.#rows.delete(index);
    }
    let next = this.canvas.firstElementChild;
    for (const index of [...wanted].sort((a, b) => a - b)) {
      const row = this.#rows.get(index) ?? this.#newRow(index);
      if (row.element === next) next = next.nextElementSibling;
      else this.canvas.insertBefore(row.element, next);
      if (this.#tracks[index] && row.track !== this.#tracks[index]) this.#fill(row, this.#tracks[index]);
      row.element.tabIndex = index === this.#active ? 0 : -1;
    }
  }

  #newRow(index) {
    const row = new Row(this.speech, index);
    this.#rows.set(index, row);
    return row;
  }

  #fill(row, track) {
    row.fill(track);
    if (!this.#fling) row.showCover();
    this.handlers.filled(row);
    if (row.element.matches(':focus')) this.handlers.entered(track); // the row was empty when it got the focus
  }

  // ---- keys and clicks

  /** Scrolls the row into view and focuses it. */
  activate(index = this.#active) {
    if (!this.#count || !this.#isKnown || this.element.hidden) return;
    this.#hadFocus = false;
    this.#active = Math.min(Math.max(index, 0), this.#count - 1);
    const top = this.#active * this.#rowHeight;
    const lowest = top + this.#rowHeight - this.element.clientHeight;
    this.element.scrollTop = Math.min(Math.max(this.element.scrollTop, lowest), top);
    this.render();
    const row = this.#rows.get(this.#active)?.element;
    row?.focus({ preventScroll: true });
    row?.scrollIntoView({ block: 'nearest' }); // a small picker scrolls as a whole
  }

  #key(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const isHandled = this.#moved(event.key) || this.#seeked(event.key) || this.#acted(event);
    if (!isHandled) return;
    event.preventDefault();
    event.stopPropagation(); // these keys may be shortcuts of the page
  }

  #moved(key) {
    const page = Math.max(Math.floor(this.element.clientHeight / this.#rowHeight) - 1, 1);
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity };
    if (!(key in steps)) return false;
    this.activate(this.#active + steps[key]);
    return true;
  }

  #seeked(key) {
    const forward = isRightToLeft(this.element) ? 'ArrowLeft' : 'ArrowRight';
    if (!['ArrowLeft', 'ArrowRight'].includes(key)) return false;
    this.handlers.seeked(key === forward ? 1 : -1);
    return true;
  }

  /** Enter picks, Space plays and F marks a favorite, except on a button inside the row, which they press. */
  #acted({ key, target }) {
    const track = this.#tracks[this.#active];
    const act = { enter: this.handlers.picked, ' ': this.handlers.played, f: this.handlers.favored }[key.toLowerCase()];
    if (!act || target.closest('button')) return false;
    if (track) act(track);
    return true;
  }

  #clicked(event) {
    const row = this.rows.find(({ element }) => element.contains(event.target));
    if (!row) return;
    this.#active = row.index;
    this.render();
    if (row.play.contains(event.target)) this.handlers.played(row.track);
    else if (row.favorite.contains(event.target)) this.handlers.favored(row.track);
    else this.handlers.picked(row.track);
  }
}

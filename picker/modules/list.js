/**
 * The list, of which only rows near the view exist: 10,000 tracks make a few dozen of them.
 *
 * @typedef {import('../tiktok-music-picker.js').Track} Track
 * @typedef {{
 *   filled: (row: Row) => void,
 *   viewed: () => void,
 *   entered: (track: Track) => void,
 *   picked: (track: Track) => void,
 *   played: (track: Track) => void,
 *   sought: (steps: number) => void,
 * }} Told what the list tells: `filled`, a row that got its track; `entered`, by focus
 */

import { el } from './dom.js';
import { Row } from './row.js';
import { isRightToLeft } from './strings.js';

const OVERSCAN_ROWS = 8;
const SKELETON_ROWS = 9;
const FLING_MS = 120; // after which a list that was flung is looked at again
const ROW_PIXELS = 68; // until the real height is known

export class List {
  /** @type {Map<number, Row>} those that exist, by index */ #rows = new Map();
  /** @type {Track[]} */ #tracks = [];
  #count = 0;
  #isKnown = false; // or skeletons hold the place
  #hadFocus = false; // when the rows were taken away
  #active = 0; // index of the row that Tab leads to
  #rowHeight = ROW_PIXELS;
  #first = 0; // index of the first row in view
  #fling; // a timer while rows fly by too fast for their covers

  /** @param {import('./strings.js').Speech} speech @param {Told} told */
  constructor(speech, told) {
    this.speech = speech;
    this.told = told;
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

  get #hasFocus() { return this.element.querySelector(':focus') !== null; }

  /** Fades what is shown while something else is on its way, or holds its place. */
  wait() {
    const isHeld = this.#rows.size > 0;
    this.element.ariaBusy = 'true';
    this.element.classList.toggle('waiting', isHeld && this.rows.length > 0);
    if (!isHeld) this.show([], SKELETON_ROWS);
  }

  /** Forgets the rows, and where the view was. */
  reset() {
    this.#hadFocus ||= this.#hasFocus;
    this.drop();
    this.element.ariaBusy = 'false';
    this.element.scrollTop = 0;
    this.#active = 0;
  }

  drop() {
    this.element.classList.remove('waiting');
    this.#rows.clear();
    this.canvas.replaceChildren();
  }

  /** @param {Track[]} tracks those that are known @param {number} count of rows @param {number} [total] if known */
  show(tracks, count, total = -1) {
    this.#tracks = tracks;
    this.#count = count;
    this.canvas.style.setProperty('--count', count);
    this.#isKnown = total >= 0;
    this.element.setAttribute('aria-rowcount', total);
    this.render();
    if (this.#hadFocus && this.#isKnown) this.activate();
  }

  /** Takes the rows away, for something else is shown. @returns {boolean} whether the focus was on them */
  leave() {
    const hadFocus = this.#hadFocus || this.#hasFocus;
    this.#hadFocus = false;
    this.drop();
    return hadFocus;
  }

  /** Makes rows for the view, a margin and the active one, and takes the others away. */
  render() {
    const view = this.#view();
    this.#mindFling(view);
    const end = Math.min(view.last + 1 + OVERSCAN_ROWS, this.#count);
    const wanted = new Set();
    for (let i = Math.max(view.first - OVERSCAN_ROWS, 0); i < end; i++) wanted.add(i);
    if (this.#active < this.#count) wanted.add(this.#active);
    this.#place(wanted);
    this.told.viewed();
  }

  /** Covers of rows that fly by are never asked for. */
  #mindFling({ first, last }) {
    const isFlung = Math.abs(first - this.#first) > (last - first) / 2;
    this.#first = first;
    if (!isFlung) return;
    clearTimeout(this.#fling);
    this.#fling = setTimeout(() => {
      this.#fling = undefined;
      this.showCovers();
    }, FLING_MS);
  }

  /** The covers that are missing. */
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

  /** Rows that stay are never moved in the DOM, so that none loses the focus. */
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
    this.told.filled(row);
    if (row.element.matches(':focus')) this.told.entered(track); // it was empty when the focus came
  }

  // ---- keys and clicks

  /** Brings the row into view and the focus to it. */
  activate(index = this.#active) {
    if (!this.#count || !this.#isKnown || this.element.hidden) return;
    this.#hadFocus = false;
    this.#active = Math.min(Math.max(index, 0), this.#count - 1);
    const top = this.#active * this.#rowHeight;
    const lowest = top + this.#rowHeight - this.element.clientHeight;
    this.element.scrollTop = Math.min(Math.max(this.element.scrollTop, lowest), top);
    this.render();
    this.#rows.get(this.#active)?.element.focus({ preventScroll: true });
  }

  #key(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const isHandled = this.#moved(event.key) || this.#sought(event.key) || this.#acted(event);
    if (isHandled) event.preventDefault();
  }

  #moved(key) {
    const page = Math.max(Math.floor(this.element.clientHeight / this.#rowHeight) - 1, 1);
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity };
    if (!(key in steps)) return false;
    this.activate(this.#active + steps[key]);
    return true;
  }

  #sought(key) {
    const forward = isRightToLeft(this.element) ? 'ArrowLeft' : 'ArrowRight';
    if (!['ArrowLeft', 'ArrowRight'].includes(key)) return false;
    this.told.sought(key === forward ? 1 : -1);
    return true;
  }

  /** What Enter and Space do on a row; on a button inside, they press that. */
  #acted({ key, target }) {
    const track = this.#tracks[this.#active];
    const act = { Enter: this.told.picked, ' ': this.told.played }[key];
    if (!act || target.closest('button')) return false;
    if (track) act(track);
    return true;
  }

  #clicked(event) {
    const row = this.rows.find(({ element }) => element.contains(event.target));
    if (!row) return;
    this.#active = row.index;
    this.render();
    if (row.play.contains(event.target)) this.told.played(row.track);
    else this.told.picked(row.track);
  }
}

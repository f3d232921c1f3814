/**
 * All parts of a picker in one language, in visual and tab order.
 *
 * @typedef {import('../tiktok-music-picker.js').Track} Track
 */

import { ChartSelect } from './chart_select.js';
import { button, el } from './dom.js';
import { Filters } from './filters.js';
import { icon } from './icons.js';
import { List } from './list.js';
import { Note } from './note.js';
import { Notices } from './notices.js';
import { Order } from './order.js';
import { PlayerBar } from './player_bar.js';
import { SearchField } from './search_field.js';

export class Frame {
  /**
   * @param {import('./strings.js').Speech} speech
   * @param {{choice: import('./query.js').Choice, shelves: import('./shelves.js').Shelves, player: import('./player.js').Player}} state
   * @param {import('./list.js').Handlers & {
   *   searched: () => void, cleared: () => void, retried: () => void, cancelled: () => void, reloaded: () => void,
   *   chosen: (mode: 'auto'|'none'|null) => void, stopped: () => void, started: () => void, resized: () => void,
   * }} handlers
   */
  constructor(speech, { choice, shelves, player }, handlers) {
    this.speech = speech;
    this.list = new List(speech, handlers);
    this.search = new SearchField(speech, { searched: handlers.searched, left: () => this.list.activate() });
    this.filters = new Filters(speech, choice, shelves, handlers.searched);
    this.charts = new ChartSelect(speech, choice, handlers.searched);
    this.filters.element.prepend(this.charts.element);
    this.order = new Order(speech, choice, handlers.searched);
    this.notices = new Notices(speech, {
      retry: handlers.retried, cancel: handlers.cancelled, reload: handlers.reloaded, clear: handlers.cleared,
    });
    this.bar = new PlayerBar(speech, player, handlers);
    this.note = new Note(speech, () => handlers.chosen(null));
    this.modes = new Map([['auto', 'spark'], ['none', 'mute']].map(([mode, name]) => [mode,
      button(mode, { part: mode, 'aria-pressed': 'false', onclick: () => handlers.chosen(mode) }, icon(name), speech.say(mode))]));
    this.counted = el('span', { part: 'count' });
    this.spoken = el('div', { class: 'spoken', role: 'status' });
    this.element = el('div', { class: 'frame' },
      this.search.element, this.filters.element, el('div', { class: 'bar' }, ...this.modes.values(), this.counted, this.order.element),
      this.notices.banner, this.notices.panel, this.list.element, this.bar.element, this.note.element,
      el('div', { id: 'help', hidden: true }, speech.say('help')), this.spoken);
    this.handlers = handlers;
    this.sizes = new ResizeObserver(() => this.#resized());
    this.sizes.observe(this.list.element);
    this.sizes.observe(this.filters.chips);
  }

  /** Announces text to screen readers. */
  announce(text) { this.spoken.textContent = text; }

  stop() {
    this.search.stop();
    this.notices.stop();
    this.sizes.disconnect();
  }

  /** Shows a new search. @param {import('./feed.js').Feed} feed with its first page */
  begin({ total, facets, hasFilters }) {
    this.list.reset();
    this.filters.show(facets);
    this.order.show();
    this.counted.textContent = this.speech.count('tracks', total);
    const nothing = this.speech.say(hasFilters ? 'noMatchTitle' : 'emptyTitle');
    this.announce(total ? this.counted.textContent : nothing);
  }

  /**
   * Updates the DOM from the feed.
   * @param {import('./feed.js').Feed} feed
   * @param {number} retryAt when the next automatic retry starts, as `Date.now()` counts; 0: none is due
   */
  show(feed, retryAt) {
    const { tracks, total, failure } = feed;
    const isButtonGone = this.notices.show(feed, retryAt);
    const { replacesList } = this.notices;
    const isListGone = replacesList && this.list.leave();
    this.list.element.hidden = replacesList;
    this.filters.element.hidden = replacesList && !this.filters.chips.childElementCount;
    if (replacesList && failure) this.counted.textContent = '';
    if (isButtonGone || isListGone) this.search.focus();
    const isLoading = total === undefined && !failure;
    if (isLoading) this.list.wait();
    else this.list.show(tracks, total ?? 0, total);
  }

  /**
   * @param {import('./player.js').Player} player
   * @param {{offsetMs: number, startMs: number|undefined}|null} start of videos, where the user can set it
   */
  showPlayer(player, start) {
    this.bar.show(start);
    for (const row of this.list.rows) row.showPlaying(player);
  }

  /** @param {import('./note.js').Pick} pick */
  showPick(pick) {
    for (const [mode, choice] of this.modes) choice.setAttribute('aria-pressed', String(pick.value?.mode === mode));
    for (const row of this.list.rows) row.showPicked(isPickOf(pick, row.track));
    this.note.show(pick);
  }

  /** Nothing can be operated while the element is disabled; the note on the pick can still be read. */
  disable(isDisabled) {
    for (const part of this.element.children) part.inert = isDisabled && part !== this.note.element;
    this.note.clear.disabled = isDisabled;
  }

  /** Where the user is. */
  get place() {
    const hasFocus = this.element.querySelector(':focus') !== null;
    return { text: this.search.text, hasFocus, list: this.list.place };
  }

  /** Returns to a place. */
  set place({ hasFocus, list }) {
    this.list.place = list;
    if (hasFocus && !list.hasFocus) this.search.focus();
  }

  #resized() {
    this.list.render();
    this.filters.showUnfold();
    this.handlers.resized();
  }
}

/** True if the track is the pick, which may be the id of a duplicate of it. @param {import('./note.js').Pick} pick */
export const isPickOf = ({ value, standing }, { id }) =>
  value?.mode === 'manual' && (value.trackId === id || standing?.id === id);

/**
 * All parts of a picker in one language, in visual and tab order.
 *
 * @typedef {import('../tiktok-music-picker.js').Track} Track
 */

import { button, el } from './dom.js';
import { Filters } from './filters.js';
import { icon } from './icons.js';
import { List } from './list.js';
import { Note } from './note.js';
import { Notices } from './notices.js';
import { PlayerBar } from './player_bar.js';
import { SearchField } from './search_field.js';

export class Frame {
  /**
   * @param {import('./strings.js').Speech} speech
   * @param {{choice: import('./filters.js').Choice, player: import('./player.js').Player}} state
   * @param {import('./list.js').Handlers & {
   *   searched: () => void, cleared: () => void, retried: () => void, reloaded: () => void,
   *   picked: (track: Track|null) => void, stopped: () => void,
   * }} handlers
   */
  constructor(speech, { choice, player }, handlers) {
    this.speech = speech;
    this.list = new List(speech, handlers);
    this.search = new SearchField(speech, { searched: handlers.searched, left: () => this.list.activate() });
    this.filters = new Filters(speech, choice, handlers.searched);
    this.notices = new Notices(speech, { retry: handlers.retried, reload: handlers.reloaded, clear: handlers.cleared });
    this.bar = new PlayerBar(speech, player, handlers.stopped);
    this.note = new Note(speech);
    this.auto = button('auto', { part: 'auto', 'aria-pressed': 'false', onclick: () => handlers.picked(null) },
      icon('spark'), speech.say('auto'));
    this.counted = el('span', { part: 'count' });
    this.spoken = el('div', { class: 'spoken', role: 'status' });
    this.element = el('div', { class: 'frame' },
      this.search.element, this.filters.element, el('div', { class: 'bar' }, this.auto, this.counted),
      this.notices.banner, this.notices.panel, this.list.element, this.bar.element, this.note.element,
      el('div', { id: 'help', hidden: true }, speech.say('help')), this.spoken);
    this.sizes = new ResizeObserver(() => this.#resized());
    this.sizes.observe(this.list.element);
    this.sizes.observe(this.filters.chips);
  }

  /** Announces text to screen readers. */
  announce(text) { this.spoken.textContent = text; }

  stop() {
    this.search.stop();
    this.sizes.disconnect();
  }

  /** Shows a new search. @param {import('./feed.js').Feed} feed with its first page */
  begin({ total, facets, hasFilters }) {
    this.list.reset();
    this.filters.show(facets);
    this.counted.textContent = this.speech.count('tracks', total);
    const nothing = this.speech.say(hasFilters ? 'noMatchTitle' : 'emptyTitle');
    this.announce(total ? this.counted.textContent : nothing);
  }

  /** Updates the DOM from the feed. @param {import('./feed.js').Feed} feed */
  show(feed) {
    const { tracks, total, failure } = feed;
    const isButtonGone = this.notices.show(feed);
    const { replacesList } = this.notices;
    const isListGone = replacesList && this.list.leave();
    this.list.element.hidden = replacesList;
    if (replacesList && failure) this.counted.textContent = '';
    if (isButtonGone || isListGone) this.search.focus();
    const isLoading = total === undefined && !failure;
    if (isLoading) this.list.wait();
    else this.list.show(tracks, total ?? 0, total);
  }

  /** @param {import('./player.js').Player} player */
  showPlayer(player) {
    this.bar.show();
    for (const row of this.list.rows) row.showPlaying(player);
  }

  /** @param {import('./element.js').TiktokMusic|null} value @param {Track|null|undefined} track the picked one */
  showPick(value, track, honoredBy) {
    this.auto.setAttribute('aria-pressed', String(value?.selection === 'auto'));
    for (const row of this.list.rows) row.showPicked(row.track.id === value?.trackId);
    this.note.show(value, track, honoredBy);
  }

  #resized() {
    this.list.render();
    this.filters.showUnfold();
  }
}

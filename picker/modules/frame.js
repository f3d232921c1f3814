/**
 * All parts of a picker in one language, in the order in which they are seen and tabbed through.
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
   * @param {import('./list.js').Told & {
   *   searched: () => void, cleared: () => void, retried: () => void, reloaded: () => void,
   *   picked: (track: Track|null) => void, stopped: () => void,
   * }} told
   */
  constructor(speech, { choice, player }, told) {
    this.speech = speech;
    this.list = new List(speech, told);
    this.search = new SearchField(speech, { searched: told.searched, left: () => this.list.activate() });
    this.filters = new Filters(speech, choice, told.searched);
    this.notices = new Notices(speech, { retry: told.retried, reload: told.reloaded, clear: told.cleared });
    this.bar = new PlayerBar(speech, player, told.stopped);
    this.note = new Note(speech);
    this.auto = button('auto', { part: 'auto', 'aria-pressed': 'false', onclick: () => told.picked(null) },
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

  /** Says something to who cannot see it. */
  announce(text) { this.spoken.textContent = text; }

  stop() {
    this.search.stop();
    this.sizes.disconnect();
  }

  /** @param {import('./feed.js').Feed} feed whose first page is there */
  begin({ total, facets, hasFilters }) {
    this.list.reset();
    this.filters.show(facets);
    this.counted.textContent = this.speech.count('tracks', total);
    const nothing = this.speech.say(hasFilters ? 'noMatchTitle' : 'emptyTitle');
    this.announce(total ? this.counted.textContent : nothing);
  }

  /** Makes the DOM what the feed says. @param {import('./feed.js').Feed} feed */
  show(feed) {
    const { tracks, total, failure } = feed;
    const isOfferGone = this.notices.show(feed);
    const isInPlace = this.notices.isInPlace;
    const isListGone = isInPlace && this.list.leave();
    this.list.element.hidden = isInPlace;
    if (isInPlace && failure) this.counted.textContent = '';
    if (isOfferGone || isListGone) this.search.focus();
    const isUnderWay = total === undefined && !failure;
    if (isUnderWay) this.list.wait();
    else this.list.show(tracks, total ?? 0, total);
  }

  /** @param {import('./player.js').Player} player */
  showPlayer(player) {
    this.bar.show();
    for (const row of this.list.rows) row.showPlaying(player);
  }

  /** @param {import('./element.js').TiktokMusic|null} value @param {Track|null|undefined} track the one picked */
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

/**
 * The row of one track.
 *
 * @typedef {import('../tiktok-music-picker.js').Track} Track
 */

import { showCover } from './cover.js';
import { button, el } from './dom.js';
import { icon } from './icons.js';
import { showToggle } from './player_bar.js';

/** A field that is missing shows nothing. */
const textOf = (field) => (typeof field === 'string' ? field : '');

/** Creates a cell. @returns {HTMLElement} */
const cell = (attributes, ...children) => el('div', { role: 'gridcell', ...attributes }, ...children);

export class Row {
  /** @type {Track|null} */ track = null;

  /** @param {import('./strings.js').Speech} speech @param {number} index from 0 */
  constructor(speech, index) {
    this.speech = speech;
    this.index = index;
    const bones = [el('div', { class: 'bone' }), el('div', { class: 'bone short' })];
    this.element = el('div', { class: 'row', part: 'row', role: 'row', 'aria-rowindex': index + 1 },
      cell({ class: 'rank' }), cell({}, el('div', { class: 'bone square' })),
      cell({}, el('span', { class: 'spoken' }, speech.say('loading')), ...bones));
    this.element.style.setProperty('--index', index);
  }

  /** @param {Track} track */
  fill(track) {
    const say = (name) => this.speech.say(name, { title: textOf(track.title) });
    this.track = track;
    this.rank = cell({ class: 'rank', id: `rank-${this.index}` });
    this.glyph = el('span', { class: 'glyph' });
    this.play = button('play', { part: 'cover', tabindex: -1 }, this.glyph);
    this.meta = el('div', { class: 'meta' });
    this.favorite = button('icon favorite', { part: 'favorite', tabindex: -1, 'aria-label': say('favorite') }, icon('heart'));
    this.use = button('use', { part: 'use', tabindex: -1, 'aria-label': say('use') }, icon('check'));
    const title = el('div', { class: 'title cut', part: 'title', dir: 'auto', title: textOf(track.title) }, textOf(track.title));
    this.element.replaceChildren(this.rank, cell({}, this.play),
      cell({ id: `names-${this.index}` }, title, this.meta), this.#facts(), cell({}, this.favorite), cell({}, this.use));
    // The label leaves out the buttons, because the row's own keys do the same.
    const labels = ['names', 'facts', 'rank'].map((name) => `${name}-${this.index}`);
    this.element.setAttribute('aria-labelledby', labels.join(' '));
  }

  /** Loads the cover, again if it failed before. */
  showCover() { showCover(this.play, this.track); }

  #facts() {
    const { userCount, duration } = this.track;
    const facts = [];
    if (Number.isFinite(userCount)) {
      const { before, number, after } = this.speech.compactly('videos', userCount);
      facts.push(el('span', {}, before, number, after), ' ');
    }
    if (Number.isFinite(duration)) facts.push(el('span', {}, this.speech.clock(duration)));
    return cell({ class: 'facts', part: 'facts', id: `facts-${this.index}` }, ...facts);
  }

  /** @param {import('./standings.js').Standing|null|undefined} standing @param {boolean} hasFailed true if its preview could not be played */
  showMeta(standing, hasFailed) {
    const { author, language, isCommerceMusic } = this.track;
    if (hasFailed) {
      this.meta.replaceChildren(el('span', { class: 'failed' }, this.speech.say('previewFailed')));
      return;
    }
    const parts = [
      textOf(author) && el('span', { class: 'cut', part: 'author', dir: 'auto', title: author }, author),
      textOf(language) && el('span', { class: 'language' }, this.speech.language(language)),
      isCommerceMusic === false && el('span', { class: 'tag cut' }, this.speech.say('notCommercial')),
      standing?.honoredBy?.publish === true && el('span', { class: 'direct cut' }, this.speech.say('alsoDirect')),
    ].filter(Boolean);
    this.meta.replaceChildren(...parts.flatMap((part) => [part, ' ']));
  }

  /** @param {import('./standings.js').Standing|null|undefined} standing @param {number|null} fallback the rank without a standing */
  showRank(standing, fallback) {
    const rank = standing?.rank ?? fallback;
    const gained = (standing?.previousRank ?? rank) - rank;
    this.rank.replaceChildren(rank === null ? '' : this.speech.number(rank));
    if (standing?.isNew) this.rank.append(' ', el('span', { class: 'mark new', part: 'mark' }, this.speech.say('isNew')));
    else if (gained) this.rank.append(' ', this.#movement(gained));
  }

  #movement(gained) {
    const n = this.speech.number(Math.abs(gained));
    return el('span', { class: gained > 0 ? 'mark up' : 'mark', part: 'mark' },
      el('span', { 'aria-hidden': 'true' }, `${gained > 0 ? '▲' : '▼'} ${n}`),
      el('span', { class: 'spoken' }, this.speech.say(gained > 0 ? 'up' : 'down', { n })));
  }

  /** @param {boolean} isPicked */
  showPicked(isPicked) {
    this.element.setAttribute('aria-selected', String(isPicked));
    this.element.part.toggle('row-selected', isPicked);
    this.use.setAttribute('aria-pressed', String(isPicked));
  }

  /** @param {boolean} isFavorite */
  showFavorite(isFavorite) { this.favorite.setAttribute('aria-pressed', String(isFavorite)); }

  /** @param {import('./player.js').Player} player */
  showPlaying(player) {
    const share = player.has(this.track) && player.duration ? player.position / player.duration : 0;
    this.play.style.setProperty('--progress', share);
    this.play.disabled = !textOf(this.track.previewUrl);
    this.element.classList.toggle('playing', player.has(this.track) && player.isOn);
    this.element.part.toggle('row-playing', player.has(this.track));
    showToggle(this.play, this.glyph, this.track, player, this.speech);
  }
}

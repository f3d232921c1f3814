/**
 * A compact picker: a button, or a card of the pick, and the dialog in which either opens the frame.
 *
 * @typedef {{opened: () => void, closed: () => void, played: () => void, cleared: () => void}} Handlers
 */

import { hideCover, showCover } from './cover.js';
import { button, el } from './dom.js';
import { icon } from './icons.js';
import { warningsOf } from './note.js';
import { showToggle } from './player_bar.js';

const MODE_ICONS = { auto: 'spark', none: 'mute' };

export class Compact {
  /** @type {import('../tiktok-music-picker.js').Track|null} */ #track = null;

  /** @param {import('./frame.js').Frame} frame @param {Handlers} handlers */
  constructor(frame, handlers) {
    const { speech } = frame;
    const named = (name) => ({ 'aria-label': speech.say(name), title: speech.say(name) });
    this.frame = frame;
    this.speech = speech;
    this.handlers = handlers;
    this.openButton = button('open', { part: 'open', 'aria-haspopup': 'dialog', onclick: () => this.open() }, icon('note'), speech.say('addMusic'));
    this.glyph = el('span', { class: 'glyph' });
    this.play = button('play', { part: 'cover', onclick: handlers.played }, this.glyph);
    this.mode = el('span', { class: 'mode' });
    this.title = el('strong', { class: 'cut', dir: 'auto' });
    this.line = el('span', { class: 'line' });
    this.change = button('button', { part: 'button', 'aria-haspopup': 'dialog', onclick: () => this.open() }, speech.say('change'));
    this.clear = button('icon', { ...named('clearPick'), onclick: () => this.#cleared() }, icon('close'));
    this.card = el('div', { class: 'card', part: 'card', hidden: true },
      this.play, this.mode, el('div', { class: 'names' }, this.title, this.line), el('div', { class: 'ways' }, this.change, this.clear));
    const head = el('div', { class: 'head' }, el('strong', {}, speech.say('addMusic')),
      button('icon', { ...named('close'), onclick: () => this.close() }, icon('close')));
    this.dialog = el('dialog', {
      class: 'sheet', part: 'dialog', 'aria-label': speech.say('addMusic'),
      onclose: () => handlers.closed(), onclick: (event) => this.#clicked(event),
    }, head, frame.element);
    this.element = el('div', { class: 'compact' }, this.openButton, this.card, this.dialog);
  }

  get isClosed() { return !this.dialog.open; }

  /** The button that opens the dialog. */
  get focusTarget() { return this.card.hidden ? this.openButton : this.change; }

  open() {
    if (this.dialog.open) return;
    this.dialog.showModal();
    this.handlers.opened();
    this.frame.search.focus();
  }

  /** The focus returns to the button that is there now: the pick may have replaced the one that opened it. */
  close() {
    if (!this.dialog.open) return;
    this.dialog.close();
    this.focusTarget.focus();
  }

  disable(isDisabled) {
    for (const control of [this.openButton, this.play, this.change, this.clear]) control.disabled = isDisabled;
  }

  /** @param {import('./note.js').Pick} pick */
  showPick(pick) {
    const { value, track } = pick;
    const hadFocus = this.element.querySelector(':focus') && !this.dialog.open;
    const warning = warningsOf(pick).map((name) => this.speech.say(name)).join(' ');
    this.card.hidden = !value;
    this.openButton.hidden = value !== null;
    this.title.textContent = this.#titleOf(pick);
    this.line.textContent = warning || track?.author || '';
    this.line.classList.toggle('warning', warning !== '');
    this.#showTrack(value?.mode === 'manual' ? track ?? null : null);
    this.mode.hidden = !this.play.hidden;
    this.mode.replaceChildren(icon(MODE_ICONS[value?.mode] ?? 'note'));
    if (hadFocus) this.focusTarget.focus();
  }

  /** @param {import('./player.js').Player} player */
  showPlayer(player) {
    if (!this.#track) return;
    const share = player.has(this.#track) && player.duration ? player.position / player.duration : 0;
    this.play.style.setProperty('--progress', share);
    showToggle(this.play, this.glyph, this.#track, player, this.speech);
  }

  #titleOf({ value, track }) {
    if (value?.mode === 'manual') return track?.title ?? '';
    return value ? this.speech.say(value.mode) : '';
  }

  #showTrack(track) {
    this.play.hidden = !track?.previewUrl;
    if (track?.id !== this.#track?.id) hideCover(this.play);
    this.#track = track;
    if (track) showCover(this.play, track);
  }

  #cleared() {
    this.handlers.cleared();
    this.openButton.focus();
  }

  /** A click on the backdrop closes it: its target is the dialog, and its place is outside. */
  #clicked({ target, clientX, clientY }) {
    const { left, right, top, bottom } = this.dialog.getBoundingClientRect();
    const isInside = clientX >= left && clientX <= right && clientY >= top && clientY <= bottom;
    if (target === this.dialog && !isInside) this.close();
  }
}

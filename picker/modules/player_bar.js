/** The bar below the list: the playing track, its position, and a slider to seek. */

import { button, el } from './dom.js';
import { icon } from './icons.js';

export class PlayerBar {
  /** @param {import('./strings.js').Speech} speech @param {import('./player.js').Player} player @param {() => void} stop */
  constructor(speech, player, stop) {
    this.speech = speech;
    this.player = player;
    this.toggle = button('icon', { onclick: () => player.toggle(player.track) });
    this.title = el('div', { class: 'cut', dir: 'auto' });
    this.author = el('div', { class: 'cut', dir: 'auto' });
    this.slider = el('input', {
      type: 'range', part: 'seek', min: 0, step: 0.1, 'aria-label': speech.say('seek'),
      oninput: () => player.seek(Number(this.slider.value)),
    });
    this.clock = el('span', { class: 'clock' });
    this.element = el('div', { class: 'player', part: 'player', hidden: true },
      this.toggle, el('div', { class: 'now' }, this.title, this.author), this.slider, this.clock,
      button('icon', { 'aria-label': speech.say('stop'), onclick: stop }, icon('close')));
  }

  show() {
    const { track, position, duration } = this.player;
    this.element.hidden = !track;
    if (!track) return;
    const { title = '', author = '' } = track;
    if (this.title.textContent !== title) this.title.textContent = title;
    if (this.author.textContent !== author) this.author.textContent = author;
    showToggle(this.toggle, this.toggle, track, this.player, this.speech);
    this.slider.max = duration;
    this.slider.value = position;
    const times = { at: this.speech.clock(position), of: this.speech.clock(duration) };
    this.slider.setAttribute('aria-valuetext', this.speech.say('position', times));
    this.clock.textContent = `${times.at} / ${times.of}`;
  }
}

/** Sets the icon, in `place`, and the label of a button that plays or pauses. */
export function showToggle(button, place, track, player, speech) {
  const isOn = player.has(track) && player.isOn;
  button.ariaBusy = String(player.has(track) && player.state === 'loading');
  const label = speech.say(isOn ? 'pause' : 'play', { title: track.title ?? '' });
  if (button.getAttribute('aria-label') === label) return;
  button.setAttribute('aria-label', label);
  place.replaceChildren(icon(isOn ? 'pause' : 'play'));
}

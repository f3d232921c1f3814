/** The bar below the list: the playing track, its position in its waveform, a slider to seek, the start of videos. */

import { button, el } from './dom.js';
import { icon } from './icons.js';
import { Waveform } from './waveform.js';

export class PlayerBar {
  /**
   * @param {import('./strings.js').Speech} speech
   * @param {import('./player.js').Player} player
   * @param {{stopped: () => void, started: () => void}} handlers `started`: videos shall start here
   */
  constructor(speech, player, { stopped, started }) {
    this.speech = speech;
    this.player = player;
    this.toggle = button('icon', { onclick: () => player.toggle(player.track) });
    this.title = el('div', { class: 'cut', dir: 'auto' });
    this.author = el('div', { class: 'cut', dir: 'auto' });
    this.slider = el('input', {
      type: 'range', part: 'seek', min: 0, step: 0.1, 'aria-label': speech.say('seek'),
      oninput: () => player.seek(Number(this.slider.value)),
    });
    this.waveform = new Waveform((isShown) => this.seek.classList.toggle('drawn', isShown));
    this.seek = el('div', { class: 'seek' }, this.waveform.element, el('i', { class: 'hint' }), el('i', { class: 'flag' }), this.slider);
    this.clock = el('span', { class: 'clock' });
    const name = speech.say('startHere');
    this.start = button('icon start', { 'aria-label': name, title: name, hidden: true, onclick: started }, icon('flag'));
    this.element = el('div', { class: 'player', part: 'player', hidden: true },
      this.toggle, el('div', { class: 'now' }, this.title, this.author), this.seek, this.clock, this.start,
      button('icon', { 'aria-label': speech.say('stop'), onclick: stopped }, icon('close')));
  }

  /** @param {{offsetMs: number, startMs: number|undefined}|null} start of videos, where the user can set it */
  show(start) {
    const { track, position, duration } = this.player;
    this.element.hidden = !track;
    this.waveform.show(track?.media?.peaksUrl);
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
    this.#showPlaces(start, track, duration);
  }

  /** The places in the waveform, as shares of the preview: the position, the suggested start, the start of videos. */
  #showPlaces(start, { media }, duration) {
    const isSet = start?.startMs !== undefined;
    this.start.hidden = !start;
    this.start.setAttribute('aria-pressed', String(isSet));
    const places = {
      position: this.player.position * 1000,
      hint: media?.suggestedStartMs || null,
      flag: isSet ? start.startMs - start.offsetMs : null,
    };
    for (const [name, ms] of Object.entries(places)) {
      const share = ms === null || !duration ? -1 : ms / duration / 1000;
      this.seek.style.setProperty(`--${name}`, String(Math.min(share, 1)));
    }
    this.seek.classList.toggle('hinted', places.hint !== null);
    this.seek.classList.toggle('flagged', places.flag !== null && places.flag >= 0);
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

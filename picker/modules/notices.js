/** What is said where the list cannot be shown (the panel), or above it (the banner). */

import { button, el } from './dom.js';
import { icon } from './icons.js';

const STALE_SECONDS = 14 * 3600; // the catalog calls itself degraded from here on
const FAILURES = ['offline', 'unreachable', 'denied', 'limited'];

/** The name of the text that tells of a failure. @param {import('./feed.js').FeedError} failure */
export const failureText = ({ kind }) => (FAILURES.includes(kind) ? kind : 'broken');

export class Notices {
  #shown = '';

  /**
   * @param {import('./strings.js').Speech} speech
   * @param {{retry: () => void, reload: () => void, clear: () => void}} offers
   */
  constructor(speech, offers) {
    this.speech = speech;
    this.offers = offers;
    this.banner = el('div', { class: 'banner', part: 'banner', hidden: true });
    this.panel = el('div', { class: 'panel', part: 'panel', hidden: true });
  }

  /** Whether there is a panel in place of the list. */
  get isInPlace() { return !this.panel.hidden; }

  /**
   * Touches the DOM only when there is something new to say.
   * @param {import('./feed.js').Feed} feed
   * @returns {boolean} whether a button that had the focus is gone
   */
  show({ total, tracks, failure, age, hasFilters }) {
    const isBare = failure ? total === undefined : total === 0;
    const old = age > STALE_SECONDS ? this.speech.ago(age) : '';
    const state = JSON.stringify([isBare, tracks.length > 0, failure, old, hasFilters, navigator.onLine]);
    if (state === this.#shown) return false;
    this.#shown = state;
    const hadFocus = [this.panel, this.banner].some((place) => place.querySelector(':focus'));
    const panel = failure ? () => this.#failurePanel(failure) : () => this.#emptyPanel(hasFilters);
    const isOver = !isBare && tracks.length > 0;
    this.panel.replaceChildren(...(isBare ? panel() : []));
    this.banner.replaceChildren(...(isOver ? this.#bannerParts(failure, old) : []));
    for (const place of [this.panel, this.banner]) place.hidden = !place.childElementCount;
    return hadFocus;
  }

  #failurePanel(failure) {
    const { reference } = failure;
    const small = reference ? [el('small', {}, this.speech.say('reference', { id: reference }))] : [];
    return [icon('alert'), el('strong', {}, this.speech.say(failureText(failure))), this.#offer('retry', 'retry'), ...small];
  }

  #emptyPanel(hasFilters) {
    const [title, text, name, offer] = hasFilters
      ? ['noMatchTitle', 'noMatchText', 'clearFilters', 'clear']
      : ['emptyTitle', 'emptyText', 'retry', 'reload'];
    return [icon('search'), el('strong', {}, this.speech.say(title)), el('span', {}, this.speech.say(text)), this.#offer(name, offer)];
  }

  #bannerParts(failure, old) {
    const warning = (text, ...more) => [icon('alert'), el('span', {}, text), ...more];
    if (failure) return warning(this.speech.say(failureText(failure)), this.#offer('retry', 'retry'));
    if (!navigator.onLine) return warning(this.speech.say('offline'));
    return old ? warning(this.speech.say('stale', { age: old })) : [];
  }

  /** A button with the text `name`. */
  #offer(name, offer) {
    return button('button', { part: 'button', onclick: () => this.offers[offer]() }, this.speech.say(name));
  }
}

/** Notices: the panel replaces the list, the banner is above it. */

import { button, el } from './dom.js';
import { icon } from './icons.js';

const STALE_SECONDS = 14 * 3600; // the age at which the catalog's health is `degraded`
const FAILURES = ['offline', 'unreachable', 'denied', 'limited'];

/** Returns the name of the text of a failure. @param {import('./feed.js').FeedError} failure */
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

  /** True while the panel replaces the list. */
  get replacesList() { return !this.panel.hidden; }

  /**
   * Updates the DOM only on a change.
   * @param {import('./feed.js').Feed} feed
   * @returns {boolean} true if a button with the focus was removed
   */
  show({ total, tracks, failure, age, hasFilters }) {
    const isEmpty = failure ? total === undefined : total === 0;
    const old = age > STALE_SECONDS ? this.speech.ago(age) : '';
    const state = JSON.stringify([isEmpty, tracks.length > 0, failure, old, hasFilters, navigator.onLine]);
    if (state === this.#shown) return false;
    this.#shown = state;
    const hadFocus = [this.panel, this.banner].some((place) => place.querySelector(':focus'));
    const panel = failure ? () => this.#failurePanel(failure) : () => this.#emptyPanel(hasFilters);
    const hasBanner = !isEmpty && tracks.length > 0;
    this.panel.replaceChildren(...(isEmpty ? panel() : []));
    this.banner.replaceChildren(...(hasBanner ? this.#bannerParts(failure, old) : []));
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

  /** Creates a button with the text `name`. */
  #offer(name, offer) {
    return button('button', { part: 'button', onclick: () => this.offers[offer]() }, this.speech.say(name));
  }
}

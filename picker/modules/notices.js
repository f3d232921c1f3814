/** Notices: the panel replaces the list, the banner is above it. */

import { button, el } from './dom.js';
import { icon } from './icons.js';

const STALE_SECONDS = 14 * 3600; // the age at which the catalog's health is `degraded`
const FAILURES = ['offline', 'unreachable', 'denied', 'signedOut', 'limited'];

/** Returns the name of the text of a failure. @param {import('./source.js').SourceError} failure */
export const failureText = ({ kind }) => (FAILURES.includes(kind) ? kind : 'broken');

export class Notices {
  #shown = '';
  #clock; // a timer while a wait is shown

  /**
   * @param {import('./strings.js').Speech} speech
   * @param {{retry: () => void, cancel: () => void, reload: () => void, clear: () => void}} offers
   */
  constructor(speech, offers) {
    this.speech = speech;
    this.offers = offers;
    this.banner = el('div', { class: 'banner', part: 'banner', hidden: true });
    this.panel = el('div', { class: 'panel', part: 'panel', hidden: true });
  }

  /** True while the panel replaces the list. */
  get replacesList() { return !this.panel.hidden; }

  stop() { clearInterval(this.#clock); }

  /**
   * Updates the DOM only on a change.
   * @param {import('./feed.js').Feed} feed
   * @param {number} retryAt when the next automatic retry starts, as `Date.now()` counts; 0: none is due
   * @returns {boolean} true if a button with the focus was removed
   */
  show({ total, tracks, failure, age, hasFilters, query }, retryAt) {
    const isEmpty = failure ? total === undefined : total === 0;
    const old = age > STALE_SECONDS ? this.speech.ago(age) : '';
    const state = JSON.stringify([isEmpty, tracks.length > 0, failure, old, hasFilters, query, retryAt, navigator.onLine]);
    if (state === this.#shown) return false;
    this.#shown = state;
    this.stop();
    const hadFocus = [this.panel, this.banner].some((place) => place.querySelector(':focus'));
    const panel = failure ? () => this.#failurePanel(failure, retryAt) : () => this.#emptyPanel(hasFilters, query);
    const hasBanner = !isEmpty && tracks.length > 0;
    this.panel.replaceChildren(...(isEmpty ? panel() : []));
    this.banner.replaceChildren(...(hasBanner ? this.#bannerParts(failure, retryAt, old) : []));
    for (const place of [this.panel, this.banner]) place.hidden = !place.childElementCount;
    return hadFocus;
  }

  #failurePanel(failure, retryAt) {
    const { reference } = failure;
    const small = reference ? [el('small', {}, this.speech.say('reference', { id: reference }))] : [];
    return [icon('alert'), el('strong', {}, this.speech.say(failureText(failure))), ...this.#ways(retryAt), ...small];
  }

  #emptyPanel(hasFilters, { isLinkWithoutId }) {
    const [title, text, name, offer] = hasFilters
      ? ['noMatchTitle', isLinkWithoutId ? 'linkText' : 'noMatchText', 'clearFilters', 'clear']
      : ['emptyTitle', 'emptyText', 'retry', 'reload'];
    return [icon('search'), el('strong', {}, this.speech.say(title)), el('span', {}, this.speech.say(text)), this.#offer(name, offer)];
  }

  #bannerParts(failure, retryAt, old) {
    const warning = (text, ...more) => [icon('alert'), el('span', {}, text), ...more];
    if (failure) return warning(this.speech.say(failureText(failure)), ...this.#ways(retryAt));
    if (!navigator.onLine) return warning(this.speech.say('offline'));
    return old ? warning(this.speech.say('stale', { age: old })) : [];
  }

  /** The ways out of a failure: a wait that counts down and can be ended, and a retry. */
  #ways(retryAt) {
    const retry = this.#offer('retry', 'retry');
    if (!retryAt || !navigator.onLine) return [retry];
    const wait = el('span', { class: 'wait' });
    const count = () => {
      const seconds = Math.max(Math.ceil((retryAt - Date.now()) / 1000), 0);
      wait.textContent = this.speech.say('nextTry', { time: this.speech.clock(seconds) });
    };
    count();
    this.#clock = setInterval(count, 1000);
    return [wait, el('span', { class: 'ways' }, retry, this.#offer('stopTrying', 'cancel'))];
  }

  /** Creates a button with the text `name`. */
  #offer(name, offer) {
    return button('button', { part: 'button', onclick: () => this.offers[offer]() }, this.speech.say(name));
  }
}

/**
 * The filter chips: direct posts, commercial use and languages, each with its number of tracks.
 *
 * @typedef {{q: string, languages: Set<string>, commerceOnly: boolean, publishableOnly: boolean}} Choice the search
 */

import { button, el } from './dom.js';
import { icon } from './icons.js';
import { isRightToLeft } from './strings.js';

// Cannot collide with a language code of two letters.
const COMMERCE = 'commerce';
const EVERYWHERE = 'everywhere';

export class Filters {
  /** @param {import('./strings.js').Speech} speech @param {Choice} choice @param {() => void} changed */
  constructor(speech, choice, changed) {
    this.speech = speech;
    this.choice = choice;
    this.changed = changed;
    this.chips = el('div', {
      class: 'chips', part: 'chips', role: 'toolbar', 'aria-label': speech.say('filters'),
      onkeydown: (event) => this.#key(event),
    });
    const unfolding = { 'aria-label': speech.say('allFilters'), 'aria-expanded': 'false', hidden: true };
    this.unfold = button('icon', { ...unfolding, onclick: () => this.#unfolded() }, icon('down'));
    this.element = el('div', { class: 'filters' }, this.chips, this.unfold);
  }

  /** @param {{language?: Record<string, number>, isCommerceMusic?: Record<string, number>, publishable?: Record<string, number>}} facets */
  show({ language = {}, isCommerceMusic, publishable } = {}) {
    const focused = this.chips.getRootNode().activeElement?.dataset.chip;
    const { languages, commerceOnly, publishableOnly } = this.choice;
    const codes = [...new Set([...Object.keys(language), ...languages])];
    const chips = codes.map((code) => this.#chip(code, this.speech.language(code), language[code] ?? 0, languages.has(code)));
    if (isCommerceMusic) {
      chips.unshift(this.#chip(COMMERCE, this.speech.say('commercial'), isCommerceMusic.true ?? 0, commerceOnly));
    }
    const everywhere = publishable?.true ?? 0;
    if (everywhere || publishableOnly) {
      chips.unshift(this.#chip(EVERYWHERE, this.speech.say('worksEverywhere'), everywhere, publishableOnly));
    }
    this.chips.replaceChildren(...chips);
    const stop = chips.find((chip) => chip.dataset.chip === focused) ?? chips[0];
    if (stop) stop.tabIndex = 0;
    if (focused) stop?.focus();
    this.showUnfold();
  }

  /** Shows the button only if the chips do not fit in one line. */
  showUnfold() {
    this.unfold.hidden = this.unfold.ariaExpanded !== 'true' && this.chips.scrollWidth <= this.chips.clientWidth;
  }

  #chip(name, label, count, isOn) {
    return button('chip', {
      part: isOn ? 'chip chip-on' : 'chip', tabindex: -1, 'aria-pressed': String(isOn), 'data-chip': name,
      onclick: () => this.#toggled(name),
    }, label, ' ', el('small', {}, this.speech.number(count)));
  }

  #toggled(name) {
    if (name === COMMERCE) this.choice.commerceOnly = !this.choice.commerceOnly;
    else if (name === EVERYWHERE) this.choice.publishableOnly = !this.choice.publishableOnly;
    else if (!this.choice.languages.delete(name)) this.choice.languages.add(name);
    this.changed();
  }

  #unfolded() {
    this.unfold.ariaExpanded = String(this.element.classList.toggle('open'));
  }

  #key(event) {
    const chips = [...this.chips.children];
    const at = chips.indexOf(event.target);
    const [back, on] = isRightToLeft(this.chips) ? ['ArrowRight', 'ArrowLeft'] : ['ArrowLeft', 'ArrowRight'];
    const next = { [on]: chips[at + 1], [back]: chips[at - 1], Home: chips[0], End: chips.at(-1) };
    if (!(event.key in next)) return;
    event.preventDefault();
    const chip = next[event.key] ?? event.target;
    event.target.tabIndex = -1;
    chip.tabIndex = 0;
    chip.focus();
  }
}

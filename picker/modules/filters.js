/** The chips: favorites and recently used, and the filters with their numbers of tracks. */

import { button, el } from './dom.js';
import { icon } from './icons.js';
import { isRightToLeft } from './strings.js';

// None can collide with a language code of two letters.
const FLAGS = { everywhere: 'publishableOnly', commerce: 'commerceOnly' };
const SHELVES = { favorites: 'heart', recent: 'clock' };

export class Filters {
  #facets = {};

  /**
   * @param {import('./strings.js').Speech} speech
   * @param {import('./query.js').Choice} choice
   * @param {import('./shelves.js').Shelves} shelves
   * @param {() => void} changed
   */
  constructor(speech, choice, shelves, changed) {
    this.speech = speech;
    this.choice = choice;
    this.shelves = shelves;
    this.changed = changed;
    this.chips = el('div', {
      class: 'chips', part: 'chips', role: 'toolbar', 'aria-label': speech.say('filters'),
      onkeydown: (event) => this.#key(event),
    });
    const unfolding = { 'aria-label': speech.say('allFilters'), 'aria-expanded': 'false', hidden: true };
    this.unfold = button('icon', { ...unfolding, onclick: () => this.#unfolded() }, icon('down'));
    this.element = el('div', { class: 'filters' }, this.chips, this.unfold);
  }

  /**
   * A shelf has no facets, and no other filters.
   * @param {{language?: Record<string, number>, isCommerceMusic?: Record<string, number>, publishable?: Record<string, number>}} [facets]
   */
  show(facets = {}) {
    this.#facets = facets;
    this.update();
  }

  /** Shows the numbers of the shelves again. */
  update() {
    const focused = this.chips.getRootNode().activeElement?.dataset.chip;
    const chips = [...this.#shelfChips(), ...(this.choice.shelf ? [] : [...this.#flagChips(), ...this.#languageChips()])];
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

  *#shelfChips() {
    for (const [name, picture] of Object.entries(SHELVES)) {
      const count = this.shelves[name].length;
      const isOn = this.choice.shelf === name;
      if (count || isOn) yield this.#chip(name, [icon(picture), this.speech.say(name)], count, isOn);
    }
  }

  *#flagChips() {
    const { isCommerceMusic, publishable } = this.#facets;
    const { commerceOnly, publishableOnly } = this.choice;
    const everywhere = publishable?.true ?? 0;
    if (everywhere || publishableOnly) yield this.#chip('everywhere', [this.speech.say('worksEverywhere')], everywhere, publishableOnly);
    if (isCommerceMusic) yield this.#chip('commerce', [this.speech.say('commercial')], isCommerceMusic.true ?? 0, commerceOnly);
  }

  *#languageChips() {
    const { language = {} } = this.#facets;
    const { languages } = this.choice;
    for (const code of new Set([...Object.keys(language), ...languages])) {
      yield this.#chip(code, [this.speech.language(code)], language[code] ?? 0, languages.has(code));
    }
  }

  #chip(name, label, count, isOn) {
    return button('chip', {
      part: isOn ? 'chip chip-on' : 'chip', tabindex: -1, 'aria-pressed': String(isOn), 'data-chip': name,
      onclick: () => this.#toggled(name),
    }, ...label, ' ', el('small', {}, this.speech.number(count)));
  }

  #toggled(name) {
    const { choice } = this;
    if (name in SHELVES) choice.shelf = choice.shelf === name ? '' : name;
    else if (name in FLAGS) choice[FLAGS[name]] = !choice[FLAGS[name]];
    else if (!choice.languages.delete(name)) choice.languages.add(name);
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

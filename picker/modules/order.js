/** Two selects: the order of the list, and the length of its previews. */

import { el } from './dom.js';
import { LENGTHS } from './query.js';

const SORTS = [['', 'popular'], ['rising', 'rising'], ['title', 'byTitle']];

export class Order {
  /** @param {import('./strings.js').Speech} speech @param {import('./query.js').Choice} choice @param {() => void} changed */
  constructor(speech, choice, changed) {
    this.choice = choice;
    const lengths = Object.entries(LENGTHS).map(([value, { minDuration, maxDuration }]) => {
      const seconds = { from: speech.number(minDuration ?? 0), to: speech.number(maxDuration ?? 0) };
      return [value, speech.say(minDuration === undefined ? 'upTo' : maxDuration === undefined ? 'from' : 'between', seconds)];
    });
    const select = (member, label, options) => el('select', {
      part: 'order', 'aria-label': label, onchange: ({ target: { value } }) => { choice[member] = value; changed(); },
    }, ...options.map(([value, text]) => el('option', { value }, text)));
    this.sort = select('sort', speech.say('sort'), SORTS.map(([value, name]) => [value, speech.say(name)]));
    this.length = select('length', speech.say('length'), [['', speech.say('anyLength')], ...lengths]);
    this.element = el('span', { class: 'order' }, this.sort, this.length);
  }

  /** Shows the choice; a shelf has an order of its own, and all lengths. */
  show() {
    const { sort, length, shelf } = this.choice;
    this.sort.value = sort;
    this.length.value = length;
    this.element.hidden = shelf !== '';
  }
}

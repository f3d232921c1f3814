/** The search field; it searches while the user types. */

import { button, el } from './dom.js';
import { icon } from './icons.js';

const LONGEST_TEXT = 1000; // a pasted link is longer than a search
const DELAY_MS = 200;

/** The page would take a letter that is typed here for its shortcut: outside, the target is the picker. */
function keepFromPage(event) {
  const isShortcut = event.ctrlKey || event.metaKey || event.altKey;
  if (!isShortcut && !['Escape', 'Tab'].includes(event.key)) event.stopPropagation();
}

export class SearchField {
  #timer;

  /**
   * @param {import('./strings.js').Speech} speech
   * @param {{searched: () => void, left: () => void}} handlers `left`: the arrow key moves to the list
   */
  constructor(speech, handlers) {
    this.handlers = handlers;
    const name = speech.say('search');
    this.input = el('input', {
      type: 'search', part: 'search', placeholder: name, 'aria-label': name, 'aria-controls': 'list',
      maxlength: LONGEST_TEXT, autocomplete: 'off', spellcheck: 'false', enterkeyhint: 'search',
      oninput: () => this.#typed(), onkeydown: (event) => this.#key(event),
      onkeyup: keepFromPage, onkeypress: keepFromPage,
    });
    const clearing = { 'aria-label': speech.say('clearSearch'), hidden: true, onclick: () => this.clear() };
    this.clearButton = button('icon', clearing, icon('close'));
    this.element = el('div', { class: 'search', role: 'search' }, icon('search'), this.input, this.clearButton);
  }

  get text() { return this.input.value.trim(); }

  set text(text) {
    this.input.value = text;
    this.#showText();
  }

  focus() { this.input.focus(); }

  stop() { clearTimeout(this.#timer); }

  clear() {
    this.text = '';
    this.focus();
    this.handlers.searched();
  }

  #showText() {
    this.input.dir = this.input.value ? 'auto' : '';
    this.clearButton.hidden = !this.input.value;
  }

  #typed() {
    this.#showText();
    this.stop();
    this.#timer = setTimeout(this.handlers.searched, DELAY_MS);
  }

  #key(event) {
    keepFromPage(event);
    if (event.isComposing || !['ArrowDown', 'Enter'].includes(event.key)) return;
    event.preventDefault();
    if (event.key === 'ArrowDown') this.handlers.left();
    else this.handlers.searched();
  }
}

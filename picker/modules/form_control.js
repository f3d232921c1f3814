/**
 * The behaviour of a form control around the value: name, validity, disabled, reset, restoration, events.
 *
 * @typedef {import('./music.js').TiktokMusic} TiktokMusic
 */

import { isSameMusic, parseMusic } from './music.js';

/** An import on a server, which has no DOM, gets a class that cannot be used but does no harm. */
const Base = globalThis.HTMLElement ?? class {};

export class FormControl extends Base {
  static formAssociated = true;

  #internals = this.attachInternals();
  /** @type {TiktokMusic|null} frozen */ #value = null;
  #isDirty = false; // the value was set; the attribute is only the default
  #isDisabled = false;
  #customError = '';

  constructor() {
    super();
    this.#internals.role = 'group';
    // A label's click has the element itself as its target; all other clicks come from inside.
    this.addEventListener('click', (event) => { if (event.composedPath()[0] === this) this.focus(); });
  }

  /** The value to send as `tiktokMusic`; null while nothing is picked. @type {TiktokMusic|null} */
  get value() { return this.#value; }

  set value(given) {
    const value = parseMusic(given);
    this.#isDirty = true;
    this.#take(value);
  }

  get type() { return 'tiktok-music-picker'; }

  get form() { return this.#internals.form; }

  get labels() { return this.#internals.labels; }

  get validity() { return this.#internals.validity; }

  get validationMessage() { return this.#internals.validationMessage; }

  get willValidate() { return this.#internals.willValidate; }

  checkValidity() { return this.#internals.checkValidity(); }

  reportValidity() { return this.#internals.reportValidity(); }

  /** @param {string} message empty: valid */
  setCustomValidity(message) {
    this.#customError = String(message);
    this.showValidity();
  }

  /** Focuses the search field. @param {FocusOptions} [options] */
  focus(options) { this.focusTarget?.focus(options); }

  // ---- the interface for the element

  /** True if the element or a fieldset around it is disabled. */
  get isDisabled() { return this.#isDisabled; }

  /** Sets the value for the user. */
  choose(given) {
    const value = parseMusic(given);
    const isNew = !isSameMusic(value, this.#value);
    this.value = value;
    if (!isNew) return;
    this.dispatchEvent(new Event('input', { bubbles: true, composed: true }));
    this.dispatchEvent(new Event('change', { bubbles: true }));
  }

  /** Sets the validity from the value. */
  showValidity() {
    const isMissing = this.hasAttribute('required') && !this.#value;
    const message = this.#customError || (isMissing ? this.requiredText : '');
    const flags = message ? { customError: Boolean(this.#customError), valueMissing: isMissing } : {};
    this.#internals.setValidity(flags, message, this.focusTarget);
  }

  /** Takes the texts of its labels as its name, which browsers do not do for a group. */
  showLabel() {
    this.#internals.ariaLabel = Array.from(this.labels, (label) => label.textContent.trim()).join(' ') || null;
  }

  /** Takes the attribute as the default value; reports one that is no value. */
  useDefault() {
    if (this.#isDirty) return;
    try {
      this.#take(parseMusic(this.getAttribute('value')));
    } catch (error) {
      console.error(`<${this.localName}> ignores its attribute "value": ${error.message}`);
    }
  }

  // ---- called by the browser

  formResetCallback() {
    this.#isDirty = false;
    this.#take(null);
    this.useDefault();
  }

  formDisabledCallback(isDisabled) {
    this.#isDisabled = isDisabled;
    this.#internals.ariaDisabled = String(isDisabled);
    this.disabledChanged();
  }

  formStateRestoreCallback(state) { this.value = state; }

  #take(value) {
    if (isSameMusic(value, this.#value)) return;
    this.#value = value;
    this.#internals.setFormValue(value && JSON.stringify(value));
    this.showValidity();
    this.valueChanged();
  }
}

/** Properties that reflect attributes. */

/**
 * Defines the properties `texts` (strings, empty without the attribute) and `flags` (booleans).
 * An equal value changes nothing: frameworks set properties again and again.
 */
export function reflectAttributes(prototype, texts, flags) {
  const define = (name, property) => Object.defineProperty(prototype, name, { configurable: true, enumerable: true, ...property });
  for (const name of texts) {
    const attribute = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    define(name, {
      get() { return this.getAttribute(attribute) ?? ''; },
      set(text) { if (this.getAttribute(attribute) !== String(text ?? '')) this.setAttribute(attribute, text ?? ''); },
    });
  }
  for (const name of flags) {
    define(name, {
      get() { return this.hasAttribute(name); },
      set(isOn) { this.toggleAttribute(name, Boolean(isOn)); },
    });
  }
}

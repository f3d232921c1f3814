/** Creates DOM elements; text is never parsed as HTML. */

/**
 * Creates an element with attributes (`on…` are listeners) and children.
 * @returns {HTMLElement}
 */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else if (value !== undefined && value !== false) node.setAttribute(name, value === true ? '' : value);
  }
  node.append(...children);
  return node;
}

/** Creates a button with the class `look`. @returns {HTMLButtonElement} */
export function button(look, attributes, ...children) {
  return el('button', { class: look, type: 'button', ...attributes }, ...children);
}

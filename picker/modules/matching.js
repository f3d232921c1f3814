/** Searches tracks that are in the page, in the way of the catalog: all words, in title, author or album. */

/** Without case and accents. */
const fold = (text) => String(text ?? '').normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

/** @param {string} q @param {{title?: string, author?: string, album?: string}} track */
export function matches(q, { title, author, album }) {
  const text = fold([title, author, album].join(' '));
  return fold(q).split(/\s+/).every((word) => text.includes(word));
}

/** The parameters of a search, from what the user typed and chose. */

const LONGEST_SEARCH = 80; // characters, the catalog's maximum
const ID = /^\d{15,20}$/;
const LINK = /^(?:https?:\/\/)?(?:[\w-]+\.)*tiktok\.com\//i;
const ID_IN_LINK = /\/music\/(?:[^?#]*-)?(\d{5,20})(?:\.html)?\/?(?:[?#]|$)/;

/** @param {string} text @returns {string|null|undefined} the id of a pasted TikTok link or id; null: a link without one */
function pastedId(text) {
  if (ID.test(text)) return text;
  if (LINK.test(text)) return ID_IN_LINK.exec(text)?.[1] ?? null;
  return undefined;
}

/**
 * `common` are the parameters without the languages; a pasted link is searched without filters.
 * @param {import('./filters.js').Choice} choice
 * @returns {{common: string[][], languages: string[][], isLinkWithoutId: boolean}}
 */
export function queryOf({ q, languages, commerceOnly, publishableOnly }) {
  const id = pastedId(q);
  if (id !== undefined) return { common: [['link', id ?? q]], languages: [], isLinkWithoutId: id === null };
  const text = [...q].slice(0, LONGEST_SEARCH).join('');
  const flags = [['commerceOnly', commerceOnly], ['publishable', publishableOnly]];
  const common = [['q', text], ...flags.map(([name, isOn]) => [name, isOn ? 'true' : ''])].filter(([, value]) => value);
  return { common, languages: [...languages].map((code) => ['language', code]), isLinkWithoutId: false };
}

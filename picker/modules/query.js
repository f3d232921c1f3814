/**
 * The parameters of a search, from what the user typed and chose.
 *
 * @typedef {{q: string, languages: Set<string>, commerceOnly: boolean, publishableOnly: boolean, sort: ''|'rising'|'title',
 *   length: ''|'short'|'medium'|'long', shelf: ''|'favorites'|'recent', chart: string}} Choice a search, or with `shelf` the tracks of a
 *   shelf; `chart` is an id, or empty for the default one
 */

/** Parameters of every request for tracks, whatever the user chose. */
export const EVERY_LIST = [['include', 'media']];

/** Seconds of the preview, of each length that can be chosen. */
export const LENGTHS = { short: { maxDuration: 15 }, medium: { minDuration: 16, maxDuration: 30 }, long: { minDuration: 31 } };

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
 * `chart` goes with every request, and is no filter; `common` are the other parameters without the languages.
 * A pasted link is searched without filters.
 * @param {Choice} choice
 * @returns {{chart: string[][], common: string[][], languages: string[][], isLinkWithoutId: boolean}}
 */
export function queryOf({ q, languages, commerceOnly, publishableOnly, sort, length, chart: chartId }) {
  const chart = chartId ? [['chart', chartId]] : [];
  const id = pastedId(q);
  if (id !== undefined) return { chart, common: [['link', id ?? q]], languages: [], isLinkWithoutId: id === null };
  const text = [...q].slice(0, LONGEST_SEARCH).join('');
  const flags = [['commerceOnly', commerceOnly], ['publishable', publishableOnly]];
  const texts = [['q', text], ...flags.map(([name, isOn]) => [name, isOn ? 'true' : '']), ['sort', sort]];
  const common = [...texts, ...Object.entries(LENGTHS[length] ?? {})].filter(([, value]) => value);
  return { chart, common, languages: [...languages].map((code) => ['language', code]), isLinkWithoutId: false };
}

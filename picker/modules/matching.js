/**
 * Searches tracks that are in the page, in the way of the catalog (`api/matching.py`): all words, in title, author or album.
 *
 * @typedef {{title?: string, author?: string, album?: string}} Named
 */

const SHORTEST_JOINED = 4; // letters of a word that may be written apart
const SHORTEST_WITH_SLIP = 5;

const ACCENTS = /[\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670]/g; // those of Latin, Greek, Cyrillic, Hebrew and Arabic

/** Without case and accents. */
const fold = (text) => String(text ?? '').normalize('NFKD').replace(ACCENTS, '').normalize('NFC').toLowerCase();

const withoutPunctuation = (text) => text.replaceAll('&', 'and').replace(/[^\p{L}\p{N}\p{Mn}\p{Mc}\s]|[\ufe00-\ufe0f]/gu, '');

const hasWord = (text, word) => text.includes(word)
  || (word.length >= SHORTEST_JOINED && new RegExp(`(?<!\\S)${[...word].join(' ?')}(?!\\S)`, 'u').test(text));

/** Whether `text` begins with `word`, but for one letter extra, wrong, missing or swapped. */
function beginsWithSlip(word, text) {
  let at = 0;
  while (at < word.length && word[at] === text[at]) at += 1;
  const [rest, other] = [word.slice(at), text.slice(at)];
  return other.startsWith(rest.slice(1)) || other.startsWith(rest.slice(1), 1) || other.startsWith(rest, 1)
    || (rest.length > 1 && other.startsWith(rest[1] + rest[0] + rest.slice(2)));
}

/** The text from wherever a match can begin: at a word, at two written together, in scripts without case at any letter. */
function startsOf(text) {
  const fields = text.split('\n').map((field) => field.split(/\s+/).filter(Boolean));
  const words = fields.flat();
  const together = fields.flatMap((field) => field.slice(1).map((word, at) => field[at] + word));
  const inside = words.filter((word) => /^\p{Lo}/u.test(word)).flatMap((word) => [...word].map((_, at) => word.slice(at)));
  return [...words, ...together, ...inside];
}

/** 0: the text has the word; 1: it does with a slip; Infinity: it does not. */
function slipsOf(text, word) {
  if (hasWord(text, word)) return 0;
  const isLong = word.replace(/\P{L}/gu, '').length >= SHORTEST_WITH_SLIP;
  return isLong && startsOf(text).some((start) => beginsWithSlip(word, start)) ? 1 : Infinity;
}

/**
 * The tracks that have all words of `q`: as they are, then without punctuation or written together; if there is none, with a slip.
 * @template {Named} T
 * @param {string} q @param {readonly T[]} tracks @returns {T[]} best matches first, otherwise in their order
 */
export function search(q, tracks) {
  const words = fold(q).split(/\s+/).filter(Boolean);
  const plainWords = words.map(withoutPunctuation).filter(Boolean);
  const rows = tracks.map((track) => {
    const text = fold([track.title, track.author, track.album].join('\n'));
    const plain = withoutPunctuation(text);
    const isExact = words.every((word) => text.includes(word));
    const slips = plainWords.map((word) => slipsOf(plain, word)).reduce((sum, more) => sum + more, plainWords.length ? 0 : Infinity);
    return { track, rank: isExact ? -1 : slips };
  }).filter(({ rank }) => rank < Infinity);
  const hasSlips = rows.every(({ rank }) => rank > 0);
  return rows.filter(({ rank }) => hasSlips || rank <= 0).toSorted((one, other) => one.rank - other.rank).map(({ track }) => track);
}

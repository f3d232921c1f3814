/**
 * The value of the picker: the `tiktokMusic` member that schedule and publish take.
 *
 * @typedef {{mode: 'none'} | {mode: 'auto'} | {mode: 'manual', trackId: string}} TiktokMusic
 */

const MODES = ['none', 'auto', 'manual'];
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

/**
 * Parses a value or its JSON; throws TypeError if it is neither.
 * @returns {TiktokMusic|null} frozen; null for null, undefined and ''
 */
export function parseMusic(given) {
  if (given === null || given === undefined || given === '') return null;
  const { mode, selection, trackId } = Object(typeof given === 'string' ? parseJson(given) : given);
  const known = mode ?? selection; // `selection` is the older name
  if (!MODES.includes(known)) throw new TypeError(`mode must be one of ${MODES.join(', ')}`);
  if (selection !== undefined && selection !== known) throw new TypeError('mode and selection differ');
  if (known !== 'manual') return Object.freeze({ mode: known });
  const id = String(trackId).toLowerCase();
  if (!UUID.test(id)) throw new TypeError('trackId must be the id of a track, a UUID');
  return Object.freeze({ mode: 'manual', trackId: id });
}

function parseJson(text) {
  try {
    return JSON.parse(text);
  } catch {
    throw new TypeError(`not JSON: ${text}`);
  }
}

/** @param {TiktokMusic|null} one @param {TiktokMusic|null} other */
export const isSameMusic = (one, other) => one?.mode === other?.mode && one?.trackId === other?.trackId;

/**
 * The value of the picker: the `tiktokMusic` object that a target of `resolve` takes.
 *
 * @typedef {{mode: 'none'} | {mode: 'auto'} | {mode: 'manual', trackId: string, startMs?: number}} TiktokMusic
 *   `startMs`: where videos start in the published clip
 */

const MODES = ['none', 'auto', 'manual'];
const MOST_MS = 2 ** 31 - 1; // of TikTok's field

export const TRACK_ID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

/**
 * Parses a value or its JSON; throws TypeError if it is neither.
 * @returns {TiktokMusic|null} frozen; null for null, its JSON, undefined and ''
 */
export function parseMusic(given) {
  if (given === undefined || given === '') return null;
  const value = typeof given === 'string' ? parseJson(given) : given;
  if (value === null) return null;
  const { mode, selection, trackId, startMs } = Object(value);
  const known = mode ?? selection; // `selection` is the older name
  if (!MODES.includes(known)) throw new TypeError(`mode must be one of ${MODES.join(', ')}`);
  if (selection !== undefined && selection !== known) throw new TypeError('mode and selection differ');
  if (known !== 'manual') return Object.freeze({ mode: known });
  const id = String(trackId).toLowerCase();
  if (!TRACK_ID.test(id)) throw new TypeError('trackId must be the id of a track, a UUID');
  if (startMs === undefined) return Object.freeze({ mode: 'manual', trackId: id });
  if (!Number.isInteger(startMs) || startMs < 0 || startMs > MOST_MS) throw new TypeError('startMs must be a whole number of milliseconds');
  return Object.freeze({ mode: 'manual', trackId: id, startMs });
}

function parseJson(text) {
  try {
    return JSON.parse(text);
  } catch {
    throw new TypeError(`not JSON: ${text}`);
  }
}

/** @param {TiktokMusic|null} one @param {TiktokMusic|null} other */
export const isSameMusic = (one, other) => ['mode', 'trackId', 'startMs'].every((name) => one?.[name] === other?.[name]);

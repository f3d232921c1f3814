// Answers the picker's requests from catalog.json, in place of the API: the demo then needs no server but one for files.

import { search } from '../modules/matching.js';

const LIST_FIELDS = [
  'id', 'title', 'author', 'album', 'duration', 'previewUrl', 'coverUrl', 'language', 'userCount', 'isCommerceMusic', 'media',
];

/** Ranks gained; a new track comes from below the end. */
const gained = ({ rank, previousRank }, end) => (previousRank ?? end) - rank;

const ORDERS = {
  popular: (one, other) => one.rank - other.rank,
  rising: (one, other, end) => gained(other, end) - gained(one, end),
  title: (one, other) => one.title.localeCompare(other.title),
};

const countBy = (tracks, valueOf) => tracks.reduce((counts, track) => {
  const value = String(valueOf(track));
  return { ...counts, [value]: (counts[value] ?? 0) + 1 };
}, {});

/** The answer to a search. @param {any[]} tracks of the chart @param {URLSearchParams} parameters */
function list(tracks, parameters) {
  const languages = parameters.getAll('language');
  const order = ORDERS[parameters.get('sort') ?? 'popular'];
  const sorted = tracks.toSorted((one, other) => order(one, other, tracks.length + 1));
  const found = search(parameters.get('q') ?? '', sorted)
    .filter(({ tiktokMusicId }) => !parameters.has('link') || parameters.get('link').includes(tiktokMusicId))
    .filter(({ language }) => !languages.length || languages.includes(language))
    .filter(({ isCommerceMusic }) => parameters.get('commerceOnly') !== 'true' || isCommerceMusic)
    .filter(({ honoredBy }) => parameters.get('publishable') !== 'true' || honoredBy.publish)
    .filter(({ duration }) => duration >= Number(parameters.get('minDuration') ?? 0) && duration <= Number(parameters.get('maxDuration') ?? Infinity));
  const facets = {
    language: countBy(found, ({ language }) => language),
    isCommerceMusic: countBy(found, ({ isCommerceMusic }) => isCommerceMusic),
    publishable: countBy(found, ({ honoredBy }) => honoredBy.publish),
  };
  const rows = found.map((track) => Object.fromEntries(LIST_FIELDS.map((name) => [name, track[name]])));
  return { tracks: rows.slice(0, Number(parameters.get('limit') ?? 50)), total: rows.length, nextCursor: null, facets };
}

/** The answer to the batch route. */
function batch(tracks, parameters) {
  const ids = (parameters.get('ids') ?? '').split(',');
  return { tracks: tracks.filter(({ id }) => ids.includes(id)), aliases: {} };
}

/** The answer to a request of the picker. @param {any[]} tracks with all their details @param {string} url @returns {Response} */
export function answerOf(tracks, url) {
  const { pathname, searchParams } = new URL(url, 'http://catalog');
  const chart = tracks.filter(({ rank }) => rank !== null);
  return Response.json(pathname.endsWith('/batch') ? batch(tracks, searchParams) : list(chart, searchParams));
}

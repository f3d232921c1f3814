/**
 * A track's cover: the placeholder first, then the picture in the size that the screen needs.
 *
 * @typedef {import('../tiktok-music-picker.js').Track} Track
 */

import { el } from './dom.js';
import { decodeThumbHash } from './thumb_hash.js';

const SIZE = 48; // CSS pixels, of a row's cover
const PLACEHOLDER_SIDE = 16;
const COLOR = /^#[\da-f]{6}$/i;

/** Shows the cover of a track as the first child of `place`, again if it failed before. @param {HTMLElement} place @param {Track} track */
export function showCover(place, { coverUrl, media }) {
  showPlaceholder(place, media);
  if (place.querySelector('img') || typeof coverUrl !== 'string' || !coverUrl) return;
  const image = el('img', {
    alt: '', width: SIZE, height: SIZE, loading: 'lazy', decoding: 'async', sizes: `${SIZE}px`, srcset: sizesOf(media), src: coverUrl,
  });
  image.addEventListener('error', () => {
    if (image.srcset) image.removeAttribute('srcset'); // the whole cover may be there
    else image.remove();
  });
  place.prepend(image);
}

/** Removes the cover. @param {HTMLElement} place */
export function hideCover(place) {
  for (const node of place.querySelectorAll('img, canvas')) node.remove();
  place.style.backgroundColor = '';
}

/** `srcset` of the sizes that were made. */
function sizesOf(media) {
  const sizes = Object.entries(media?.cover ?? {}).filter(([side, url]) => /^\d+$/.test(side) && url);
  return sizes.length ? sizes.map(([side, url]) => `${url} ${side}w`).join(', ') : undefined;
}

function showPlaceholder(place, media) {
  if (!media || place.querySelector('canvas')) return;
  if (COLOR.test(media.coverColor)) place.style.backgroundColor = media.coverColor;
  const pixels = media.coverHash && decodeThumbHash(media.coverHash, PLACEHOLDER_SIDE);
  if (!pixels) return;
  const canvas = el('canvas', { width: PLACEHOLDER_SIDE, height: PLACEHOLDER_SIDE });
  canvas.getContext('2d')?.putImageData(new ImageData(pixels, PLACEHOLDER_SIDE, PLACEHOLDER_SIDE), 0, 0);
  place.prepend(canvas);
}

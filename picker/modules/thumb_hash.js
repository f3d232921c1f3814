/**
 * Decodes a ThumbHash (github.com/evanw/thumbhash) of an opaque picture: the first terms of a cosine transform of luminance
 * (L), yellow - blue (P) and red - green (Q), four bits each.
 */

const CHROMA_TERMS = 3;

/** Reads the head: the means and scales of the channels, and the shape. */
function headOf(bytes) {
  const [low, high] = [bytes[0] | bytes[1] << 8 | bytes[2] << 16, bytes[3] | bytes[4] << 8];
  const isLandscape = high >> 15 > 0;
  const terms = Math.max(CHROMA_TERMS, high & 7);
  const [columns, rows] = isLandscape ? [7, terms] : [terms, 7];
  return {
    columns, rows,
    means: [(low & 63) / 63, (low >> 6 & 63) / 31.5 - 1, (low >> 12 & 63) / 31.5 - 1],
    scales: [(low >> 18 & 31) / 31, (high >> 3 & 63) / 63 * 1.25, (high >> 9 & 63) / 63 * 1.25],
  };
}

/** The places of a channel's terms, in the order of the hash. */
function placesOf(columns, rows) {
  const places = [];
  for (let y = 0; y < rows; y++) {
    for (let x = y ? 0 : 1; x * rows < columns * (rows - y); x++) places.push([x, y]);
  }
  return places;
}

/**
 * @param {string} hash in base64
 * @param {number} side of the square picture, in pixels
 * @returns {Uint8ClampedArray|null} its pixels in RGBA; null for what is no hash of an opaque picture
 */
export function decodeThumbHash(hash, side) {
  const bytes = bytesOf(hash);
  if (bytes.length < 6 || bytes[2] & 128) return null;
  const { columns, rows, means, scales } = headOf(bytes);
  let at = 10; // nibbles of the head
  const nibble = () => (bytes[at >> 1] ?? 0) >> (at++ % 2 * 4) & 15;
  const shapes = [[columns, rows], [CHROMA_TERMS, CHROMA_TERMS], [CHROMA_TERMS, CHROMA_TERMS]];
  const channels = shapes.map((shape, index) => placesOf(...shape).map(([x, y]) => [x, y, (nibble() / 7.5 - 1) * scales[index]]));
  const cosines = Array.from({ length: 7 }, (_, term) => Array.from({ length: side }, (__, i) => Math.cos(Math.PI / side * (i + 0.5) * term)));
  const pixels = new Uint8ClampedArray(4 * side * side);
  for (let i = 0; i < side * side; i++) {
    const [column, row] = [i % side, Math.floor(i / side)];
    const [l, p, q] = channels.map((terms, index) => terms.reduce(
      (sum, [x, y, term]) => sum + 2 * term * cosines[x][column] * cosines[y][row], means[index],
    ));
    const blue = l - 2 / 3 * p;
    const red = (3 * l - blue + q) / 2;
    pixels.set([255 * red, 255 * (red - q), 255 * blue, 255], 4 * i);
  }
  return pixels;
}

function bytesOf(hash) {
  try {
    return Uint8Array.from(atob(hash), (letter) => letter.charCodeAt(0));
  } catch {
    return new Uint8Array();
  }
}

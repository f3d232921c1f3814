/** The waveform of a preview, drawn as bars: one path for all of them, and a copy that shows the part that was played. */

const BARS = 80;
const LOWEST = 0.08; // of a bar, so that silence can be seen
const FULL_SCALE = 128;
const NAMESPACE = 'http://www.w3.org/2000/svg';

export class Waveform {
  #url = '';
  /** @type {AbortController|null} */ #request = null;

  /** @param {(isShown: boolean) => void} changed */
  constructor(changed) {
    this.changed = changed;
    this.element = document.createElementNS(NAMESPACE, 'svg');
    this.paths = ['all', 'played'].map((name) => {
      const path = document.createElementNS(NAMESPACE, 'path');
      path.setAttribute('class', name);
      return path;
    });
    this.element.setAttribute('class', 'wave');
    this.element.setAttribute('viewBox', `0 0 ${BARS} 2`);
    this.element.setAttribute('preserveAspectRatio', 'none');
    this.element.setAttribute('aria-hidden', 'true');
    this.element.append(...this.paths);
  }

  /** Shows the peaks at an address; without one, or where they cannot be read, nothing. @param {string|null|undefined} url */
  async show(url) {
    if (this.#url === (url ?? '')) return;
    this.#url = url ?? '';
    this.#request?.abort();
    this.changed(false);
    if (!url) return;
    this.#request = new AbortController();
    const { signal } = this.#request;
    try {
      const response = await fetch(url, { signal });
      const bars = response.ok ? barsOf(await response.json()) : [];
      if (signal.aborted || !bars.length) return;
      const drawn = bars.map((bar, index) => `M${index + 0.2} ${1 - bar}h.6v${2 * bar}h-.6z`).join('');
      for (const path of this.paths) path.setAttribute('d', drawn);
      this.changed(true);
    } catch { /* the slider works without it */ }
  }
}

/** The loudest peak in each bar's part of the preview, from 0 to 1. @param {{data?: unknown}} peaks as audiowaveform writes them */
function barsOf({ data }) {
  if (!Array.isArray(data) || data.length < 2 || !data.every(Number.isFinite)) return [];
  const loudest = Math.max(...data.map(Math.abs), FULL_SCALE / 4);
  return Array.from({ length: BARS }, (_, index) => {
    const start = Math.floor(index * data.length / BARS);
    const part = data.slice(start, Math.max(Math.floor((index + 1) * data.length / BARS), start + 1));
    return Math.max(Math.max(...part.map(Math.abs)) / loudest, LOWEST);
  });
}

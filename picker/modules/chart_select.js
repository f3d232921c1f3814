/** The select of charts, for a catalog that has several; there is none for a catalog with one. */

import { el } from './dom.js';

const PATH = '/v1/tiktok-music/charts';

/** @typedef {{id: string, country: string, genre: string, period: number|null, kind: string, isDefault: boolean}} Chart */

export class ChartSelect {
  /** @type {Chart[]} the default one first; one or none: nothing to choose */ #charts = [];
  /** @type {import('./source.js').Source|null} */ #source = null;

  /** @param {import('./filters.js').Choice} choice @param {() => void} changed */
  constructor(choice, changed) {
    this.choice = choice;
    this.changed = changed;
  }

  /** Asks a source for its charts, once; a catalog or proxy that does not know them has one. @param {AbortSignal} signal */
  async load(source, frame, signal) {
    if (this.#source === source) return;
    this.#source = source;
    const charts = await source.get(PATH, [], signal).then(({ body }) => body.charts, () => []);
    if (this.#source !== source || signal.aborted) return;
    this.#charts = Array.isArray(charts) ? charts : [];
    if (!this.#charts.some(({ id }) => id === this.choice.chart)) this.choice.chart = '';
    this.show(frame);
  }

  /** Puts the select into a frame, in its language. @param {import('./frame.js').Frame|null} frame */
  show(frame) {
    if (!frame || this.#charts.length < 2) return;
    const { speech } = frame;
    const options = this.#charts.map((chart) =>
      el('option', { value: chart.isDefault ? '' : chart.id, selected: chart.id === this.choice.chart }, labelOf(chart, speech.numberForm.resolvedOptions().locale)));
    const select = el('select', { class: 'charts', part: 'charts', 'aria-label': speech.say('chart'), onchange: () => this.#chosen(select) }, ...options);
    frame.filters.element.querySelector('.charts')?.remove();
    frame.filters.element.prepend(select);
  }

  #chosen({ value }) {
    this.choice.chart = value;
    this.changed();
  }
}

/** "United States · k-pop · 30 days", in the user's language. @param {Chart} chart @param {string} tag */
function labelOf({ country, genre, period, kind }, tag) {
  const days = period && new Intl.NumberFormat(tag, { style: 'unit', unit: 'day', unitDisplay: 'long' }).format(period);
  const place = new Intl.DisplayNames(tag, { type: 'region', fallback: 'code' }).of(country);
  return [place, genre !== 'all' && genre.replaceAll('-', ' '), days, kind === 'surging' && '↗'].filter(Boolean).join(' · ');
}

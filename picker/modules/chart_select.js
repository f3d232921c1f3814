/**
 * The select of charts. It is hidden where the catalog has one, and where a shelf is shown.
 *
 * @typedef {{id: string, source: string, country: string, genre: string, period: number|null, kind: string, isDefault: boolean}} Chart
 */

import { el } from './dom.js';

const PATH = '/v1/tiktok-music/charts';

/**
 * The published charts of a catalog, the default one first; none where the answer is not the catalog's.
 * @param {import('./source.js').Source} source @param {AbortSignal} signal @returns {Promise<Chart[]>}
 */
export async function chartsOf(source, signal) {
  const { body } = await source.get(PATH, [], signal);
  return Array.isArray(body?.charts) ? body.charts.filter((chart) => typeof chart?.id === 'string') : [];
}

export class ChartSelect {
  /** @type {readonly Chart[]} */ #charts = [];

  /** @param {import('./strings.js').Speech} speech @param {import('./query.js').Choice} choice @param {() => void} changed */
  constructor(speech, choice, changed) {
    this.speech = speech;
    this.choice = choice;
    this.element = el('select', {
      part: 'chart', class: 'chart', hidden: true, 'aria-label': speech.say('chart'),
      onchange: ({ target: { value } }) => { choice.chart = value; changed(); },
    });
  }

  /** Shows the choice among the charts. @param {readonly Chart[]} charts */
  show(charts) {
    if (charts !== this.#charts) {
      const labels = charts.map((chart) => this.#label(chart));
      const isUnique = (label) => labels.indexOf(label) === labels.lastIndexOf(label);
      this.element.replaceChildren(...charts.map(({ id, source, isDefault }, at) =>
        el('option', { value: isDefault ? '' : id }, isUnique(labels[at]) ? labels[at] : `${labels[at]} · ${source}`)));
    }
    this.#charts = charts;
    this.element.value = this.choice.chart;
    this.element.hidden = charts.length < 2 || this.choice.shelf !== '';
  }

  /** "United States · k-pop · 30 days", in the user's language. @param {Chart} chart */
  #label({ country, genre, period, kind }) {
    const { speech } = this;
    const parts = [speech.region(country), genre === 'all' ? '' : genre, period && speech.days(period)];
    return [...parts, kind === 'surging' && speech.say('rising')].filter(Boolean).join(' · ');
  }
}

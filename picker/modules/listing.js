/** The list of a panel: its searches, pages and retries, and the standings of the tracks in view. */

import { chartsOf } from './chart_select.js';
import { Feed } from './feed.js';
import { isPickOf } from './frame.js';
import { failureText } from './notices.js';
import { Reader } from './reader.js';
import { ShelfFeed } from './shelf_feed.js';
import { Standings } from './standings.js';

const STANDINGS_DELAY_MS = 150;

export class Listing {
  /** @type {import('./query.js').Choice} */
  choice = { q: '', languages: new Set(), commerceOnly: false, publishableOnly: false, sort: '', length: '', shelf: '', chart: '' };
  /** @type {Standings|null} */ standings = null;
  /** @type {import('./source.js').Source} */ #source;
  /** @type {import('./chart_select.js').Chart[]} */ #charts = [];
  /** @type {import('./source.js').Source|null} the one that was asked for its charts */ #chartsSource = null;
  #abort = new AbortController();
  #standingsTimer;
  #reader = new Reader({
    last: () => this.#frame?.list.last ?? -1,
    begun: () => this.#begun(),
    changed: () => this.#show(),
    failed: (error) => this.#failed(error),
  });

  /** @param {import('./panel.js').Panel} panel */
  constructor(panel) { this.panel = panel; }

  get #frame() { return this.panel.frame; }

  /** The tracks that were loaded so far. */
  get tracks() { return this.#reader.feed?.tracks ?? []; }

  /** Reads from another source from the next search on. @param {import('./source.js').Source} source */
  use(source) {
    this.stop();
    this.#reader.feed = null;
    this.#source = source;
    this.#abort = new AbortController();
    this.standings = new Standings(source);
  }

  stop() {
    this.#reader.stop();
    this.standings?.stop();
    this.#abort.abort();
    clearTimeout(this.#standingsTimer);
  }

  /** Starts a new search; the old results stay visible until its first page arrives. */
  search() {
    this.#frame.search.stop();
    this.choice.q = this.#frame.search.text;
    const { shelf } = this.choice;
    this.#reader.open(shelf
      ? new ShelfFeed(this.#source, this.choice.q, this.panel.shelves[shelf])
      : new Feed(this.#source, this.choice));
  }

  /** Starts the first search. */
  searchOnce() {
    if (!this.#reader.feed) this.search();
  }

  /** Shows the list that is there in a new frame. */
  resume(place) {
    if (!this.#reader.feed) return;
    if (place.text !== this.choice.q) this.search(); // the user is typing
    if (this.#reader.feed.total !== undefined) this.#begin();
    this.#show();
    this.#frame.place = place;
  }

  /** Loads the charts to choose from, once for each source unless `again`; a chosen one that is gone is left. */
  async loadCharts(again = false) {
    const source = this.#source;
    if (!source || (this.#chartsSource === source && !again)) return;
    this.#chartsSource = source;
    try {
      const charts = this.panel.host.charts ? await chartsOf(source, this.#abort.signal) : [];
      if (source !== this.#source || !this.#frame) return;
      this.#charts = charts;
    } catch (error) {
      if (error.isTransient && source === this.#source) this.#chartsSource = null;
      return;
    }
    this.#frame.charts.show(this.#charts);
    const isThere = !this.choice.chart || this.#charts.some(({ id }) => id === this.choice.chart);
    if (isThere) return;
    this.choice.chart = '';
    this.search();
  }

  clearFilters() {
    this.choice.languages.clear();
    Object.assign(this.choice, { commerceOnly: false, publishableOnly: false, length: '', shelf: '' });
    this.#frame.search.clear();
  }

  retry() {
    if (this.#reader.feed.total === undefined) this.search();
    else this.#reader.retry();
  }

  /** Ends a wait for the user. */
  cancelRetry() { this.#reader.cancelRetry(); }

  connectionChanged() {
    if (!this.#reader.feed) return;
    if (navigator.onLine) {
      this.standings.wake();
      this.#frame?.list.showCovers();
      this.#reader.retryInBackground();
    }
    this.#show();
  }

  /** Retries after a failure and updates the age of the list, when the page becomes visible again. */
  visibilityChanged() {
    if (document.hidden || !this.#reader.feed) return;
    this.#reader.retryInBackground();
    this.#show();
  }

  /** Loads what came into view. */
  viewed() {
    if (!this.#reader.feed) return;
    const { total, tracks, failure } = this.#reader.feed;
    clearTimeout(this.#standingsTimer);
    this.#standingsTimer = setTimeout(() => this.#fetchStandings(), STANDINGS_DELAY_MS);
    if (total !== undefined && this.#frame.list.last >= tracks.length && !failure) this.#reader.load();
  }

  /** @param {import('./row.js').Row} row that got its track */
  rowFilled(row) {
    this.showStanding(row);
    row.showPicked(isPickOf(this.panel.picks.state, row.track));
    row.showFavorite(this.panel.shelves.has(row.track.id));
    row.showPlaying(this.panel.previews.player);
  }

  /** @param {import('./row.js').Row} row */
  showStanding(row) {
    const { chart, shelf } = this.choice;
    const standing = onChart(this.standings.get(row.track.id), shelf ? '' : chart);
    row.showRank(standing, this.#reader.feed.hasFilters ? null : row.index + 1);
    row.showMeta(standing, this.panel.previews.hasFailed(row.track.id));
  }

  #show() {
    if (this.#reader.feed) this.#frame?.show(this.#reader.feed, this.#reader.retryAt);
  }

  #begin() {
    this.#frame?.begin(this.#reader.feed);
    this.#frame?.charts.show(this.#charts);
  }

  #begun() {
    const { feed } = this.#reader;
    this.#begin();
    this.loadCharts();
    const { q, languages, commerceOnly, sort, length, shelf, chart } = this.choice;
    const detail = { q, languages: [...languages], commerceOnly, sort, length, shelf, chart, total: feed.total };
    this.panel.emit('list-loaded', detail);
  }

  #failed(error) {
    this.panel.announce(this.#frame?.speech.say(failureText(error)));
    if (error.kind === 'gone' && this.choice.chart) this.loadCharts(true);
    this.panel.emit('list-failed', { kind: failureText(error), reference: error.reference });
  }

  async #fetchStandings() {
    if (!this.#frame) return;
    const picked = this.panel.host.value?.trackId;
    const ids = this.#frame.list.rows.map((row) => row.track.id);
    const isNew = await this.standings.fetch([...(picked ? [picked] : []), ...ids]);
    if (!isNew || !this.#frame) return;
    for (const row of this.#frame.list.rows) this.showStanding(row);
    this.panel.picks.show();
  }
}

/** The standing with the place on a chart; empty: on the default one, which is its own. */
function onChart(standing, chart) {
  if (!standing || !chart) return standing;
  const { rank = null, previousRank = null, isNew = false } = standing.charts?.find(({ id }) => id === chart) ?? {};
  return { ...standing, rank, previousRank, isNew };
}

/**
 * The note: the pick, what posts of each kind do with it, and a button that clears it. One line, until it is opened.
 *
 * @typedef {import('../tiktok-music-picker.js').Track} Track
 * @typedef {import('./standings.js').Standing} Standing
 * @typedef {{value: import('./music.js').TiktokMusic|null, track?: Track|null, standing?: Standing|null, isChecked: boolean}} Pick
 *   `standing`: null for a track that the catalog never had; `isChecked`: false when it could not be asked
 */

import { button, el } from './dom.js';
import { icon } from './icons.js';

// The default until the batch route returned the track.
const HONORED = { publish: false, managed: true };
const STATUS_TEXTS = { retired: 'retiredPick', offChart: 'offChartPick' };

/** The names of the texts on what `resolve` refuses or warns of. @param {Pick} pick @returns {string[]} */
export function warningsOf({ value, track, standing, isChecked }) {
  if (value?.mode !== 'manual') return [];
  if (standing === null) return ['unknownPick'];
  if (!standing && !track) return isChecked ? [] : ['uncheckedPick'];
  const { isCommerceMusic } = standing ?? track;
  return [STATUS_TEXTS[standing?.status], isCommerceMusic === false && 'notCommercialPick'].filter(Boolean);
}

export class Note {
  title = '';

  /** @param {import('./strings.js').Speech} speech @param {() => void} cleared */
  constructor(speech, cleared) {
    this.speech = speech;
    this.headline = el('strong', { class: 'cut' });
    this.summary = button('summary', { 'aria-expanded': 'false', onclick: () => this.#toggle() }, this.headline, icon('down'));
    this.clear = button('icon', { 'aria-label': speech.say('clearPick'), hidden: true, onclick: cleared }, icon('close'));
    this.warning = el('p', { class: 'warning', hidden: true });
    this.details = el('p', { class: 'details', hidden: true });
    this.element = el('div', { class: 'note', part: 'note' },
      el('div', { class: 'line' }, this.summary, this.clear), this.warning, this.details);
  }

  /** The pick and its warnings, for screen readers. */
  get announcement() { return [this.headline.textContent, this.warning.textContent].filter(Boolean).join('. '); }

  /** @param {Pick} pick */
  show(pick) {
    this.title = this.#titleOf(pick);
    this.headline.textContent = this.title || this.speech.say('nothingPicked');
    this.clear.hidden = !pick.value;
    const times = { time: this.speech.clock((pick.value?.startMs ?? 0) / 1000) };
    this.#fill(this.warning, warningsOf(pick));
    this.#fill(this.details, this.#detailsOf(pick), times);
    this.details.hidden ||= this.summary.ariaExpanded !== 'true';
  }

  #titleOf({ value, track }) {
    if (value?.mode === 'manual') return track ? this.speech.sayOf('selected', track) : '';
    return value ? this.speech.say(value.mode === 'auto' ? 'selectedAuto' : 'selectedNone') : '';
  }

  #detailsOf({ value, standing }) {
    if (value && value.mode !== 'manual') return [value.mode === 'auto' ? 'honoredAuto' : 'honoredNone', 'drafts'];
    if (value && standing === null) return [];
    const { publish, managed } = standing?.honoredBy ?? HONORED;
    const isHonored = managed && standing?.status !== 'retired';
    const first = isHonored ? [value ? 'honoredPick' : 'honoredManaged'] : [];
    const start = value?.startMs === undefined ? [] : ['startsAt'];
    return [...first, publish ? 'directHonors' : 'directDegrades', ...start, 'drafts'];
  }

  #fill(place, names, values) {
    place.textContent = names.map((name) => this.speech.say(name, values)).join(' ');
    place.hidden = !names.length;
  }

  #toggle() {
    const isOpen = this.summary.ariaExpanded !== 'true';
    this.summary.ariaExpanded = String(isOpen);
    this.details.hidden = !isOpen || !this.details.textContent;
  }
}

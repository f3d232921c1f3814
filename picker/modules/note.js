/** The note: the pick, and the post types that use it. */

import { el } from './dom.js';

// The default until the batch route returned the track.
const HONORED = { publish: false, managed: true };

export class Note {
  /** @param {import('./strings.js').Speech} speech */
  constructor(speech) {
    this.speech = speech;
    this.element = el('p', { class: 'note', part: 'note' });
  }

  /**
   * @param {import('./element.js').TiktokMusic|null} value
   * @param {import('../tiktok-music-picker.js').Track|null|undefined} track the picked one
   * @param {{publish: boolean, managed: boolean}} [honored]
   */
  show(value, track, honored = HONORED) {
    const isAuto = value?.selection === 'auto';
    this.title = isAuto ? this.speech.say('selectedAuto') : track ? this.speech.sayOf('selected', track) : '';
    const lines = isAuto ? ['honoredAuto', 'drafts'] : this.#lines(Boolean(value), honored);
    const heading = this.title ? [el('strong', { class: 'cut' }, this.title)] : [];
    this.element.replaceChildren(...heading, lines.map((line) => this.speech.say(line)).join(' '));
  }

  #lines(isPicked, { publish, managed }) {
    const first = managed ? [isPicked ? 'honoredPick' : 'honoredManaged'] : [];
    return [...first, publish ? 'directHonors' : 'directDegrades', 'drafts'];
  }
}

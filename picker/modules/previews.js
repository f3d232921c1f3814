/**
 * The previews of a panel: playing, failing, and stopping where they can no longer be seen.
 *
 * @typedef {import('../tiktok-music-picker.js').Track} Track
 */

import { el } from './dom.js';
import { Player } from './player.js';

const SEEK_SECONDS = 5;

export class Previews {
  audio = el('audio', { preload: 'none' });
  #failed = new Set();

  /** @param {import('./panel.js').Panel} panel */
  constructor(panel) {
    this.panel = panel;
    this.player = new Player(this.audio, {
      changed: () => this.#changed(),
      started: (track) => panel.emit('preview-started', { track }),
      ended: (track, reason) => this.#ended(track, reason),
    });
  }

  /** @param {string} id of a track */
  hasFailed(id) { return this.#failed.has(id); }

  /** Plays or pauses. @param {Track|null|undefined} track */
  play(track) {
    if (!track?.previewUrl) return;
    const isNew = !this.player.has(track);
    this.#showFailure(track, false);
    this.player.toggle(track);
    if (isNew) this.panel.announce(this.panel.frame.speech.sayOf('playing', track));
  }

  seekBy(steps) { this.player.seek(this.player.position + steps * SEEK_SECONDS); }

  stop() { this.player.stop(); }

  /** Stops for the user; the focus stays in the picker. */
  end() {
    const hadFocus = this.panel.frame.bar.element.querySelector(':focus');
    this.player.stop();
    if (hadFocus) this.panel.frame.list.activate();
  }

  /** Stops a preview that can no longer be seen, as in a dialog that was closed. */
  stopUnseen() {
    const { host } = this.panel;
    if (this.player.track && host.isConnected && !host.checkVisibility({ visibilityProperty: true })) this.player.stop();
  }

  #changed() {
    this.panel.showPlayer();
    this.stopUnseen();
  }

  #ended(track, reason) {
    this.panel.emit('preview-ended', { track, reason });
    if (reason !== 'failed') return;
    this.#showFailure(track, true);
    this.panel.announce(this.panel.frame?.speech.say('previewFailed'));
  }

  #showFailure(track, hasFailed) {
    if (hasFailed) this.#failed.add(track.id);
    else this.#failed.delete(track.id);
    const row = this.panel.frame?.list.rows.find(({ track: { id } }) => id === track.id);
    if (row) this.panel.listing.showStanding(row);
  }
}

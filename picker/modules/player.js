/**
 * The audio: one preview at a time, in all pickers of the page.
 *
 * @typedef {import('../tiktok-music-picker.js').Track} Track
 */

export class Player {
  /** @type {Player|null} */ static #sounding = null;
  /** @type {Track|null} */ track = null;
  /** @type {'stopped'|'loading'|'playing'|'paused'} */ state = 'stopped';

  /** @param {HTMLAudioElement} audio @param {{changed: () => void, failed: (track: Track) => void}} told */
  constructor(audio, told) {
    this.audio = audio;
    this.told = told;
    const turn = (state) => () => { if (this.track) this.#turn(state); };
    audio.addEventListener('waiting', turn('loading'));
    audio.addEventListener('playing', turn('playing'));
    audio.addEventListener('pause', turn('paused'));
    audio.addEventListener('timeupdate', told.changed);
    audio.addEventListener('error', () => this.#fail());
  }

  /** Seconds; what the catalog says until the file is known. */
  get duration() { return Number.isFinite(this.audio.duration) ? this.audio.duration : this.track?.duration ?? 0; }

  get position() { return this.audio.currentTime; }

  get isOn() { return this.state === 'playing' || this.state === 'loading'; }

  /** @param {Track} track */
  has(track) { return this.track?.id === track.id; }

  /** @param {Track} track */
  toggle(track) {
    if (!this.has(track)) {
      this.stop();
      this.track = track;
      this.audio.src = track.previewUrl;
    } else if (this.isOn) {
      this.audio.pause();
      return;
    }
    if (Player.#sounding !== this) Player.#sounding?.stop();
    Player.#sounding = this;
    this.#turn('loading');
    this.audio.play().catch((error) => {
      if (error.name === 'NotAllowedError') this.#turn('paused');
    });
  }

  /** @param {number} seconds from the start */
  seek(seconds) {
    const last = Math.max(this.duration - 0.1, 0);
    if (this.track) this.audio.currentTime = Math.min(Math.max(seconds, 0), last);
  }

  stop() {
    if (!this.track) return;
    this.track = null;
    this.audio.pause();
    this.audio.removeAttribute('src');
    this.audio.load();
    this.#turn('stopped');
  }

  #turn(state) {
    this.state = state;
    this.told.changed();
  }

  #fail() {
    const track = this.track;
    if (!track) return;
    this.stop();
    this.told.failed(track);
  }
}

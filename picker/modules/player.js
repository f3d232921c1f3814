/**
 * Plays one preview at a time, across all pickers of the page.
 *
 * @typedef {import('../tiktok-music-picker.js').Track} Track
 */

export class Player {
  /** @type {Player|null} */ static #sounding = null;
  /** @type {Track|null} */ track = null;
  /** @type {'stopped'|'loading'|'playing'|'paused'} */ state = 'stopped';

  /** @param {HTMLAudioElement} audio @param {{changed: () => void, failed: (track: Track) => void}} handlers */
  constructor(audio, handlers) {
    this.audio = audio;
    this.handlers = handlers;
    const to = (state) => () => { if (this.track) this.#setState(state); };
    audio.addEventListener('waiting', to('loading'));
    audio.addEventListener('playing', to('playing'));
    audio.addEventListener('pause', to('paused'));
    audio.addEventListener('timeupdate', handlers.changed);
    audio.addEventListener('error', () => this.#fail());
  }

  /** Seconds; the catalog's value until the file's metadata is loaded. */
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
    this.#setState('loading');
    this.audio.play().catch((error) => {
      if (error.name === 'NotAllowedError') this.#setState('paused');
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
    this.#setState('stopped');
  }

  #setState(state) {
    this.state = state;
    this.handlers.changed();
  }

  #fail() {
    const track = this.track;
    if (!track) return;
    this.stop();
    this.handlers.failed(track);
  }
}

/**
 * Plays one preview at a time, across all pickers of the page.
 *
 * @typedef {import('../tiktok-music-picker.js').Track} Track
 * @typedef {{
 *   changed: () => void,
 *   started: (track: Track) => void,
 *   ended: (track: Track, reason: 'ended'|'stopped'|'failed') => void,
 * }} Handlers `started` and `ended` are called once for each preview, a pause is neither
 */

export class Player {
  /** @type {Player|null} */ static #sounding = null;
  /** @type {Track|null} */ track = null;
  /** @type {'stopped'|'loading'|'playing'|'paused'} */ state = 'stopped';
  #hasStarted = false;

  /** @param {HTMLAudioElement} audio @param {Handlers} handlers */
  constructor(audio, handlers) {
    this.audio = audio;
    this.handlers = handlers;
    const to = (state) => () => { if (this.track) this.#setState(state); };
    audio.addEventListener('waiting', to('loading'));
    audio.addEventListener('playing', () => this.#plays());
    audio.addEventListener('pause', to('paused'));
    audio.addEventListener('ended', () => this.#end('ended'));
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

  /** @param {'stopped'|'failed'} reason */
  stop(reason = 'stopped') {
    if (!this.track) return;
    this.#end(reason);
    this.track = null;
    this.audio.pause();
    this.audio.removeAttribute('src');
    this.audio.load();
    this.#setState('stopped');
  }

  #plays() {
    if (!this.track) return;
    this.#setState('playing');
    if (this.#hasStarted || !this.track) return;
    this.#hasStarted = true;
    this.handlers.started(this.track);
  }

  #end(reason) {
    const hadStarted = this.#hasStarted;
    this.#hasStarted = false;
    if (hadStarted || reason === 'failed') this.handlers.ended(this.track, reason);
  }

  #setState(state) {
    this.state = state;
    this.handlers.changed();
  }

  #fail() {
    if (this.track) this.stop('failed');
  }
}

/**
 * The pick of a panel: what the user picks, and the track of what the page sets.
 *
 * @typedef {import('../tiktok-music-picker.js').Track} Track
 * @typedef {import('./music.js').TiktokMusic} TiktokMusic
 */

// Elsewhere the preview may be another excerpt than the clip that is published, with other positions.
const SAME_SOUND = ['listed', 'sameId'];

export class Picks {
  /** @type {Track|null} */ #track = null;

  /** @param {import('./panel.js').Panel} panel */
  constructor(panel) { this.panel = panel; }

  get #standings() { return this.panel.listing.standings; }

  /** @returns {import('./note.js').Pick} */
  get state() {
    const { value } = this.panel.host;
    const id = value?.trackId;
    const standing = id && this.#standings?.get(id);
    this.#track ??= standing || this.panel.listing.tracks.find((track) => track.id === id);
    return { value, track: this.#track, standing, isChecked: !this.#standings?.hasFailed };
  }

  /** @param {Track} track picked by the user; a pick that is there keeps its start */
  pickTrack(track) {
    const { value } = this.panel.host;
    this.pick(value?.trackId === track.id ? value : { mode: 'manual', trackId: track.id }, track);
    this.panel.shelves.use(track.id);
  }

  /** @param {TiktokMusic|null} music null: nothing @param {Track} [track] the picked one */
  pick(music, track) {
    const { host } = this.panel;
    host.choose(music);
    this.#track = track ?? null;
    this.show();
    this.panel.announce(this.panel.frame?.note.announcement);
    const detail = { ...(music && { tiktokMusic: host.value }), ...(track && { track }) };
    this.panel.emit('track-selected', detail, { bubbles: true, composed: true });
  }

  /** Shows the pick, and fetches its track if it is not known. */
  show() {
    this.panel.showPick(this.state);
    this.panel.showPlayer();
    const id = this.panel.host.value?.trackId;
    if (id && this.#standings && this.#standings.get(id) === undefined) this.#find(id);
  }

  valueChanged() {
    this.forget();
    if (this.panel.frame) this.show();
  }

  /** Forgets the track, which another source may not have. */
  forget() { this.#track = null; }

  /**
   * The start of videos in a preview, if the user can set it: only for the pick, and where positions in the preview are
   * those in the published clip.
   * @param {Track|null} track
   * @returns {{offsetMs: number, startMs: number|undefined}|null}
   */
  startOf(track) {
    const { value, standing } = this.state;
    const offsetMs = standing?.media?.previewOffsetMs;
    const { isUsable, evidence } = standing?.publish ?? {};
    const isSame = isUsable && SAME_SOUND.includes(evidence) && Number.isInteger(offsetMs);
    return track && isSame && value.trackId === track.id ? { offsetMs, startMs: value.startMs } : null;
  }

  /** Lets videos start where the preview is, or at its start again. */
  toggleStart() {
    const { player } = this.panel.previews;
    const start = this.startOf(player.track);
    if (!start) return;
    const { mode, trackId } = this.panel.host.value;
    const startMs = Math.round(player.position * 1000) + start.offsetMs;
    this.pick({ mode, trackId, ...(start.startMs === undefined && { startMs }) }, player.track);
  }

  /** Fetches the track of a value that the page set. */
  async #find(id) {
    const isFound = await this.#standings.fetch([id]);
    if (isFound && this.panel.frame && this.panel.host.value?.trackId === id) this.panel.showPick(this.state);
  }
}

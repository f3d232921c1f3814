/**
 * What is inside the element: the frame of the current language, and the list, the previews and the pick that it shows.
 *
 * @typedef {import('./form_control.js').FormControl} FormControl
 */

import { Compact } from './compact.js';
import { Frame } from './frame.js';
import { Listing } from './listing.js';
import { Picks } from './picks.js';
import { Previews } from './previews.js';
import { Shelves } from './shelves.js';
import { directionOf } from './strings.js';

export class Panel {
  /** @type {Frame|null} rebuilt for another language; null while the element is not in the page */ frame = null;
  /** @type {Compact|null} what is shown in place of the frame until it is opened */ #compact = null;

  /** @param {FormControl} host @param {ShadowRoot} root */
  constructor(host, root) {
    this.host = host;
    this.root = root;
    this.shelves = new Shelves((name) => this.#shelfChanged(name));
    this.listing = new Listing(this);
    this.previews = new Previews(this);
    this.picks = new Picks(this);
  }

  /** What the element's focus goes to. */
  get focusTarget() { return this.#compact?.isClosed ? this.#compact.focusTarget : this.frame?.search.input; }

  /** Builds the frame, in the place of the one of another language if there is one. */
  build(speech, language) {
    const before = this.frame && { ...this.frame.place, isOpen: this.#compact?.isClosed === false };
    this.frame?.stop();
    this.frame = new Frame(speech, { choice: this.listing.choice, shelves: this.shelves, player: this.previews.player }, this.#handlers);
    this.frame.search.text = before?.text ?? this.listing.choice.q;
    this.frame.element.lang = language;
    this.#compact = this.host.compact ? new Compact(this.frame, this.#compactHandlers) : null;
    this.disable();
    this.showDirection();
    this.root.replaceChildren((this.#compact ?? this.frame).element, this.previews.audio);
    if (before) this.#resume(before);
    this.showPick(this.picks.state);
    this.showPlayer();
  }

  /** Loads the list from a source; a closed panel loads it when it is opened. */
  open(source) {
    this.listing.use(source);
    if (this.frame && !this.#compact?.isClosed) this.listing.search();
    if (this.frame) this.picks.show();
  }

  stop() {
    this.listing.stop();
    this.previews.stop();
    this.frame?.stop();
    this.frame = null;
    this.#compact = null;
  }

  /** Sets the direction of `locale`, unless the element has a `dir` of its own. */
  showDirection() {
    if (!this.frame) return;
    const isOwn = this.host.hasAttribute('locale') && !this.host.hasAttribute('dir');
    const direction = isOwn ? directionOf(this.frame.element.lang) : '';
    for (const { element } of [this.frame, this.#compact].filter(Boolean)) {
      if (direction) element.dir = direction;
      else element.removeAttribute('dir');
    }
  }

  /** Takes over whether the element is disabled. */
  disable() {
    const { isDisabled } = this.host;
    if (isDisabled) {
      this.previews.stop();
      this.#compact?.close();
    }
    this.frame?.disable(isDisabled);
    this.#compact?.disable(isDisabled);
  }

  announce(text) { this.frame?.announce(text); }

  /** Sends an event to the page. */
  emit(name, detail, options = {}) { this.host.dispatchEvent(new CustomEvent(name, { detail, ...options })); }

  showPlayer() {
    const { player } = this.previews;
    this.frame?.showPlayer(player, this.picks.startOf(player.track));
    this.#compact?.showPlayer(player);
  }

  /** @param {import('./note.js').Pick} pick */
  showPick(pick) {
    this.frame?.showPick(pick);
    this.#compact?.showPick(pick);
  }

  /** @param {KeyboardEvent} event */
  escape(event) {
    if (event.key !== 'Escape' || event.isComposing || !this.frame) return;
    if (this.previews.player.track) this.previews.end();
    else if (this.frame.search.input.value && !this.#compact?.isClosed) this.frame.search.clear();
    else return;
    event.preventDefault();
    event.stopPropagation(); // a dialog around the picker stays open
  }

  /** Shows the list that is there, where the user was. */
  #resume(before) {
    if (before.isOpen) this.#compact?.open();
    this.listing.resume(before);
    if (!this.#compact?.isClosed) this.listing.searchOnce();
  }

  #shelfChanged(name) {
    this.frame?.filters.update();
    for (const row of this.frame?.list.rows ?? []) row.showFavorite(this.shelves.has(row.track.id));
    if (name) this.emit(`${name}-changed`, { [name]: this.shelves[name] });
  }

  get #handlers() {
    const { listing, picks, previews } = this;
    return {
      searched: () => listing.search(),
      cleared: () => listing.clearFilters(),
      retried: () => listing.retry(),
      cancelled: () => listing.cancelRetry(),
      reloaded: () => this.host.reload(),
      filled: (row) => listing.rowFilled(row),
      viewed: () => listing.viewed(),
      entered: (track) => this.announce(track.title ?? ''),
      picked: (track) => this.#picked(() => picks.pickTrack(track)),
      chosen: (mode) => this.#picked(() => picks.pick(mode && { mode }), mode),
      favored: (track) => this.shelves.toggleFavorite(track.id),
      played: (track) => previews.play(track),
      seeked: (steps) => previews.seekBy(steps),
      stopped: () => previews.end(),
      started: () => picks.toggleStart(),
      resized: () => previews.stopUnseen(),
    };
  }

  /** A pick closes the dialog of a compact picker, so that the card is seen; clearing the pick does not. */
  #picked(pick, isPick = true) {
    pick();
    if (isPick) this.#compact?.close();
  }

  get #compactHandlers() {
    return {
      opened: () => this.listing.searchOnce(),
      closed: () => this.previews.stop(),
      played: () => this.previews.play(this.picks.state.track),
      cleared: () => this.picks.pick(null),
    };
  }
}

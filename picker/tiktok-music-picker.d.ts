/** Types of the picker, described in README.md. */

export interface Track {
  readonly id: string;
  readonly title: string;
  readonly author: string;
  readonly album: string;
  /** Length of the preview in seconds. */
  readonly duration: number;
  readonly previewUrl: string;
  readonly coverUrl: string;
  /** ISO 639-1. */
  readonly language: string;
  readonly userCount: number;
  readonly isCommerceMusic: boolean;
}

export type TiktokMusic = { selection: 'auto' } | { selection: 'manual'; trackId: string };

export interface TrackSelectedDetail {
  /** Send it to schedule and publish unchanged. */
  readonly tiktokMusic: TiktokMusic;
  /** The picked track; undefined when TikTok chooses. */
  readonly track?: Track;
}

/** A text for each plural category of the language. */
export type Forms = { readonly [category in Intl.LDMLPluralRule]?: string };

export interface Strings {
  readonly tracks: Forms;
  readonly videos: Forms;
  readonly [name: string]: string | Forms;
}

/** The English texts. */
export const STRINGS: Strings;

export class TiktokMusicPicker extends HTMLElement {
  src: string;
  /** A language tag; empty: the page's language. */
  locale: string;
  theme: '' | 'light' | 'dark';
  name: string;
  /** The current pick; set it to show an earlier one. */
  value: TiktokMusic | null;
  /** Texts that replace those of the language. */
  strings: Partial<Strings>;
  /** Loads the list again. */
  reload(): void;
}

declare global {
  interface HTMLElementTagNameMap {
    'tiktok-music-picker': TiktokMusicPicker;
  }
  interface HTMLElementEventMap {
    'track-selected': CustomEvent<TrackSelectedDetail>;
  }
}

/** Types of the picker; what they mean is in README.md. */

export interface Track {
  readonly id: string;
  readonly title: string;
  readonly author: string;
  readonly album: string;
  /** Of the preview, in seconds. */
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
  /** What schedule and publish take, as it is. */
  readonly tiktokMusic: TiktokMusic;
  /** The one that was picked; none where TikTok is to choose. */
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
  /** A language tag; empty for the one of the page. */
  locale: string;
  theme: '' | 'light' | 'dark';
  name: string;
  /** What is picked; set it to show an earlier pick. */
  value: TiktokMusic | null;
  /** Replacements for texts. */
  strings: Partial<Strings>;
  /** Reads the list again. */
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

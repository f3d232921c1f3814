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
  /** What a player draws of the track; left out by older catalogs. */
  readonly media?: TrackMedia | null;
}

/** Null for what was not made. */
export interface TrackMedia {
  /** JPEG files by the pixels of their longer side. */
  readonly cover: { readonly 96: string | null; readonly 320: string | null; readonly 720: string | null };
  /** ThumbHash in base64. */
  readonly coverHash: string | null;
  readonly coverColor: string | null;
  readonly onCoverColor: string | null;
  /** Waveform of the preview in audiowaveform's JSON. */
  readonly peaksUrl: string | null;
  readonly suggestedStartMs: number | null;
  readonly previewOffsetMs: number | null;
}

export type TiktokMusic =
  | { readonly mode: 'none' }
  | { readonly mode: 'auto' }
  | {
      readonly mode: 'manual';
      readonly trackId: string;
      /** Where videos start, in milliseconds of the published clip. */
      readonly startMs?: number;
    };

/** What `value` takes besides: the older name of `mode`, and JSON. */
export type GivenMusic =
  | TiktokMusic
  | { readonly selection: 'none' | 'auto' }
  | { readonly selection: 'manual'; readonly trackId: string }
  | string
  | null;

export interface TrackSelectedDetail {
  /** The `tiktokMusic` of a target of `resolve`, to be sent unchanged; undefined after the pick was cleared. */
  readonly tiktokMusic?: TiktokMusic;
  /** The picked track; undefined when no track is picked. */
  readonly track?: Track;
}

export interface PickerEventMap {
  'track-selected': CustomEvent<TrackSelectedDetail>;
  'preview-started': CustomEvent<{ readonly track: Track }>;
  'preview-ended': CustomEvent<{ readonly track: Track; readonly reason: 'ended' | 'stopped' | 'failed' }>;
  'list-loaded': CustomEvent<{
    readonly q: string;
    readonly languages: readonly string[];
    readonly commerceOnly: boolean;
    readonly sort: '' | 'rising' | 'title';
    readonly length: '' | 'short' | 'medium' | 'long';
    /** The shelf that is shown in place of a search. */
    readonly shelf: '' | 'favorites' | 'recent';
    /** The id of the chosen chart; empty: the default one. */
    readonly chart: string;
    readonly total: number;
  }>;
  'list-failed': CustomEvent<{
    readonly kind: 'offline' | 'unreachable' | 'denied' | 'signedOut' | 'limited' | 'broken';
    /** The `X-Request-Id` of the response, or an empty string. */
    readonly reference: string;
  }>;
  'favorites-changed': CustomEvent<{ readonly favorites: readonly string[] }>;
  'recent-changed': CustomEvent<{ readonly recent: readonly string[] }>;
}

/** A text for each plural category of the language. */
export type Forms = { readonly [category in Intl.LDMLPluralRule]?: string };

/** The texts without a count. */
export type TextName =
  | 'search' | 'clearSearch' | 'chart' | 'filters' | 'allFilters' | 'commercial' | 'notCommercial' | 'worksEverywhere' | 'alsoDirect'
  | 'sort' | 'popular' | 'rising' | 'byTitle' | 'length' | 'anyLength' | 'upTo' | 'between' | 'from' | 'favorites' | 'recent' | 'favorite'
  | 'addMusic' | 'change' | 'close' | 'startHere' | 'startsAt' | 'list' | 'help' | 'loading'
  | 'isNew' | 'up' | 'down' | 'play' | 'pause' | 'stop' | 'seek' | 'position' | 'playing' | 'previewFailed' | 'use'
  | 'auto' | 'none' | 'clearPick' | 'nothingPicked' | 'selected' | 'selectedAuto' | 'selectedNone' | 'honoredPick'
  | 'honoredManaged' | 'directDegrades' | 'directHonors' | 'honoredAuto' | 'honoredNone' | 'drafts' | 'unknownPick'
  | 'uncheckedPick' | 'retiredPick' | 'offChartPick' | 'notCommercialPick' | 'required' | 'emptyTitle' | 'emptyText'
  | 'noMatchTitle' | 'noMatchText' | 'linkText' | 'clearFilters' | 'retry' | 'nextTry' | 'stopTrying' | 'reference'
  | 'stale' | 'offline' | 'unreachable' | 'denied' | 'signedOut' | 'limited' | 'broken';

export type Strings = { readonly [name in TextName]: string } & {
  readonly tracks: string | Forms;
  readonly videos: string | Forms;
};

/** The English texts. */
export const STRINGS: Strings;

export class TiktokMusicPicker extends HTMLElement {
  static readonly formAssociated: true;
  src: string;
  /** The address at your server that answers with a browser token; empty: `src` is a proxy. */
  tokenSrc: string;
  /** A language tag; empty: the page's language. */
  locale: string;
  theme: '' | 'light' | 'dark';
  name: string;
  /** The `credentials` of the picker's requests; empty: the browser's default. */
  credentials: '' | RequestCredentials;
  required: boolean;
  disabled: boolean;
  /** A button, or a card of the pick, opens the panel in a dialog. */
  compact: boolean;
  /** Offers the charts of the catalog, where it has several. */
  charts: boolean;
  /** Ids of the user's favorites, the newest first; at most 200. */
  get favorites(): readonly string[];
  set favorites(ids: Iterable<string> | null | undefined);
  /** Ids of the tracks picked last, the newest first; at most 20. */
  get recent(): readonly string[];
  set recent(ids: Iterable<string> | null | undefined);
  /** The current pick, frozen; set it to show an earlier one. Throws TypeError if it is none. */
  get value(): TiktokMusic | null;
  set value(value: GivenMusic | undefined);
  /** Texts that replace those of the language. */
  get strings(): Partial<Strings>;
  set strings(strings: Partial<Strings> | null | undefined);
  /** Headers of the picker's requests. */
  headers: HeadersInit | undefined;
  /** Sends the picker's requests in place of the browser's `fetch`. */
  fetch: typeof fetch | undefined;
  /** Gets a browser token, in place of `tokenSrc`; null: the user is not signed in. */
  getToken: (() => Promise<{ readonly token: string; readonly expiresAt: string } | null>) | undefined;
  /** Loads the list again. */
  reload(): void;
  /** Stops the preview. */
  stop(): void;
  /** Removes the pick, as its button does. */
  clear(): void;
  readonly type: 'tiktok-music-picker';
  readonly form: HTMLFormElement | null;
  readonly labels: NodeList;
  readonly validity: ValidityState;
  readonly validationMessage: string;
  readonly willValidate: boolean;
  checkValidity(): boolean;
  reportValidity(): boolean;
  setCustomValidity(message: string): void;
  addEventListener<K extends keyof PickerEventMap>(
    type: K, listener: (this: TiktokMusicPicker, event: PickerEventMap[K]) => unknown, options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener<K extends keyof HTMLElementEventMap>(
    type: K, listener: (this: TiktokMusicPicker, event: HTMLElementEventMap[K]) => unknown, options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(type: string, listener: EventListenerOrEventListenerObject, options?: boolean | AddEventListenerOptions): void;
  removeEventListener<K extends keyof PickerEventMap>(
    type: K, listener: (this: TiktokMusicPicker, event: PickerEventMap[K]) => unknown, options?: boolean | EventListenerOptions,
  ): void;
  removeEventListener<K extends keyof HTMLElementEventMap>(
    type: K, listener: (this: TiktokMusicPicker, event: HTMLElementEventMap[K]) => unknown, options?: boolean | EventListenerOptions,
  ): void;
  removeEventListener(type: string, listener: EventListenerOrEventListenerObject, options?: boolean | EventListenerOptions): void;
}

declare global {
  interface HTMLElementTagNameMap {
    'tiktok-music-picker': TiktokMusicPicker;
  }
  interface HTMLElementEventMap {
    'track-selected': CustomEvent<TrackSelectedDetail>;
  }
}

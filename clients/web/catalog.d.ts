/** One track of the list; `duration` is the preview's, in seconds. */
export interface Track {
  readonly id: string;
  readonly title: string;
  readonly author: string;
  readonly album: string;
  readonly duration: number;
  readonly previewUrl: string;
  readonly coverUrl: string;
  readonly language: string;
  readonly userCount: number;
  readonly isCommerceMusic: boolean;
}

/** The clip of a track in TikTok's commercial library; `countries` are those of the charts that listed it, and no clearance. */
export interface Publish {
  readonly songClipId: string;
  readonly clip: 'full' | 'trending';
  readonly clipDuration: number | null;
  readonly trendingSongClipId: string | null;
  readonly commercialMusicId: string | null;
  readonly evidence: 'listed' | 'sameId' | 'sameRecording' | 'sameCredits';
  readonly countries: readonly string[];
  readonly lastSeenAt: string;
  readonly isUsable: boolean;
}

export interface CommercialUse {
  readonly verdict: 'approved' | 'organicOnly' | 'unknown';
  readonly because: string;
  readonly countries: readonly string[];
  readonly checkedAt: string;
}

export interface HonoredBy {
  readonly publish: boolean;
  readonly managed: true;
}

/** What a player draws of a track; null for what was not made. */
export interface TrackMedia {
  /** JPEG files by the pixels of their longer side. */
  readonly cover: { readonly 96: string | null; readonly 320: string | null; readonly 720: string | null };
  /** ThumbHash in base64. */
  readonly coverHash: string | null;
  readonly coverColor: string | null;
  readonly onCoverColor: '#000000' | '#ffffff' | null;
  /** Waveform of the preview in audiowaveform's JSON. */
  readonly peaksUrl: string | null;
  readonly suggestedStartMs: number | null;
  readonly previewOffsetMs: number | null;
}

/** What the sources say about a song. */
export interface About {
  readonly themes: readonly string[];
  readonly genres: readonly string[];
  readonly releasedOn: string | null;
  readonly links: { readonly appleMusic: string | null; readonly spotify: string | null };
}

/** A row of a search, with the members that `include` names; `publish` is null if no clip is known. */
export interface SearchTrack extends Track {
  readonly publish?: Publish | null;
  readonly honoredBy?: HonoredBy;
  readonly commercialUse?: CommercialUse;
  readonly media?: TrackMedia | null;
  readonly about?: About | null;
}

/**
 * A track with its details; without direct publish it has neither `publish` nor `commercialUse`, without several
 * charts neither `charts` nor `genres`.
 */
export interface TrackDetail extends Track {
  readonly status: 'active' | 'offChart' | 'retired';
  readonly tiktokMusicLink: string;
  readonly tiktokMusicId: string;
  readonly rank: number | null;
  readonly previousRank: number | null;
  readonly isNew: boolean;
  readonly firstSeenAt: string;
  readonly lastSeenAt: string;
  readonly loudnessLufs: number | null;
  readonly honoredBy: HonoredBy;
  readonly publish?: Publish | null;
  readonly commercialUse?: CommercialUse;
  readonly media: TrackMedia;
  readonly about: About;
  /** All charts that the track is on, and the genres of those; only where the catalog has several charts. */
  readonly charts?: readonly TrackChart[];
  readonly genres?: readonly string[];
}

export interface List {
  readonly tracks: readonly Track[];
  readonly total: number;
}

/** A published chart; `period` is in days, null for a chart of now, `total` its number of tracks. */
export interface Chart {
  readonly id: string;
  readonly source: string;
  readonly country: string;
  readonly genre: string;
  readonly period: 1 | 7 | 30 | 90 | 120 | null;
  readonly kind: 'popular' | 'surging';
  readonly isDefault: boolean;
  readonly total: number;
  readonly version: string;
  readonly publishedAt: string;
  readonly nextRefreshAt: string;
}

export interface Charts {
  readonly charts: readonly Chart[];
  readonly total: number;
}

/** The place of a track on a chart. */
export interface TrackChart {
  readonly id: string;
  readonly rank: number;
  readonly previousRank: number | null;
  readonly isNew: boolean;
}

export interface Facets {
  readonly language: Readonly<Record<string, number>>;
  readonly isCommerceMusic: { readonly true: number; readonly false: number };
  readonly publishable?: { readonly true: number; readonly false: number };
}

/** One page of matches; `total` counts all, `nextCursor` is null on the last page. */
export interface Page {
  readonly tracks: readonly SearchTrack[];
  readonly total: number;
  readonly nextCursor: string | null;
  readonly facets?: Facets;
}

/** `aliases` maps the id of a duplicate to that of its canonical track, `found` each id as it was given to that of its track. */
export interface Batch {
  readonly tracks: TrackDetail[];
  readonly aliases: Record<string, string>;
  readonly found: Record<string, string>;
  readonly unknown: string[];
}

export type Include = 'about' | 'media' | 'publish';

/** Durations in seconds, languages as ISO 639-1. Unknown members are a TypeError. */
export interface Search {
  /** Words of title, author or album. Punctuation is ignored; without an exact match, one slip in a longer word. Best matches first. */
  q?: string;
  languages?: string | readonly string[];
  commerceOnly?: boolean;
  /** Only tracks that are honoured on direct publish; ignored where the catalog honours none. */
  publishable?: boolean;
  include?: Include | readonly Include[];
  minDuration?: number;
  maxDuration?: number;
  link?: string;
  sort?: 'chart' | 'popular' | 'rising' | 'title';
  /** The id of a chart; or a chart is chosen by country, genre, period (days) and kind. */
  chart?: string;
  country?: string;
  genre?: string;
  period?: 1 | 7 | 30 | 90 | 120;
  kind?: 'popular' | 'surging';
  limit?: number;
  facets?: boolean;
  cursor?: string | null;
}

/** The music of a post, as schedule and publish take it. */
export type TiktokMusic =
  | { readonly mode: 'none' }
  | { readonly mode: 'auto' }
  | ({ readonly mode: 'manual'; readonly trackId: string } & DirectOptions);

/** Options of direct publish: volumes from 0 to 100, milliseconds of the clip. */
export interface DirectOptions {
  readonly volume?: number;
  readonly originalVolume?: number;
  readonly startMs?: number;
  readonly endMs?: number;
  readonly fallback?: 'auto' | 'none' | 'fail';
}

/** A response with its raw headers, such as `X-RateLimit-Remaining` if the proxy returns it. */
export interface RawResponse {
  readonly path: string;
  readonly status: number;
  readonly headers: Headers;
}

/** `timeoutMs` is the total of a request; `onResponse` receives each response. Unknown options are a TypeError. */
export interface ClientOptions {
  timeoutMs?: number;
  onResponse?: (response: RawResponse) => void;
}

export interface CallOptions extends ClientOptions {
  signal?: AbortSignal;
}

export const VERSION: string;

export type ErrorCode =
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN_SCOPE'
  | 'ORIGIN_NOT_ALLOWED'
  | 'NOT_FOUND'
  | 'METHOD_NOT_ALLOWED'
  | 'VALIDATION'
  | 'VERSION_GONE'
  | 'LIST_TOO_LARGE'
  | 'RATE_LIMITED'
  | 'INTERNAL'
  | 'KILL_SWITCH'
  | 'UNREACHABLE'
  | 'TIMEOUT'
  | 'BAD_ANSWER';

/** `requestId` is empty and `retryAfterSeconds` null if they were not sent; `status` is 0 without a response. */
export class CatalogError extends Error {
  constructor(code: ErrorCode, message: string, rest?: Partial<Omit<CatalogError, 'code' | 'name'>>);
  readonly code: ErrorCode;
  readonly status: number;
  readonly requestId: string;
  readonly details: {
    readonly requiredScope?: string;
    readonly issues?: readonly { readonly path: string; readonly message: string }[];
  };
  readonly retryAfterSeconds: number | null;
}

export class Catalog {
  /** `src` is the address of the proxy. */
  constructor(src: string, options?: ClientOptions);
  list(options?: CallOptions): Promise<List>;
  search(search?: Search, options?: CallOptions): Promise<Page>;
  charts(options?: CallOptions): Promise<Charts>;
  pages(search?: Search, options?: CallOptions): AsyncGenerator<Page, void, undefined>;
  track(id: string, options?: CallOptions): Promise<TrackDetail | null>;
  batch(ids: Iterable<string>, options?: CallOptions): Promise<Batch>;
}

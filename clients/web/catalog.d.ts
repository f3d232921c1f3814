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

/** A track with its details. */
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
  readonly honoredBy: { readonly publish: false; readonly managed: true };
}

export interface List {
  readonly tracks: readonly Track[];
  readonly total: number;
}

export interface Facets {
  readonly language: Readonly<Record<string, number>>;
  readonly isCommerceMusic: { readonly true: number; readonly false: number };
}

/** One page of matches; `total` counts all, `nextCursor` is null on the last page. */
export interface Page {
  readonly tracks: readonly Track[];
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

/** Durations in seconds, languages as ISO 639-1. Unknown members are a TypeError. */
export interface Search {
  q?: string;
  languages?: string | readonly string[];
  commerceOnly?: boolean;
  minDuration?: number;
  maxDuration?: number;
  link?: string;
  sort?: 'popular' | 'rising' | 'title';
  limit?: number;
  facets?: boolean;
  cursor?: string | null;
}

/** The music of a post, as schedule and publish take it. */
export type TiktokMusic =
  | { readonly mode: 'none' }
  | { readonly mode: 'auto' }
  | { readonly mode: 'manual'; readonly trackId: string };

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
  pages(search?: Search, options?: CallOptions): AsyncGenerator<Page, void, undefined>;
  track(id: string, options?: CallOptions): Promise<TrackDetail | null>;
  batch(ids: Iterable<string>, options?: CallOptions): Promise<Batch>;
}

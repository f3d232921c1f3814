/** One track as the list has it; `duration` is that of the preview, in seconds. */
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

/** All that is known of one track. */
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

/** Some matches of a search; `total` counts all, `nextCursor` is null on the last page. */
export interface Page {
  readonly tracks: readonly Track[];
  readonly total: number;
  readonly nextCursor: string | null;
  readonly facets?: Facets;
}

export interface Batch {
  readonly tracks: TrackDetail[];
  readonly aliases: Record<string, string>;
  readonly unknown: string[];
}

/** Durations in seconds, languages as ISO 639-1. */
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

export interface Asking {
  signal?: AbortSignal;
}

export type ErrorCode =
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN_SCOPE'
  | 'NOT_FOUND'
  | 'METHOD_NOT_ALLOWED'
  | 'VALIDATION'
  | 'RATE_LIMITED'
  | 'INTERNAL'
  | 'KILL_SWITCH'
  | 'UNREACHABLE'
  | 'TIMEOUT'
  | 'BAD_ANSWER';

/** `requestId` and `retryAfterSeconds` where they were sent; `status` is 0 without an answer. */
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
  constructor(src: string, options?: { timeoutMs?: number });
  list(asking?: Asking): Promise<List>;
  search(search?: Search, asking?: Asking): Promise<Page>;
  pages(search?: Search, asking?: Asking): AsyncGenerator<Page, void, undefined>;
  track(id: string, asking?: Asking): Promise<TrackDetail | null>;
  batch(ids: Iterable<string>, asking?: Asking): Promise<Batch>;
}

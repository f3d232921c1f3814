/** Types of the element in JSX, for React 19 or newer: `import 'tiktok-music-picker/react'`. */

import type { DetailedHTMLProps, HTMLAttributes } from 'react';
import type { GivenMusic, PickerEventMap, Strings, TiktokMusicPicker } from './tiktok-music-picker.js';

export * from './tiktok-music-picker.js';

type Listeners = { [name in keyof PickerEventMap as `on${name}`]?: (event: PickerEventMap[name]) => void };

interface Properties {
  src?: string;
  tokenSrc?: string;
  locale?: string;
  theme?: '' | 'light' | 'dark';
  name?: string;
  credentials?: '' | RequestCredentials;
  required?: boolean;
  disabled?: boolean;
  compact?: boolean;
  charts?: boolean;
  favorites?: Iterable<string> | null;
  recent?: Iterable<string> | null;
  value?: GivenMusic;
  strings?: Partial<Strings> | null;
  headers?: HeadersInit;
  fetch?: typeof fetch;
  getToken?: TiktokMusicPicker['getToken'];
}

declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
      'tiktok-music-picker': DetailedHTMLProps<HTMLAttributes<TiktokMusicPicker>, TiktokMusicPicker> & Properties & Listeners;
    }
  }
}

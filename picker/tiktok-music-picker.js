/**
 * <tiktok-music-picker src="/your/proxy"> lists, plays and picks tracks of the music catalog.
 *
 * A page includes this file alone; it imports its modules from modules/ and its texts from locales/.
 * Attributes, events, styles and texts are described in README.md.
 *
 * @typedef {{id: string, title: string, author: string, album: string, duration: number,
 *   previewUrl: string, coverUrl: string, language: string, userCount: number,
 *   isCommerceMusic: boolean}} Track one of the catalog's list
 */

import STRINGS from './locales/en.js';
import { TiktokMusicPicker } from './modules/element.js';

// On a server there is nothing to define; the page defines it.
if (globalThis.customElements && !customElements.get('tiktok-music-picker')) customElements.define('tiktok-music-picker', TiktokMusicPicker);

export { STRINGS, TiktokMusicPicker };

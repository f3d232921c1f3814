/**
 * <tiktok-music-picker src="/your/proxy"> lists, plays and picks tracks of the music catalog.
 *
 * The one file that a page includes; what it is made of is in modules/, its texts are in locales/.
 * Attributes, events, styles and texts are described in README.md.
 *
 * @typedef {{id: string, title: string, author: string, album: string, duration: number,
 *   previewUrl: string, coverUrl: string, language: string, userCount: number,
 *   isCommerceMusic: boolean}} Track as the list of the catalog has it
 */

import STRINGS from './locales/en.js';
import { TiktokMusicPicker } from './modules/element.js';

if (!customElements.get('tiktok-music-picker')) customElements.define('tiktok-music-picker', TiktokMusicPicker);

export { STRINGS, TiktokMusicPicker };

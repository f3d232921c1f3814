// The demo from files alone: the picker's requests are answered in the page. The page loads this file before the picker.

import { answerOf } from './static_catalog.js';

const catalog = fetch('catalog.json').then((response) => response.json());

document.querySelector('tiktok-music-picker').fetch = async (url) => answerOf((await catalog).tracks, url);

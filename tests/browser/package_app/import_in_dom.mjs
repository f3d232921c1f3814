// Imports the picker where tests of web pages run: without a DOM, in jsdom and in happy-dom.
import { Window } from 'happy-dom';
import { JSDOM } from 'jsdom';

const makers = {
  none: () => ({}),
  jsdom: () => new JSDOM('').window,
  'happy-dom': () => new Window(),
};
const [, , name] = process.argv;
const window = makers[name]();
for (const key of ['HTMLElement', 'customElements', 'document', 'CSSStyleSheet']) {
  if (window[key]) globalThis[key] = window[key];
}
const { TiktokMusicPicker } = await import('tiktok-music-picker');
console.log(name, globalThis.customElements?.get('tiktok-music-picker') === (window.customElements && TiktokMusicPicker));
process.exit();

/**
 * One style sheet, shared by all pickers of a page.
 *
 * `u` is its unit of length: the font size of the picker, which comes from the page, whatever the root's font size is.
 */

import { LIST_RULES } from './list_styles.js';

const UNIT = /(?<![\w.])(-?[\d.]+)u\b/g;

const RULES = `
:host {
  --_unit: 1em;
  --_accent: var(--tmp-accent, light-dark(#1d4ed8, #9db9ff));
  --_on-accent: var(--tmp-on-accent, light-dark(#fff, #0b1220));
  --_surface: var(--tmp-surface, light-dark(#fff, #14161a));
  --_raised: var(--tmp-raised, light-dark(#f4f5f7, #1f2228));
  --_text: var(--tmp-text, light-dark(#16181d, #f2f3f5));
  --_muted: var(--tmp-muted, light-dark(#5b616e, #a4abb8));
  --_line: var(--tmp-line, light-dark(#e3e5ea, #2c3038));
  --_control-line: var(--tmp-control-line, light-dark(#868c99, #737a88));
  --_up: var(--tmp-up, light-dark(#0a7040, #5fd39a));
  --_warning: var(--tmp-warning, light-dark(#8a4b00, #f5bd6b));
  --_radius: var(--tmp-radius, 14px);
  --_row: var(--tmp-row-height, 4.25u);
  --_tint: color-mix(in srgb, var(--_accent) 13%, var(--_surface));
  color-scheme: light dark;
  display: block; color: var(--_text);
  font: 400 var(--tmp-font-size, 1em)/1.4 var(--tmp-font, system-ui, sans-serif);
  text-align: start; -webkit-tap-highlight-color: transparent;
}
:host(:not([compact])), .sheet {
  container-type: inline-size;
  flex-direction: column; overflow: hidden auto; box-sizing: border-box; scrollbar-width: thin;
  block-size: var(--tmp-height, 40u); max-block-size: 100dvb; min-inline-size: min(17u, 100%); contain-intrinsic-inline-size: 40u;
  border: 1px solid var(--_line); border-radius: var(--_radius);
  background: var(--_surface);
}
:host(:not([compact])), .sheet[open] { display: flex }
.frame { display: contents }
:host([hidden]) { display: none }
:host(:disabled) { color: var(--_muted) }
[inert] { opacity: .5 }
:host([theme=light]) { color-scheme: light }
:host([theme=dark]) { color-scheme: dark }
*, ::before { box-sizing: border-box }
[hidden] { display: none !important }
button, input, select { font: inherit; color: inherit; margin: 0 }
button { border: 0; padding: 0; background: none; cursor: pointer }
svg { inline-size: 1.25u; block-size: 1.25u; fill: currentColor; flex: none; display: block }
:focus-visible { outline: 2px solid var(--_accent); outline-offset: 2px }
.spoken { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap }
.cut { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; min-inline-size: 0 }
.icon { display: grid; place-items: center; inline-size: 2.25u; block-size: 2.25u; border-radius: 50%; flex: none; color: var(--_muted) }
.icon:hover { background: var(--_raised); color: var(--_text) }

.search { position: relative; margin: .875u .875u .625u; flex: none }
.search > svg { position: absolute; inset-block-start: .75u; inset-inline-start: .8125u; color: var(--_muted); pointer-events: none }
.search input { inline-size: 100%; block-size: 2.75u; padding-inline: 2.625u; border: 1px solid var(--_control-line); border-radius: calc(var(--_radius) - 4px); background: var(--_surface); font-size: 1u; appearance: none; outline-offset: -1px }
.search input::placeholder { color: var(--_muted); opacity: 1 }
.search input::-webkit-search-cancel-button { display: none }
.search .icon { position: absolute; inset-block-start: .25u; inset-inline-end: .25u }

.filters { display: flex; align-items: start; flex: none; padding-inline-end: .5u }
.chips { min-block-size: 2.375u; display: flex; gap: .375u; flex: 1; min-inline-size: 0; padding: .1875u .875u; overflow-x: auto; scrollbar-width: none; scroll-padding-inline: .875u }
.chart { flex: none; max-inline-size: 45%; min-block-size: 2u; margin-block: .1875u; margin-inline-start: .875u; padding-inline: .5u .25u; border: 1px solid var(--_control-line); border-radius: 1u; background: var(--_surface); color: var(--_text); font-size: .8125u; cursor: pointer }
.filters.open .chips { flex-wrap: wrap; max-block-size: 9u; overflow: hidden auto; scrollbar-width: thin }
.filters .icon { margin-block-start: .0625u }
.filters.open .icon svg { rotate: 180deg }
.chip { display: flex; align-items: center; gap: .375u; flex: none; block-size: 2u; padding-inline: .75u; border: 1px solid var(--_line); border-radius: 1u; font-size: .8125u; white-space: nowrap }
.chip svg { inline-size: .9375u; block-size: .9375u }
.chip:hover { border-color: var(--_control-line) }
.chip small { font-size: inherit; color: var(--_muted); font-variant-numeric: tabular-nums }
.chip[aria-pressed=true] { background: var(--_accent); border-color: var(--_accent); color: var(--_on-accent) }
.chip[aria-pressed=true] small { color: inherit }

.bar { display: flex; align-items: center; flex-wrap: wrap; gap: .125u .75u; flex: none; padding: .5u .875u .625u; border-block-end: 1px solid var(--_line); font-size: .8125u; color: var(--_muted) }
.bar > [part=count] { margin-inline-start: auto }
.order { display: flex; flex-wrap: wrap; gap: .375u; min-inline-size: 0 }
.order select { min-block-size: 2u; max-inline-size: 100%; padding-inline: .5u .25u; border: 1px solid var(--_line); border-radius: 1u; background: var(--_surface); color: var(--_text); cursor: pointer }
.order select:hover { border-color: var(--_control-line) }
.auto, .none { display: flex; align-items: center; gap: .375u; min-block-size: 2u; padding-inline: .625u .75u; border-radius: 1u; margin-inline-start: -.375u; color: var(--_accent); font-weight: 600 }
:is(.auto, .none):hover { background: var(--_tint) }
:is(.auto, .none)[aria-pressed=true] { background: var(--_accent); color: var(--_on-accent) }
:is(.auto, .none) svg { inline-size: 1.0625u; block-size: 1.0625u }
.banner { display: flex; flex-wrap: wrap; align-items: center; gap: .25u .625u; flex: none; padding: .375u .875u; min-block-size: 2.5u; border-block-end: 1px solid var(--_line); font-size: .8125u; color: var(--_warning); background: color-mix(in srgb, var(--_warning) 8%, var(--_surface)) }
.banner > span:nth-child(2) { flex: 1 1 12u }
.ways { display: flex; flex-wrap: wrap; justify-content: center; gap: .5u }
.wait { font-variant-numeric: tabular-nums }
.button { min-block-size: 2u; padding-inline: .875u; border: 1px solid currentColor; border-radius: 1u; font-size: .8125u; font-weight: 600; white-space: nowrap }
.panel { flex: 1 0 auto; display: flex; flex-direction: column; align-items: center; justify-content: center; gap: .375u; padding: 2u; text-align: center; color: var(--_muted); overflow: auto }
.panel > svg { inline-size: 2u; block-size: 2u; margin-block-end: .375u }
.panel strong { font-size: 1.0625u; font-weight: 600; color: var(--_text) }
.panel .button { margin-block-start: .5u; color: var(--_accent) }
.panel small { font-size: .75u }

${LIST_RULES}
.open { display: inline-flex; align-items: center; gap: .5u; min-block-size: 2.75u; padding-inline: .875u 1.125u; border: 1px solid var(--_control-line); border-radius: calc(var(--_radius) - 4px); background: var(--_surface); font-weight: 600; text-align: start }
.open svg { color: var(--_accent) }
.open:hover:enabled { border-color: var(--_accent); background: var(--_tint) }
.card { display: flex; flex-wrap: wrap; align-items: center; justify-content: flex-end; gap: .5u .625u; padding: .5u; border: 1px solid var(--_line); border-radius: var(--_radius); background: var(--_surface) }
.card .mode { display: grid; place-items: center; inline-size: 3u; block-size: 3u; border-radius: 8px; background: var(--_tint); color: var(--_accent) }
.card .names { flex: 1 1 5u; min-inline-size: 0; line-height: 1.35 }
.card strong { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; white-space: normal; font-weight: 600 }
.card .line { display: block; font-size: .8125u; color: var(--_muted) }
.card .line.warning { color: var(--_warning) }
.card .button { color: var(--_accent) }
.card .ways { flex-wrap: nowrap; align-items: center; gap: .25u }
.sheet { inline-size: min(44u, 100% - 2u); max-inline-size: none; block-size: min(var(--tmp-height, 46u), 100dvb - 2u); padding: 0; margin: auto; color: inherit; overscroll-behavior: contain }
.sheet::backdrop { background: rgb(10 12 16 / .55) }
.head { display: flex; align-items: center; justify-content: space-between; flex: none; padding: .625u .625u 0 1u }
.head strong { font-size: 1.0625u; font-weight: 600 }

@media (hover: hover) {
  .row:not(:hover, :focus, :focus-within) .favorite[aria-pressed=false] { opacity: 0 }
}
@media (max-width: 40em) { /* a dialog from the bottom, as in apps */
  .sheet { inline-size: 100%; block-size: calc(100dvb - 2u); margin-block-end: 0; border-inline: 0; border-block-end: 0; border-end-start-radius: 0; border-end-end-radius: 0 }
}
@container (min-width: 34em) {
  .facts { display: flex; gap: 1.25u }
  .facts span:last-child { min-inline-size: 2.25u }
}
@container (max-width: 33.99em) {
  .row { gap: 0 .625u; padding-inline: .375u .75u; grid-template: 1fr 1fr / 1.875u 3u minmax(0, 1fr) 1.75u 1.75u; line-height: 1.25 }
  .row > * { grid-row: span 2 }
  .row > [id^=names] { grid-area: 1 / 3 / 3; padding-block-end: 1.125u }
  .row > .facts { grid-area: 1 / 3 / 3; align-self: end; padding-block-end: .375u; display: flex; gap: .75u; font-size: .75u; line-height: 1.25 }
  .row > .facts + * { grid-column: 4; margin-inline: -.25u }
  .row > .facts + * + * { grid-column: 5 }
  .language, .now div + div { display: none }
  .order, .order select { flex: 1 1 auto }
  .player { display: grid; grid-template-columns: auto minmax(0, 1fr) auto auto auto; gap: .125u .5u }
  .player .icon { grid-row: span 2 }
  .player .start { grid-area: 1 / 4 / 3 }
  .player .icon:last-child { grid-area: 1 / 5 / 3 }
  .seek { grid-area: 2 / 2 / 3 / 4; block-size: 1.75u }
}
@container (max-width: 21em) {
  .rank, :is(.auto, .none) svg { display: none }
  .order { flex-wrap: nowrap }
  .order select { inline-size: 5u; min-inline-size: 0; padding-inline: .375u 0; text-overflow: ellipsis }
  .order select + select { inline-size: 6.25u }
  .row { grid-template-columns: 3u minmax(0, 1fr) 1.75u 1.75u; padding-inline-start: .625u }
  .row > [id^=names], .row > .facts { grid-column: 2 }
  .row > .facts + * { grid-column: 3 }
  .row > .facts + * + * { grid-column: 4 }
}
@container (max-width: 16em) { /* a narrow page, or large text */
  .player .clock { display: none }
  .player { padding-block: .25u }
  .seek { block-size: 1.5u }
  .order { flex-wrap: wrap }
  .order select + select, .order select { inline-size: 100% }
  .row { column-gap: .375u; padding-inline: .5u }
  .panel { padding: .75u }
}
@media (max-height: 26em) { /* a phone in landscape, or a zoomed page: what is above the list takes less room */
  .search { margin-block: .375u .25u }
  .bar { padding-block: .125u .25u }
}
@media (prefers-reduced-motion: reduce) {
  *, ::before, ::after { animation: none !important; transition: none !important }
  .play[aria-busy=true] .glyph::after { border-style: dotted }
}
@media (forced-colors: active) {
  .play::before, .play::after, .play .glyph { forced-color-adjust: none }
  .favorite[aria-pressed=true] svg { fill: Highlight; forced-color-adjust: none }
  .row[aria-selected=true], .chip[aria-pressed=true], :is(.auto, .none)[aria-pressed=true] { outline: 2px solid Highlight; outline-offset: -2px }
}
`.replace(UNIT, 'calc($1 * var(--_unit))');

/** Without its registration as a length, the unit would grow and shrink with the text of each part. */
function registerUnit() {
  try {
    CSS.registerProperty({ name: '--_unit', syntax: '<length>', inherits: true, initialValue: '16px' });
  } catch { /* another copy of the picker did it, or the browser is older */ }
}

/** @type {CSSStyleSheet|undefined} */ let sheet;

/** @param {ShadowRoot} root */
export function adoptStyles(root) {
  if (!sheet) {
    registerUnit();
    sheet = new CSSStyleSheet();
    sheet.replaceSync(RULES);
  }
  root.adoptedStyleSheets = [sheet];
}

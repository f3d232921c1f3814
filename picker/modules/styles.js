/** One style sheet, shared by all pickers of a page. */

export const STYLES = new CSSStyleSheet();

STYLES.replaceSync(`
:host {
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
  --_row: var(--tmp-row-height, 4.25rem);
  --_tint: color-mix(in srgb, var(--_accent) 11%, var(--_surface));
  color-scheme: light dark;
  container-type: inline-size;
  display: flex; flex-direction: column; overflow: hidden; box-sizing: border-box;
  block-size: var(--tmp-height, 40rem); max-block-size: 100dvb; min-inline-size: 17rem;
  border: 1px solid var(--_line); border-radius: var(--_radius);
  background: var(--_surface); color: var(--_text);
  font: 400 .9375rem/1.4 var(--tmp-font, system-ui, sans-serif);
  text-align: start; -webkit-tap-highlight-color: transparent;
}
.frame { display: contents }
:host([hidden]) { display: none }
:host([theme=light]) { color-scheme: light }
:host([theme=dark]) { color-scheme: dark }
*, ::before { box-sizing: border-box }
[hidden] { display: none !important }
button, input { font: inherit; color: inherit; margin: 0 }
button { border: 0; padding: 0; background: none; cursor: pointer }
svg { inline-size: 1.25rem; block-size: 1.25rem; fill: currentColor; flex: none; display: block }
:focus-visible { outline: 2px solid var(--_accent); outline-offset: 2px }
.spoken { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap }
.cut { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; min-inline-size: 0 }
.icon { display: grid; place-items: center; inline-size: 2.25rem; block-size: 2.25rem; border-radius: 50%; flex: none; color: var(--_muted) }
.icon:hover { background: var(--_raised); color: var(--_text) }

.search { position: relative; margin: .875rem .875rem .625rem; flex: none }
.search > svg { position: absolute; inset-block-start: .75rem; inset-inline-start: .8125rem; color: var(--_muted); pointer-events: none }
.search input { inline-size: 100%; block-size: 2.75rem; padding-inline: 2.625rem; border: 1px solid var(--_control-line); border-radius: calc(var(--_radius) - 4px); background: var(--_surface); font-size: 1rem; appearance: none; outline-offset: -1px }
.search input::placeholder { color: var(--_muted); opacity: 1 }
.search input::-webkit-search-cancel-button { display: none }
.search .icon { position: absolute; inset-block-start: .25rem; inset-inline-end: .25rem }

.filters { display: flex; align-items: start; flex: none; padding-inline-end: .5rem }
.chips { min-block-size: 2.375rem; display: flex; gap: .375rem; flex: 1; min-inline-size: 0; padding: .1875rem .875rem; overflow-x: auto; scrollbar-width: none; scroll-padding-inline: .875rem }
.filters.open .chips { flex-wrap: wrap; max-block-size: 9rem; overflow: hidden auto; scrollbar-width: thin }
.filters .icon { margin-block-start: .0625rem }
.filters.open .icon svg { rotate: 180deg }
.chip { display: flex; align-items: center; gap: .375rem; flex: none; block-size: 2rem; padding-inline: .75rem; border: 1px solid var(--_line); border-radius: 1rem; font-size: .8125rem; white-space: nowrap }
.chip:hover { border-color: var(--_control-line) }
.chip small { font-size: inherit; color: var(--_muted); font-variant-numeric: tabular-nums }
.chip[aria-pressed=true] { background: var(--_accent); border-color: var(--_accent); color: var(--_on-accent) }
.chip[aria-pressed=true] small { color: inherit }

.bar { display: flex; align-items: center; justify-content: space-between; gap: .75rem; flex: none; padding: .5rem .875rem .625rem; border-block-end: 1px solid var(--_line); font-size: .8125rem; color: var(--_muted) }
.auto { display: flex; align-items: center; gap: .375rem; min-block-size: 2rem; padding-inline: .625rem .75rem; margin-inline-start: -.375rem; border-radius: 1rem; color: var(--_accent); font-weight: 600 }
.auto:hover { background: var(--_tint) }
.auto[aria-pressed=true] { background: var(--_accent); color: var(--_on-accent) }
.auto svg { inline-size: 1.0625rem; block-size: 1.0625rem }
.banner { display: flex; align-items: center; gap: .625rem; flex: none; padding: .375rem .875rem; min-block-size: 2.5rem; border-block-end: 1px solid var(--_line); font-size: .8125rem; color: var(--_warning); background: color-mix(in srgb, var(--_warning) 8%, var(--_surface)) }
.banner span { flex: 1 }
.button { min-block-size: 2rem; padding-inline: .875rem; border: 1px solid currentColor; border-radius: 1rem; font-size: .8125rem; font-weight: 600; white-space: nowrap }
.panel { flex: 1; display: flex; flex-direction: column; align-items: center; justify-content: center; gap: .375rem; padding: 2rem; text-align: center; color: var(--_muted); overflow: auto }
.panel > svg { inline-size: 2rem; block-size: 2rem; margin-block-end: .375rem }
.panel strong { font-size: 1.0625rem; font-weight: 600; color: var(--_text) }
.panel .button { margin-block-start: .75rem; color: var(--_accent) }
.panel small { font-size: .75rem }

.list { position: relative; flex: 1; min-block-size: 0; overflow: hidden auto; scrollbar-width: thin; scrollbar-color: var(--_control-line) transparent; transition: opacity .15s }
.list.waiting { opacity: .55 }
.canvas { position: relative; block-size: calc(var(--count, 0) * var(--_row)) }
.probe { position: absolute; block-size: var(--_row); visibility: hidden }
.row { position: absolute; inset-inline: 0; inset-block-start: calc(var(--index) * var(--_row)); block-size: var(--_row); display: grid; grid-template-columns: 2.125rem 3rem minmax(0, 1fr) auto 2rem; align-items: center; column-gap: .75rem; padding-inline: .625rem .875rem; cursor: pointer; outline-offset: -3px }
.row:hover { background: var(--_raised) }
.row[aria-selected=true] { background: var(--_tint) }
.rank { text-align: center; font-size: .8125rem; line-height: 1.35; color: var(--_muted); font-variant-numeric: tabular-nums }
.mark { display: block; font-size: .6875rem; font-weight: 600; white-space: nowrap }
.mark.up { color: var(--_up) }
.mark.new { color: var(--_accent) }
.play { position: relative; display: block; inline-size: 3rem; block-size: 3rem; border-radius: 8px; overflow: hidden; background: var(--_raised); color: #fff }
.play img { inline-size: 100%; block-size: 100%; object-fit: cover; display: block }
.play::before, .play::after { content: ''; position: absolute; inset-block-end: 0; inset-inline-start: 0; block-size: 5px; inline-size: 100%; background: rgb(10 12 16 / .7); opacity: calc(var(--progress, 0) * 1000) }
.play::after { inline-size: calc(var(--progress, 0) * 100%); background: #fff }
.play .glyph { position: absolute; inset: 0; margin: auto; inline-size: 1.75rem; block-size: 1.75rem; display: grid; place-items: center; border-radius: 50%; background: rgb(10 12 16 / .62); transition: scale .15s }
.play:hover .glyph { scale: 1.12 }
.play[aria-busy=true] .glyph::after { content: ''; position: absolute; inset: -3px; border: 2px solid #fff; border-block-start-color: transparent; border-radius: 50%; animation: turn .8s linear infinite }
.play svg { inline-size: 1.125rem; block-size: 1.125rem }
.title { font-weight: 600 }
.frame:dir(ltr) .cut { text-align: left } /* titles align with the page, whatever their own direction */
.frame:dir(rtl) .cut { text-align: right }
.meta { display: flex; align-items: center; gap: .375rem; font-size: .8125rem; color: var(--_muted) }
/* Visible but not read aloud, in browsers that support alternative text for content. */
.meta > * + *::before { content: '·'; content: '·' / ''; margin-inline-end: .375rem }
.meta .language { flex: none }
.meta .tag, .failed { color: var(--_warning) }
.facts { text-align: end; font-size: .8125rem; line-height: 1.5; color: var(--_muted); font-variant-numeric: tabular-nums; white-space: nowrap }
.facts span { display: block }
.facts b { font-weight: inherit }
.use { display: grid; place-items: center; inline-size: 1.75rem; block-size: 1.75rem; border: 1.5px solid var(--_control-line); border-radius: 50% }
.row:not([aria-selected=true]) .use svg { visibility: hidden }
.row:hover .use { border-color: var(--_accent) }
.row[aria-selected=true] .use { background: var(--_accent); border-color: var(--_accent); color: var(--_on-accent) }
.use svg { inline-size: 1.0625rem; block-size: 1.0625rem }
.bone { border-radius: 6px; background: var(--_raised); block-size: .75rem; inline-size: 55%; animation: breathe 1.4s ease-in-out infinite alternate }
.bone.short { inline-size: 30%; margin-block-start: .5rem }
.bone.square { inline-size: 3rem; block-size: 3rem; border-radius: 8px }
@keyframes turn { to { rotate: 1turn } }
@keyframes breathe { to { opacity: .45 } }

.player { display: flex; align-items: center; gap: .625rem; flex: none; padding: .5rem .875rem; border-block-start: 1px solid var(--_line) }
.player .icon:first-child { background: var(--_text); color: var(--_surface) }
.now { flex: 0 1 11rem; min-inline-size: 0; font-size: .8125rem; line-height: 1.35 }
.now div + div { color: var(--_muted) }
.player input { flex: 1 1 6rem; min-inline-size: 4rem; block-size: 1.5rem; accent-color: var(--_accent); cursor: pointer }
.clock { font-size: .75rem; color: var(--_muted); font-variant-numeric: tabular-nums; white-space: nowrap }
.note { flex: none; margin: 0; padding: .625rem .875rem; border-block-start: 1px solid var(--_line); background: var(--_raised); color: var(--_muted); font-size: .8125rem }
.note strong { display: block; font-weight: 600; color: var(--_text) }

@container (min-width: 34rem) {
  .facts { display: flex; gap: 1.25rem }
  .facts span:last-child { min-inline-size: 2.25rem }
}
@container (max-width: 33.99rem) {
  .row { column-gap: .625rem; padding-inline: .375rem .75rem; grid-template-columns: 1.875rem 3rem minmax(0, 1fr) auto 1.75rem }
  .facts b, .language, .now div + div { display: none }
  .player { display: grid; grid-template-columns: auto minmax(0, 1fr) auto auto; gap: 0 .625rem }
  .player .icon { grid-row: span 2 }
  .player .icon:last-child { grid-area: 1 / 4 / 3 }
  .player input { grid-area: 2 / 2 / 3 / 4 }
}
@media (prefers-reduced-motion: reduce) { * { animation: none !important; transition: none !important } }
@media (forced-colors: active) {
  .play::before, .play::after, .play .glyph { forced-color-adjust: none }
  .row[aria-selected=true], .chip[aria-pressed=true], .auto[aria-pressed=true] { outline: 2px solid Highlight; outline-offset: -2px }
}
`);

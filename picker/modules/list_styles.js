/** The styles of the list, of what plays below it, and of the note. */

export const LIST_RULES = `
.list { position: relative; flex: 1 0 0; min-block-size: min(calc(2.5 * var(--_row)), 70dvb); overflow: hidden auto; overscroll-behavior-y: auto; scrollbar-width: thin; scrollbar-color: var(--_control-line) transparent; transition: opacity .15s }
.list.waiting { opacity: .55 }
.canvas { position: relative; block-size: calc(var(--count, 0) * var(--_row)) }
.probe { position: absolute; block-size: var(--_row); visibility: hidden }
.row { position: absolute; inset-inline: 0; inset-block-start: calc(var(--index) * var(--_row)); block-size: var(--_row); display: grid; grid-template-columns: 2.125u 3u minmax(0, 1fr) auto 2u 2u; align-items: center; column-gap: .75u; padding-inline: .625u .875u; cursor: pointer; outline-offset: -3px }
.row:hover { background: var(--_raised) }
.row[aria-selected=true] { background: var(--_tint); box-shadow: inset 3px 0 var(--_accent) }
.frame:dir(rtl) .row[aria-selected=true] { box-shadow: inset -3px 0 var(--_accent) }
.row[aria-selected=true]:hover { background: color-mix(in srgb, var(--_accent) 20%, var(--_surface)) }
.row.playing .title { color: var(--_accent) }
.row.playing .title::before { content: ''; display: inline-block; inline-size: .75u; block-size: .75u; margin-inline-end: .4375u; background: linear-gradient(currentColor 0 0) 0 100% / 27% 40%, linear-gradient(currentColor 0 0) 50% 100% / 27% 100%, linear-gradient(currentColor 0 0) 100% 100% / 27% 60%; background-repeat: no-repeat; animation: bars .45s ease-in-out infinite alternate }
.rank { text-align: center; font-size: .8125u; line-height: 1.35; color: var(--_muted); font-variant-numeric: tabular-nums }
.mark { display: block; font-size: .6875u; font-weight: 600; white-space: nowrap }
.mark.up { color: var(--_up) }
.mark.new { color: var(--_accent) }
.play { position: relative; display: block; inline-size: 3u; block-size: 3u; border-radius: 8px; overflow: hidden; background: var(--_raised); color: #fff }
.play :is(img, canvas) { position: absolute; inset: 0; inline-size: 100%; block-size: 100%; object-fit: cover }
.play::before, .play::after { content: ''; position: absolute; inset-block-end: 0; inset-inline-start: 0; block-size: 5px; inline-size: 100%; background: rgb(10 12 16 / .7); opacity: calc(var(--progress, 0) * 1000); z-index: 1 }
.play::after { inline-size: calc(var(--progress, 0) * 100%); background: #fff }
.play .glyph { position: absolute; z-index: 1; inset-block-end: .4375u; inset-inline-end: .1875u; inline-size: 1.5u; block-size: 1.5u; display: grid; place-items: center; border-radius: 50%; background: rgb(10 12 16 / .72); transition: scale .15s }
.play:disabled { cursor: default }
.play:disabled .glyph { display: none }
.play:hover .glyph { scale: 1.12 }
.play[aria-busy=true] .glyph::after { content: ''; position: absolute; inset: -3px; border: 2px solid #fff; border-block-start-color: transparent; border-radius: 50%; animation: turn .8s linear infinite }
.play svg { inline-size: 1u; block-size: 1u }
.title { font-weight: 600 }
.frame:dir(ltr) .cut { text-align: left } /* titles align with the page, whatever their own direction */
.frame:dir(rtl) .cut { text-align: right }
.meta { display: flex; align-items: center; gap: .375u; font-size: .8125u; color: var(--_muted) }
/* Visible but not read aloud, in browsers that support alternative text for content. */
.meta > * + *::before { content: '·'; content: '·' / ''; margin-inline-end: .375u }
.meta .language { flex: none }
.meta .tag, .failed { color: var(--_warning) }
.meta .direct { color: var(--_accent); flex-shrink: 9; min-inline-size: 3em }
.favorite { inline-size: 2u; block-size: 2u; justify-self: end }
.favorite svg { inline-size: 1.125u; block-size: 1.125u; overflow: visible }
.favorite[aria-pressed=true] { color: var(--_accent) }
.favorite[aria-pressed=false] svg { fill: none; stroke: currentColor; stroke-width: 2px }
.facts { text-align: end; font-size: .8125u; line-height: 1.5; color: var(--_muted); font-variant-numeric: tabular-nums; white-space: nowrap }
.facts span { display: block }
.use { display: grid; place-items: center; inline-size: 1.75u; block-size: 1.75u; border: 1.5px solid var(--_control-line); border-radius: 50% }
.row:not([aria-selected=true]) .use svg { visibility: hidden }
.row:hover .use { border-color: var(--_accent) }
.row[aria-selected=true] .use { background: var(--_accent); border-color: var(--_accent); color: var(--_on-accent) }
.use svg { inline-size: 1.0625u; block-size: 1.0625u }
.bone { border-radius: 6px; background: var(--_raised); block-size: .75u; inline-size: 55%; animation: breathe 1.4s ease-in-out infinite alternate }
.bone.short { inline-size: 30%; margin-block-start: .5u }
.bone.square { inline-size: 3u; block-size: 3u; border-radius: 8px }
@keyframes bars { to { background-size: 27% 100%, 27% 35%, 27% 90% } }
@keyframes turn { to { rotate: 1turn } }
@keyframes breathe { to { opacity: .45 } }

.player { position: sticky; inset-block-end: 0; z-index: 1; display: flex; align-items: center; gap: .625u; flex: none; padding: .5u .875u; border-block-start: 1px solid var(--_line); background: var(--_surface) }
.player .icon:first-child, .start[aria-pressed=true] { background: var(--_text); color: var(--_surface) }
.now { flex: 0 1 11u; min-inline-size: 0; font-size: .8125u; line-height: 1.35 }
.now div + div { color: var(--_muted) }
.seek { position: relative; flex: 1 1 8u; min-inline-size: 4u; block-size: 2u; display: flex; align-items: center }
.seek input { position: relative; inline-size: 100%; block-size: 1.5u; accent-color: var(--_accent); cursor: pointer }
.seek.drawn input { block-size: 2u; appearance: none; background: none; border-radius: 4px }
.seek.drawn input::-webkit-slider-thumb { appearance: none; inline-size: 3px; block-size: 2u; border-radius: 2px; background: var(--_text) }
.seek.drawn input::-moz-range-thumb { inline-size: 3px; block-size: 2u; border: 0; border-radius: 2px; background: var(--_text) }
.wave, .seek i { display: none; position: absolute; inset: 0; inline-size: 100%; block-size: 100%; pointer-events: none }
.wave { fill: var(--_control-line) }
.wave .played { fill: var(--_accent); clip-path: inset(0 calc(100% - 100% * var(--position, 0)) 0 0) }
.frame:dir(rtl) .wave { scale: -1 1 }
.seek.drawn .wave, .hinted .hint, .flagged .flag { display: block }
.seek i { inline-size: 2px; inset-inline: calc(100% * var(--hint, 0)) auto; background: var(--_up) }
.seek .hint { block-size: 5px; border-radius: 2px }
.seek .flag { inset-inline-start: calc(100% * var(--flag, 0)) }
.clock { font-size: .75u; color: var(--_muted); font-variant-numeric: tabular-nums; white-space: nowrap }
.note { flex: none; padding: .25u .375u .25u .875u; padding-inline: .875u .375u; border-block-start: 1px solid var(--_line); background: var(--_raised); color: var(--_muted); font-size: .8125u }
.note .line { display: flex; align-items: center; gap: .25u; min-block-size: 2.25u }
.summary { display: flex; align-items: center; gap: .375u; flex: 1; min-inline-size: 0; min-block-size: 1.75u; text-align: start }
.summary svg { color: var(--_muted); rotate: 180deg }
.summary[aria-expanded=true] svg { rotate: none }
.note strong { font-weight: 600; color: var(--_text) }
.note p { margin: 0; padding-block-end: .5u; padding-inline-end: .5u }
.note .warning { color: var(--_warning) }
`;

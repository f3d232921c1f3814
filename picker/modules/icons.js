/** The icons, as paths in a 24 by 24 view box. */

const PATHS = {
  search: 'M10.5 4a6.5 6.5 0 1 0 4 11.6l4.5 4.4 1.4-1.4-4.4-4.5A6.5 6.5 0 0 0 10.5 4m0 2a4.5 4.5 0 1 1 0 9 4.5 4.5 0 0 1 0-9',
  close: 'm6.4 5 5.6 5.6L17.6 5 19 6.4 13.4 12l5.6 5.6-1.4 1.4-5.6-5.6L6.4 19 5 17.6l5.6-5.6L5 6.4z',
  play: 'M8 5.2v13.6a.8.8 0 0 0 1.2.7l10.6-6.8a.8.8 0 0 0 0-1.4L9.2 4.5a.8.8 0 0 0-1.2.7',
  pause: 'M7 5h3.6v14H7zm6.4 0H17v14h-3.6z',
  down: 'm12 15.9-6.7-6.7 1.4-1.4 5.3 5.3 5.3-5.3 1.4 1.4z',
  check: 'm9.5 16.2-4-4L4 13.7l5.5 5.5L20.2 8.4 18.7 7z',
  spark: 'm12 3 1.9 5.6a2.5 2.5 0 0 0 1.5 1.5L21 12l-5.6 1.9a2.5 2.5 0 0 0-1.5 1.5L12 21l-1.9-5.6a2.5 2.5 0 0 0-1.5-1.5L3 12l5.6-1.9a2.5 2.5 0 0 0 1.5-1.5z',
  mute: 'M4.3 3 3 4.3 9.7 11v4.1a3.5 3.5 0 1 0 2 3.2V13l8 8 1.3-1.3zM11.7 9l2 2V7.2l5-1.4v7l2 2V3l-9 2.6z',
  note: 'M9 3.6v10.1a3.8 3.8 0 1 0 2 3.3V8.3l7-1.7v5.1a3.8 3.8 0 1 0 2 3.3V1.5z',
  heart: 'M12 20.6 4.3 13A5.2 5.2 0 0 1 11.6 5.6l.4.4.4-.4a5.2 5.2 0 0 1 7.3 7.4z',
  clock: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18m0 2a7 7 0 1 1 0 14 7 7 0 0 1 0-14m-1 2.5v5l3.9 2.9 1.2-1.6-3.1-2.3v-4z',
  flag: 'M5 3h2v1h12l-2.6 4.5L19 13H7v8H5z',
  alert: 'M12 3 1.8 20.5h20.4zm-1 7h2v5h-2zm0 6.3h2v2h-2z',
};

/** Creates an icon that assistive technology ignores. @param {keyof PATHS} name @returns {SVGElement} */
export function icon(name) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(svg.namespaceURI, 'path');
  path.setAttribute('d', PATHS[name]);
  svg.append(path);
  return svg;
}

/** Localization: the texts of a language, and its formats of numbers, times and language names. */

import ENGLISH from '../locales/en.js';

/** The languages that locales/ has a file for. Bundlers find files only where their names are written out. */
const LOCALES = {
  ar: () => import('../locales/ar.js'),
  de: () => import('../locales/de.js'),
  es: () => import('../locales/es.js'),
  fr: () => import('../locales/fr.js'),
  hi: () => import('../locales/hi.js'),
  id: () => import('../locales/id.js'),
  it: () => import('../locales/it.js'),
  ja: () => import('../locales/ja.js'),
  ko: () => import('../locales/ko.js'),
  pt: () => import('../locales/pt.js'),
  ru: () => import('../locales/ru.js'),
  tr: () => import('../locales/tr.js'),
  vi: () => import('../locales/vi.js'),
  zh: () => import('../locales/zh.js'),
};
const RIGHT_TO_LEFT = new Set(['ar', 'ckb', 'dv', 'fa', 'he', 'ks', 'ps', 'sd', 'ug', 'ur', 'yi']);
const COMPACT = { notation: 'compact', maximumFractionDigits: 1 };
const LANGUAGE_TAG = /^[a-z]{2,3}(-[a-z0-9]{2,8})*$/i;

/** @param {string} tag such as `de-AT` */
const languageOf = (tag) => tag.split('-')[0].toLowerCase();

/** @param {string} tag such as `de-AT` @returns {'rtl'|'ltr'} */
export const directionOf = (tag) => (RIGHT_TO_LEFT.has(languageOf(tag)) ? 'rtl' : 'ltr');

/** @param {HTMLElement} element */
export const isRightToLeft = (element) => getComputedStyle(element).direction === 'rtl';

/** Loads the texts for `tag`; English if there are none or the file cannot be loaded, and for every text that is missing. */
export async function textsOf(tag) {
  const language = languageOf(tag);
  if (!Object.hasOwn(LOCALES, language)) return { language: 'en', texts: ENGLISH };
  try {
    return { language, texts: withTexts(ENGLISH, (await LOCALES[language]()).default) };
  } catch {
    return { language: 'en', texts: ENGLISH };
  }
}

/** Returns `texts` with those of `own` that have a known name and can be shown. */
export function withTexts(texts, own) {
  const usable = Object.entries(own).filter(([name, text]) => typeof text === 'string' || isForms(name, text));
  return { ...texts, ...Object.fromEntries(usable) };
}

const isForms = (name, text) => typeof ENGLISH[name] === 'object' && typeof text === 'object' && text !== null;

export class Speech {
  /** @param {string} tag for numbers and names @param {typeof ENGLISH} texts */
  constructor(tag, texts) {
    this.texts = texts;
    const [known] = Intl.NumberFormat.supportedLocalesOf(LANGUAGE_TAG.test(tag) ? tag : []);
    const locale = known ?? 'en';
    this.compactForm = new Intl.NumberFormat(locale, COMPACT);
    this.numberForm = new Intl.NumberFormat(locale);
    this.secondsForm = new Intl.NumberFormat(locale, { minimumIntegerDigits: 2 });
    this.plurals = new Intl.PluralRules(locale);
    this.compactPlurals = new Intl.PluralRules(locale, COMPACT);
    this.ages = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
    this.names = new Intl.DisplayNames(locale, { type: 'language' });
    this.regions = new Intl.DisplayNames(locale, { type: 'region' });
    this.daysForm = new Intl.NumberFormat(locale, { style: 'unit', unit: 'day', unitDisplay: 'long' });
  }

  /** Returns the text `name` with its {placeholders} filled in. */
  say(name, values = {}) {
    return this.texts[name].replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole);
  }

  /** The same for a track; isolates its names, whose direction may differ from the sentence's. */
  sayOf(name, { title = '', author = '' }) {
    return this.say(name, { title: `\u2068${title}\u2069`, author: `\u2068${author}\u2069` });
  }

  count(name, n) {
    return this.#form(name, this.plurals.select(n)).replace('{n}', this.number(n));
  }

  /** Returns a text split around its number, with the number in compact form. */
  compactly(name, n) {
    const [before, after = ''] = this.#form(name, this.compactPlurals.select(n)).split('{n}');
    return { before, number: this.compactForm.format(n), after };
  }

  #form(name, category) {
    const forms = this.texts[name];
    return typeof forms === 'string' ? forms : forms[category] ?? forms.other ?? '{n}';
  }

  number(n) { return this.numberForm.format(n); }

  /** Formats seconds as m:ss. */
  clock(seconds) {
    return `${this.number(Math.floor(seconds / 60))}:${this.secondsForm.format(Math.floor(seconds % 60))}`;
  }

  /** @param {string} code of two letters */
  language(code) {
    try { return this.names.of(code); } catch { return code; }
  }

  /** @param {string} code of a country, of two letters */
  region(code) {
    try { return this.regions.of(code); } catch { return code; }
  }

  /** @param {number} n of days */
  days(n) { return this.daysForm.format(n); }

  ago(seconds) {
    const hours = seconds / 3600;
    const [count, unit] = hours < 48 ? [hours, 'hour'] : [hours / 24, 'day'];
    return this.ages.format(-Math.round(count), unit);
  }
}

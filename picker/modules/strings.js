/** What is shown and spoken: the texts of a language, and numbers, times and names as it writes them. */

import ENGLISH from '../locales/en.js';

/** The languages that locales/ has a file for. */
export const LOCALES = ['ar', 'de', 'en', 'es', 'ja'];
const RIGHT_TO_LEFT = new Set(['ar', 'ckb', 'dv', 'fa', 'he', 'ks', 'ps', 'sd', 'ug', 'ur', 'yi']);
const COMPACT = { notation: 'compact', maximumFractionDigits: 1 };
const LANGUAGE_TAG = /^[a-z]{2,3}(-[a-z0-9]{2,8})*$/i;

/** @param {string} tag such as `de-AT` */
const languageOf = (tag) => tag.split('-')[0].toLowerCase();

/** @param {string} tag such as `de-AT` @returns {'rtl'|'ltr'} */
export const directionOf = (tag) => (RIGHT_TO_LEFT.has(languageOf(tag)) ? 'rtl' : 'ltr');

/** @param {HTMLElement} element */
export const isRightToLeft = (element) => getComputedStyle(element).direction === 'rtl';

/** The texts that locales/ has for `tag`, English where it has none or the file does not come. */
export async function textsOf(tag) {
  const language = languageOf(tag);
  if (language === 'en' || !LOCALES.includes(language)) return { language: 'en', texts: ENGLISH };
  try {
    return { language, texts: (await import(`../locales/${language}.js`)).default };
  } catch {
    return { language: 'en', texts: ENGLISH };
  }
}

export class Speech {
  /** @param {string} tag of numbers and names @param {typeof ENGLISH} texts */
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
  }

  /** The text `name`, with its {placeholders} filled in. */
  say(name, values = {}) {
    return this.texts[name].replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole);
  }

  /** Likewise of a track, whose names may run the other way than the sentence. */
  sayOf(name, { title, author }) {
    return this.say(name, { title: `\u2068${title}\u2069`, author: `\u2068${author}\u2069` });
  }

  count(name, n) {
    return this.#form(name, this.plurals.select(n)).replace('{n}', this.number(n));
  }

  /** What stands before, in and after the place of a large number, which is told shortly. */
  compactly(name, n) {
    const [before, after = ''] = this.#form(name, this.compactPlurals.select(n)).split('{n}');
    return { before, number: this.compactForm.format(n), after };
  }

  #form(name, category) {
    const forms = this.texts[name];
    return forms[category] ?? forms.other ?? '{n}';
  }

  number(n) { return this.numberForm.format(n); }

  /** Seconds as m:ss. */
  clock(seconds) {
    return `${this.number(Math.floor(seconds / 60))}:${this.secondsForm.format(Math.floor(seconds % 60))}`;
  }

  /** @param {string} code of two letters */
  language(code) {
    try { return this.names.of(code); } catch { return code; }
  }

  ago(seconds) {
    const hours = seconds / 3600;
    const [count, unit] = hours < 48 ? [hours, 'hour'] : [hours / 24, 'day'];
    return this.ages.format(-Math.round(count), unit);
  }
}

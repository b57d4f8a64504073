// The words of the console in the reader's language. They are there as soon as this module is: use them anywhere.

/** @import { Strings } from "./locales/index.js" */
import { LANGUAGES } from "./locales/index.js";
import { closest, Language } from "./shared/language.js";

/** @typedef {keyof Strings & string} Key */
/**
 * "users" of the keys "users_one" and "users_other".
 * @template {string} K
 * @typedef {K extends `${infer Stem}_other` ? Stem : never} StemOf
 */

const PLACE = "mfa-console.language";

/** The language that the reader chose. */
function chosen() {
  try {
    return localStorage.getItem(PLACE);
  } catch {
    return null; // storage may be switched off
  }
}

/** The languages that the reader prefers, best first. */
function wanted() {
  const own = globalThis.navigator?.languages ?? [];
  const first = chosen();
  return first && Object.hasOwn(LANGUAGES, first) ? [first, ...own] : own;
}

/** @returns {Promise<Language<Strings>>} */
async function load() {
  const tags = Object.keys(LANGUAGES);
  const tag = closest(wanted(), tags);
  /** @type {{ default: Strings }} */
  const { default: strings } = await import(`./locales/${tag}.js`);
  const reader = wanted().find((own) => closest([own, "-"], tags) === tag && own.length > tag.length);
  return new Language(tag, strings, reader);
}

export const language = await load();
if (globalThis.document) document.documentElement.lang = language.tag;

const numbers = new Intl.NumberFormat(language.format);
const plurals = new Intl.PluralRules(language.tag);

/**
 * Words, with their `{values}`.
 * @param {Key} key
 * @param {Record<string, string | number>} [values]
 */
export const t = (key, values) => language.text(key, values);

/**
 * Words with elements in the places of their `{values}`, for `el(...)`.
 * @template N
 * @param {Key} key
 * @param {Record<string, N>} values
 */
export const tp = (key, values) => language.parts(key, values);

/**
 * Words about a number: "1 phone", "2 phones". `{n}` is the number.
 * @param {StemOf<Key>} stem
 * @param {number} n
 * @param {Record<string, string | number>} [values]
 */
export function tn(stem, n, values = {}) {
  const key = /** @type {Key} */ (`${stem}_${plurals.select(n)}`);
  const known = Object.hasOwn(language.strings, key) ? key : /** @type {Key} */ (`${stem}_other`);
  return language.text(known, { n: numbers.format(n), ...values });
}

/**
 * Words for something that the server named; undefined if the console does not know it.
 * @param {string} key
 * @param {Record<string, string | number>} [values]
 */
export const known = (key, values) =>
  Object.hasOwn(language.strings, key) ? language.text(/** @type {Key} */ (key), values) : undefined;

/**
 * Choose a language. The page is loaded again in it.
 * @param {string} tag
 */
export function choose(tag) {
  try {
    localStorage.setItem(PLACE, tag);
  } catch {
    return; // nothing would remember it
  }
  location.reload();
}

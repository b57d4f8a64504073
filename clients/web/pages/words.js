// The words of the pages in one language: the kit's and their own.

import { Language } from "../language.js";
import { LOCALES } from "../locales/index.js";

/** @typedef {typeof import("./locales/en.js").default} PageStrings */
/** @typedef {Language<import("../locales/index.js").Strings & PageStrings>} PageLanguage */

/**
 * @param {string} tag one of `LOCALES`
 * @returns {Promise<PageLanguage>}
 */
export async function loadPageLanguage(tag) {
  /** @type {[{ default: import("../locales/index.js").Strings }, { default: PageStrings }]} */
  const [kit, own] = await Promise.all([LOCALES[tag].load(), import(`./locales/${tag}.js`)]);
  return new Language(tag, { ...kit.default, ...own.default });
}

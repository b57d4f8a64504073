// The words of the pages in one language: the kit's and their own.

import { Language } from "../language.js";
import { LOCALES } from "../locales/index.js";

/** @import { Strings } from "../locales/index.js" */
/** @typedef {typeof import("./locales/en.js").default} PageStrings */
/** @typedef {typeof import("./account/locales/en.js").default} AccountStrings */
/** @typedef {Language<Strings & PageStrings & AccountStrings>} PageLanguage */

/**
 * @param {string} tag one of `LOCALES`
 * @returns {Promise<PageLanguage>}
 */
export async function loadPageLanguage(tag) {
  /** @type {[{ default: Strings }, { default: PageStrings }, { default: AccountStrings }]} */
  const [kit, own, account] = await Promise.all([
    LOCALES[tag].load(),
    import(`./locales/${tag}.js`),
    import(`./account/locales/${tag}.js`),
  ]);
  return new Language(tag, { ...kit.default, ...own.default, ...account.default });
}

// The words of the kit in one language.

/** @import { Strings } from "./locales/index.js" */
import { closest, LOCALES } from "./locales/index.js";
import { Language } from "./shared/language.js";

export { Language };

/**
 * The languages that this browser's reader prefers, after those that were chosen or given.
 * @param {...(string | null | undefined)} first
 */
export const preferred = (...first) =>
  closest([...first.filter((tag) => tag !== null && tag !== undefined), ...(globalThis.navigator?.languages ?? [])]);

/**
 * The kit's words in a language.
 * @param {string} tag one of `LOCALES`
 * @returns {Promise<Language<Strings>>}
 */
export async function loadLanguage(tag) {
  return new Language(tag, (await LOCALES[tag].load()).default);
}

// The languages of messages: one list for all pages.

/** @import { Frame } from "./fields.js" */
/** @import { Answer, ListPage } from "./shared/types" */
import { selectField } from "./fields.js";
import { admin } from "./session.js";
import { byName, languageName } from "./words.js";

/** @type {string[]} */
let shipped = [];

/** Learn which languages have a built-in text. */
export async function learnLanguages() {
  if (shipped.length) return;
  /** @type {Answer<ListPage<string>>} */
  const { body } = await admin("GET", "/templates");
  shipped = body.items;
}

/** The languages that have a built-in text. */
export const builtInLanguages = () => shipped;

/**
 * Every language that a message can be in, by name.
 * @param {string[]} own the languages that the settings have a text for
 */
export function languages(own) {
  return [...new Set([...shipped, ...own])].sort((a, b) => byName(languageName(a), languageName(b)));
}

/**
 * "German (de)"
 * @param {string} tag
 */
export const languageLabel = (tag) => (languageName(tag) === tag ? tag : `${languageName(tag)} (${tag})`);

/**
 * One language, or none. A value that is not in the list stays.
 * @param {object} options
 * @param {string | null} options.value
 * @param {string[]} options.own the languages that the settings have a text for
 * @param {string} options.none what it means that none is chosen
 * @param {(tag: string | null) => void} options.onchange
 * @param {Frame} frame
 */
export function languageField({ value, own, none, onchange }, frame) {
  const known = languages(value ? [...own, value] : own);
  /** @type {[string, string][]} */
  const options = [["", none], ...known.map((tag) => /** @type {[string, string]} */ ([tag, languageLabel(tag)]))];
  return selectField({ ...frame, value, options, onchange: (tag) => onchange(tag || null) });
}

// The languages of the kit: those of the messages. Each is one file, loaded when it is needed.

import { closest as closestOf } from "../shared/language.js";

/** @typedef {typeof import("./en.js").default} Strings */

/**
 * A language: its own name for itself, and its strings.
 * @typedef {{ name: string, load: () => Promise<{ default: Strings }> }} Locale
 */

/** @type {Record<string, Locale>} */
export const LOCALES = {
  ar: { name: "العربية", load: () => import("./ar.js") },
  de: { name: "Deutsch", load: () => import("./de.js") },
  en: { name: "English", load: () => import("./en.js") },
  es: { name: "Español", load: () => import("./es.js") },
  fr: { name: "Français", load: () => import("./fr.js") },
  it: { name: "Italiano", load: () => import("./it.js") },
  ja: { name: "日本語", load: () => import("./ja.js") },
  ko: { name: "한국어", load: () => import("./ko.js") },
  nl: { name: "Nederlands", load: () => import("./nl.js") },
  "pt-BR": { name: "Português (Brasil)", load: () => import("./pt-BR.js") },
  "pt-PT": { name: "Português (Portugal)", load: () => import("./pt-PT.js") },
  "zh-Hans": { name: "简体中文", load: () => import("./zh-Hans.js") },
  "zh-Hant": { name: "繁體中文", load: () => import("./zh-Hant.js") },
};

/**
 * The language that is closest to those that a person reads, best first: "de-AT" is "de", "zh-TW" is "zh-Hant".
 * @param {readonly string[]} tags
 */
export const closest = (tags) => closestOf(tags, Object.keys(LOCALES));

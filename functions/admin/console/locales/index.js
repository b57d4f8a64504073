// The languages of the console, and the areas that its words are in. Each area has a file for each language; all files
// of a language are served as one, `de.js` beside this file.

/** The languages, by their own names. @type {Record<string, string>} */
export const LANGUAGES = {
  en: "English",
  de: "Deutsch",
  fr: "Français",
  es: "Español",
  ja: "日本語",
  "zh-Hans": "简体中文",
  "zh-Hant": "繁體中文",
};

/**
 * The strings of all areas. No key is in two of them.
 * @typedef {typeof import("./frame/en.js").default
 *   & typeof import("./login/en.js").default
 *   & typeof import("./sending/en.js").default
 *   & typeof import("./clients/en.js").default
 *   & typeof import("./log/en.js").default
 *   & typeof import("./sessions/en.js").default
 *   & typeof import("./import/en.js").default
 *   & typeof import("./settings/en.js").default
 *   & typeof import("./labels/en.js").default
 *   & typeof import("./messages/en.js").default
 *   & typeof import("./actions/en.js").default
 *   & typeof import("./users/en.js").default
 *   & typeof import("./user/en.js").default
 *   & typeof import("./delivery/en.js").default
 *   & typeof import("./factors/en.js").default
 *   & typeof import("./history/en.js").default
 *   & typeof import("./overview/en.js").default
 *   & typeof import("./fraud/en.js").default
 *   & typeof import("./bulk/en.js").default
 * } Strings
 */

// What a reader chooses for this browser: language, light or dark, keyboard shortcuts.

import { button, uid } from "./dom.js";
import { choose, language, t } from "./language.js";
import { LANGUAGES } from "./locales/index.js";
import { $, el } from "./shared/dom.js";
import { showShortcuts } from "./shortcuts.js";
import { timeZone } from "./words.js";

const THEME = "mfa-console.theme"; // theme.js reads it before the page is painted
/** @type {("system" | "light" | "dark")[]} */
const THEMES = ["system", "light", "dark"];

/**
 * @param {string} label
 * @param {string} value
 * @param {HTMLOptionElement[]} options
 * @param {(value: string) => void} onchange
 */
function preference(label, value, options, onchange) {
  const id = uid("preference");
  const select = el("select", { id, value }, options);
  select.addEventListener("change", () => onchange(select.value));
  const name = el("label", { for: id, class: "soft" }, label);
  return el("div", { class: "preference" }, name, el("span", { class: "select small" }, select));
}

/** Each language is in its own words, so that it is found by people who can read only that one. */
function languageChoice() {
  const options = Object.entries(LANGUAGES).map(([tag, name]) => el("option", { value: tag, lang: tag }, name));
  return preference(t("language"), language.tag, options, choose);
}

function themeChoice() {
  const options = THEMES.map((theme) => el("option", { value: theme }, t(`theme_${theme}`)));
  return preference(t("theme"), chosenTheme(), options, (theme) => {
    try {
      localStorage.setItem(THEME, theme);
    } catch {
      return; // nothing would remember it
    }
    dispatchEvent(new Event("theme"));
  });
}

function chosenTheme() {
  try {
    return THEMES.find((theme) => theme === localStorage.getItem(THEME)) ?? "system";
  } catch {
    return "system";
  }
}

/** Language and theme, as the login shows them. */
export const choices = () => el("footer", { class: "preferences" }, languageChoice(), themeChoice());

/** Put the choices into the foot of the menu, with the time zone of all times. */
export function offerPreferences() {
  $("preferences").append(
    languageChoice(),
    themeChoice(),
    button(t("shortcuts"), { kind: "link", "aria-keyshortcuts": "?", onclick: showShortcuts }),
    el("p", { class: "soft" }, t("timeZone", { zone: timeZone() })),
  );
}

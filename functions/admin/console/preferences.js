// What a reader chooses for this browser: the language.

import { uid } from "./dom.js";
import { choose, language, t } from "./language.js";
import { LANGUAGES } from "./locales/index.js";
import { $, el } from "./shared/dom.js";

/** The choice of a language. Each is in its own words, so that it is found by people who can read only that one. */
function languageChoice() {
  const id = uid("language");
  const options = Object.entries(LANGUAGES).map(([tag, name]) => el("option", { value: tag, lang: tag }, name));
  const select = el("select", { id, value: language.tag }, options);
  select.addEventListener("change", () => choose(select.value));
  const label = el("label", { for: id, class: "soft" }, t("language"));
  return el("div", { class: "preference" }, label, el("span", { class: "select small" }, select));
}

/** Put the choices into the foot of the menu. */
export function offerPreferences() {
  $("preferences").append(languageChoice());
}

// Asks for a language that texts are added in.

import { openDialog } from "../dialogs.js";
import { button, submitButton, uid } from "../dom.js";
import { textField } from "../fields.js";
import { t } from "../language.js";
import { el } from "../shared/dom.js";
import { byName, languageName, list } from "../words.js";

const TAG = /^[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?$/;

/**
 * `add` adds the language, and gives what is to be done once the dialog is closed. With `around`, it must be one of
 * these languages, of any region: the words around the text are in no other.
 * @param {{ taken: string[], around?: string[], add: (locale: string) => Promise<() => void> }} options
 */
export function askLanguage({ taken, around, add }) {
  const tag = textField({
    name: "tag",
    label: t("languageTag"),
    mono: true,
    maxlength: 35,
    placeholder: around ? "de" : "sv",
    hint: around ? t("languageTagAround", { languages: namesOf(around) }) : t("languageTagHint"),
  });
  const note = el("p", { class: "soft" }, t("languageBegins"));
  const form = el("form", { id: uid("language"), novalidate: true }, tag.element, note);
  const cancel = button(t("cancel"), { onclick: () => dialog.close() });
  const actions = [cancel, submitButton(t("languageAdd"), { form: form.id })];
  const dialog = openDialog({ title: t("textAdd"), body: form, actions });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const locale = canonical(tag.text);
    if (!locale || taken.includes(locale)) {
      tag.setError(locale ? t("languageKnown", { language: languageName(locale) }) : t("languageNotTag"));
      return tag.focus();
    }
    if (around && !around.some((known) => primary(known) === primary(locale))) {
      tag.setError(t("languageNotAround", { language: languageName(locale) }));
      return tag.focus();
    }
    const after = await add(locale);
    dialog.close();
    after();
  });
}

/**
 * "de" of "de-AT"
 * @param {string} locale
 */
const primary = (locale) => locale.split("-")[0];

/**
 * "Arabic, Dutch and English"
 * @param {string[]} locales
 */
function namesOf(locales) {
  const names = new Set(locales.map((locale) => languageName(primary(locale))));
  return list([...names].sort(byName));
}

/**
 * "pt-br" as "pt-BR"; null for anything but a language tag that messages can have.
 * @param {string} given
 */
function canonical(given) {
  try {
    const [tag] = Intl.getCanonicalLocales(given.trim().replaceAll("_", "-"));
    return tag && TAG.test(tag) && languageName(tag) !== tag ? tag : null;
  } catch {
    return null;
  }
}

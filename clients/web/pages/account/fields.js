// Fields and buttons of the account's pages, in the client kit's looks.

/** @import { Attributes } from "../../shared/types" */
/** @import { Page } from "./page.js" */
import { field } from "../../flow/markup.js";
import { el } from "../../shared/dom.js";

export { field, submit } from "../../flow/markup.js";

/**
 * @param {string} id
 * @param {Attributes} attributes
 */
export const input = (id, attributes) =>
  el("input", { id, name: id, type: "text", autocorrect: "off", spellcheck: "false", required: true, ...attributes });

/**
 * @param {string} words
 * @param {(event: MouseEvent) => unknown} onclick
 * @param {Attributes} [attributes]
 */
export const button = (words, onclick, attributes = {}) =>
  el("button", { type: "button", class: "button", onclick, ...attributes }, words);

/**
 * @param {string} words
 * @param {(event: MouseEvent) => unknown} onclick
 * @param {Attributes} [attributes]
 */
export const link = (words, onclick, attributes = {}) => button(words, onclick, { class: "link", ...attributes });

/**
 * The field of a passcode, with the reference of its message before it if it has one.
 * @param {Page} page
 * @param {string} prefix
 * @param {string} hint
 */
export function passcodeField(page, prefix, hint) {
  const box = el(
    "div",
    { class: "code-box", dir: "ltr" },
    el("span", { class: "code-prefix", id: "code-prefix", "aria-hidden": "true", hidden: !prefix }, prefix),
    el("span", { class: "code-dash", "aria-hidden": "true", hidden: !prefix }, "–"),
    input("code", {
      inputmode: "numeric",
      autocomplete: "one-time-code",
      enterkeyhint: "go",
      maxlength: 200,
      "aria-describedby": hint ? "code-hint" : null,
    }),
  );
  return field(
    "code",
    page.text("passcode"),
    box,
    hint ? el("p", { class: "field-hint", id: "code-hint" }, hint) : null,
  );
}

/**
 * A password, and whether it is shown.
 * @param {Page} page
 * @param {string} id
 * @param {string} label
 * @param {"current-password" | "new-password"} autocomplete
 * @param {string} [hint]
 */
export function passwordField(page, id, label, autocomplete, hint) {
  const password = input(id, { type: "password", autocomplete, autocapitalize: "none", maxlength: 256 });
  if (hint) password.setAttribute("aria-describedby", `${id}-hint`);
  /** @param {Event} event */
  const show = ({ target }) => {
    password.type = target instanceof HTMLInputElement && target.checked ? "text" : "password";
  };
  const words = hint ? el("p", { class: "field-hint", id: `${id}-hint` }, hint) : null;
  return [
    field(id, label, password, words),
    el(
      "div",
      { class: "check shown" },
      el("input", { type: "checkbox", id: `${id}-shown`, onchange: show }),
      el("label", { for: `${id}-shown` }, page.text("showPassword")),
    ),
  ];
}

/**
 * A new password, with what it must be.
 * @param {Page} page
 */
export const newPasswordField = (page) =>
  passwordField(page, "new-password", page.text("newPassword"), "new-password", page.text("passwordHint"));

/** The fewest characters of a password. The service knows more rules, and says which one a password breaks. */
const FEWEST = 8;

/**
 * The new password, or null after its error was shown.
 * @param {Page} page
 */
export function newPassword(page) {
  const { value } = page.input("new-password");
  if ([...value].length >= FEWEST) return value;
  page.fieldError("new-password", page.text("passwordShort"));
  return null;
}

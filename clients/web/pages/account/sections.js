// The sections of the account: each shows one thing, and the ways to change it.

/** @import { Child, Me, TrustedDevice } from "../../shared/types" */
/** @import { Key } from "./page.js" */
/** @import { Account } from "./security.js" */
import { LOCALES } from "../../locales/index.js";
import { el } from "../../shared/dom.js";
import { button } from "./fields.js";
import { confirmRemoval } from "./removals.js";

/** The most phones that an account has. */
const MOST_PHONES = 5;

/**
 * @param {Account} account
 * @param {Key} title
 * @param {...Child} content
 */
const section = ({ page }, title, ...content) =>
  el(
    "section",
    { class: "part", "aria-labelledby": `part-${title}` },
    el("h2", { id: `part-${title}` }, page.text(title)),
    content,
  );

/**
 * A thing with a note below it and buttons beside it.
 * @param {Child} words
 * @param {Child} note
 * @param {...Child} buttons
 */
const row = (words, note, ...buttons) =>
  el(
    "div",
    { class: "row" },
    el("div", { class: "row-text" }, el("p", {}, words), note ? el("p", { class: "note" }, note) : null),
    buttons,
  );

/**
 * A small button. `of` tells a screen reader what it is about.
 * @param {Account} account
 * @param {Key} words
 * @param {() => unknown} onclick
 * @param {string} [of]
 */
const small = ({ page }, words, onclick, of) =>
  button(page.text(words), onclick, {
    class: "button small",
    "aria-label": of ? `${page.text(words)}: ${of}` : null,
  });

/**
 * @param {Account} account
 * @param {Me} me
 */
export function phones(account, me) {
  const { page, context } = account;
  const rows = me.phones.map((phone) => {
    const name = context.language.phone(phone);
    const remove = () => confirmRemoval(account, { what: "phone", id: phone.id });
    return el(
      "li",
      {},
      row(name, page.text(phone.verified ? "verified" : "notVerified"), small(account, "remove", remove, name)),
    );
  });
  return section(
    account,
    "phones",
    rows.length ? el("ul", { class: "rows" }, rows) : el("p", { class: "note" }, page.text("noPhones")),
    rows.length < MOST_PHONES ? small(account, "addPhone", () => account.go("phone")) : null,
  );
}

/**
 * @param {Account} account
 * @param {Me} me
 */
export function authenticator(account, { totp }) {
  const { page, context } = account;
  const remove = () => confirmRemoval(account, { what: "authenticator" });
  return section(
    account,
    "authenticator",
    totp
      ? row(
          page.text("isSetUp"),
          page.text("since", { date: context.language.date(totp.enrolled_at) }),
          small(account, "remove", remove, page.text("authenticator")),
        )
      : [
          el("p", { class: "note" }, page.text("authenticatorNone")),
          small(account, "setUp", () => account.go("authenticator"), page.text("authenticator")),
        ],
  );
}

/**
 * @param {Account} account
 * @param {Me} me
 */
export function recoveryCodes(account, { recovery_codes_remaining: left, phones, totp }) {
  const { page } = account;
  const standIn = totp !== null || phones.some(({ verified }) => verified); // for another factor, which must be there
  return section(
    account,
    "recoveryCodes",
    el("p", { class: "note" }, left ? page.text("codesLeft", { n: left }) : page.text("codesLead")),
    standIn ? small(account, "makeCodes", () => account.go("recovery-codes")) : null,
  );
}

/**
 * Nothing where no device is trusted: most services trust none.
 * @param {Account} account
 * @param {Me} me
 */
export function devices(account, { devices: trusted }) {
  if (!trusted?.length) return null;
  const all = () => confirmRemoval(account, { what: "devices" });
  return section(
    account,
    "devices",
    el(
      "ul",
      { class: "rows" },
      trusted.map((device) => el("li", {}, deviceRow(account, device))),
    ),
    trusted.length > 1 ? small(account, "endDevices", all) : null,
  );
}

/**
 * @param {Account} account
 * @param {TrustedDevice} device
 */
function deviceRow(account, { id, name, expires_at: end }) {
  const { page, context } = account;
  const words = name || page.text("unnamedDevice");
  const remove = () => confirmRemoval(account, { what: "device", id });
  return row(
    el("bdi", {}, words),
    page.text("deviceUntil", { date: context.language.date(end) }),
    small(account, "remove", remove, words),
  );
}

/** @param {Account} account */
export const password = (account) =>
  section(
    account,
    "password",
    small(account, "change", () => account.go("password"), account.page.text("password")),
  );

/**
 * @param {Account} account
 * @param {Me} me
 */
export function email(account, { contact_email: address }) {
  const { page } = account;
  return section(
    account,
    "contactEmail",
    el("p", address ? {} : { class: "note" }, address ? el("bdi", {}, address) : page.text("noContactEmail")),
    small(account, "change", () => account.go("email"), page.text("contactEmail")),
  );
}

/** The language that was chosen before a login had to be repeated. @type {string | null} */
let chosen = null;

/**
 * @param {Account} account
 * @param {Me} me
 */
export function language(account, { locale }) {
  const { page, api } = account;
  const value = chosen ?? locale ?? "";
  const others = Object.entries(LOCALES).map(([tag, { name }]) => ({ tag, name }));
  if (locale && !Object.hasOwn(LOCALES, locale)) others.unshift({ tag: locale, name: locale });
  const save = () => {
    chosen = page.$("locale", HTMLSelectElement).value;
    const body = { locale: chosen || null };
    return page.run(page.$("save-locale"), async () => {
      await api.updateMe(account.token, body);
      chosen = null;
      await account.load("saved");
    });
  };
  return section(
    account,
    "messageLanguage",
    page.form(
      save,
      el("p", { class: "note", id: "locale-note" }, page.text("messageLanguageNote")),
      el(
        "div",
        { class: "choose-one" },
        el(
          "select",
          { id: "locale", "aria-label": page.text("messageLanguage"), "aria-describedby": "locale-note" },
          el("option", { value: "", selected: value === "" }, page.text("languageByPhone")),
          others.map(({ tag, name }) => el("option", { value: tag, lang: tag, selected: tag === value }, name)),
        ),
        el("button", { type: "submit", class: "button small", id: "save-locale" }, page.text("save")),
      ),
    ),
  );
}

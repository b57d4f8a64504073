// The phones of a user, as the security settings list them: those that are there, and those that are to be added.

/** @import { Phone, User } from "../shared/types" */
/** @import { Added } from "./added-phones.js" */
import { button, icon } from "../dom.js";
import { t } from "../language.js";
import { badge } from "../page.js";
import { spaced } from "../regions.js";
import { may, mayChange } from "../roles.js";
import { el } from "../shared/dom.js";
import { table } from "../table.js";
import { maskedPhone, regionName, time } from "../words.js";
import { addedName, wholeNumber } from "./added-phones.js";

/** @typedef {{ phone: Phone } | { added: Added }} Row */

/**
 * `removed` and `revealed` are ids of phones. `reveal`, `remove` and `test` are called with the row's own.
 * @typedef {object} PhoneTable
 * @property {User} user
 * @property {Row[]} rows
 * @property {Set<string>} removed
 * @property {Set<string>} revealed
 * @property {(phone: Phone, open: boolean) => void} reveal
 * @property {(row: Row, leaving: boolean) => void} remove
 * @property {(phone: Phone, control: HTMLElement) => void} test
 */

/** @param {PhoneTable} options */
export function phoneTable(options) {
  const { user, rows, removed } = options;
  return table({
    caption: t("phones"),
    items: rows,
    row: (row) => ({ class: "added" in row ? "staged" : removed.has(row.phone.id) ? "leaving" : null }),
    columns: [
      {
        label: t("phoneColumn"),
        kind: "main",
        cell: (row) => ("added" in row ? addedName(row.added) : phoneName(row.phone, options)),
      },
      { label: t("phoneVerified"), cell: (row) => verifiedCell(row, removed) },
      { label: t("lastVerified"), cell: lastVerifiedCell },
      {
        label: t("phoneActions"),
        kind: "end",
        unseen: true,
        cell: (row) => [
          "phone" in row && mayChange(user, "help") && user.status === "active" && testButton(row.phone, options),
          mayChange(user) && removeButton(row, options),
        ],
      },
    ],
  });
}

/**
 * @param {Phone} phone
 * @param {PhoneTable} options
 */
function phoneName(phone, { revealed, reveal }) {
  const open = revealed.has(phone.id);
  const number = open ? spaced(phone.number, phone.calling_code) : `${phone.calling_code} ${phone.masked_number}`;
  const label = t(open ? "hideNumberOf" : "showNumberOf", { phone: maskedPhone(phone) });
  const toggle = button(t(open ? "hideNumber" : "showNumber"), {
    kind: "link",
    "aria-label": label,
    dataset: { reveal: phone.id },
    onclick: () => reveal(phone, open),
  });
  return el(
    "span",
    { class: "phone-name" },
    el("span", {}, regionName(phone.region) ?? t("unknownCountry")),
    el("span", { class: "soft tabular" }, el("bdi", {}, number)),
    phone.number && may("see_numbers") ? toggle : null,
  );
}

/**
 * @param {Row} row
 * @param {Set<string>} removed
 */
function verifiedCell(row, removed) {
  if ("added" in row) return badge(t("phoneToBeAdded"), "new");
  const { phone } = row;
  if (removed.has(phone.id)) return badge(t("phoneToBeRemoved"), "off");
  if (phone.unusable) {
    const why = [`${phone.unusable.meaning}, `, time(phone.unusable.at)];
    return el("span", { class: "unusable" }, badge(t("phoneUnusable"), "bad"), el("span", { class: "soft" }, why));
  }
  return phone.verified
    ? el("span", { class: "good-text" }, icon("tick"), t("phoneIsVerified"))
    : el("span", { class: "warn" }, t("phoneNotVerified"));
}

/** @param {Row} row */
function lastVerifiedCell(row) {
  const at = "phone" in row ? row.phone.last_verified_at : null;
  return at ? time(at) : el("span", { class: "soft" }, "–");
}

/**
 * @param {Phone} phone
 * @param {PhoneTable} options
 */
function testButton(phone, { removed, test }) {
  if (removed.has(phone.id) || phone.unusable) return null;
  const control = button(t("sendTest"), {
    kind: "small quiet",
    "aria-label": t("sendTestTo", { phone: maskedPhone(phone) }),
    onclick: () => test(phone, control),
  });
  return control;
}

/**
 * @param {Row} row
 * @param {PhoneTable} options
 */
function removeButton(row, { removed, remove }) {
  const leaving = "phone" in row && removed.has(row.phone.id);
  return button(t(leaving ? "keepPhone" : "removePhone"), {
    kind: "small quiet",
    "aria-label": removeLabel(row, leaving),
    onclick: () => remove(row, leaving),
  });
}

/**
 * The name of the button that removes a phone, or keeps one that is to be removed.
 * @param {Row} row
 * @param {boolean} leaving
 */
export function removeLabel(row, leaving) {
  const phone = "added" in row ? wholeNumber(row.added.number) : maskedPhone(row.phone);
  return t(leaving ? "keepPhoneOf" : "removePhoneOf", { phone });
}

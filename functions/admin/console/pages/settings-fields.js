// The settings as the console knows them: flat names, their labels, and how their values read.

/** @import { FlatSettings, Sender, TestNumber } from "../shared/types" */
import { readNumber, spaced } from "../regions.js";
import { regionName } from "../shared/words.js";
import { languageName, plural } from "../words.js";

/**
 * A setting: `tab` is where its field is, `show` gives a value in words.
 * @typedef {{ name: string, label: string, tab: string, show?: (value: never) => string }} SettingWords
 */

/** @typedef {import("../draft.js").Draft<FlatSettings>} SettingsDraft */

/**
 * What a tab of the settings draws. `ready` resolves when all of its fields are there.
 * @typedef {{ element: HTMLElement, fields: import("../fields.js").Target[], ready?: Promise<void> }} SettingsPart
 */

/** @param {number} seconds */
const minutes = (seconds) => `${+(seconds / 60).toFixed(2)} minutes`;

/**
 * A sender as one line.
 * @param {Sender | null} sender
 */
function senderWords(sender) {
  if (!sender) return "(nothing)";
  if (sender.phone_number) return spaced(sender.phone_number, readNumber(sender.phone_number)?.calling_code);
  return sender.messaging_service_sid
    ? `Messaging Service ${sender.messaging_service_sid}`
    : `“${sender.alphanumeric}”`;
}

/** @param {"*" | string[] | null} allow */
function countryWords(allow) {
  if (allow === "*") return "All countries";
  return (allow ?? []).map((region) => regionName(region) ?? region).join(", ") || "(none)";
}

/** @type {(token: string | null) => string} */
const tokenWords = (token) => (token ? "a new token" : "(unchanged)");
/** @type {(last4: string | null) => string} */
const last4Words = (last4) => (last4 ? `ends in ${last4}` : "(nothing)");
/** @type {(n: number) => string} */
const digits = (n) => `${n} digits`;
/** @type {(list: TestNumber[] | null) => string} */
const numbersWords = (list) => (list?.length ? plural(list.length, "number") : "(none)");
/** @type {(locale: string | null) => string} */
const localeWords = (locale) => (locale ? languageName(locale) : "(the phone’s country decides)");
/** @type {(n: number | null) => string} */
const ceilingWords = (n) => (n === null ? "no ceiling" : String(n));

/** @type {(SettingWords & { name: keyof FlatSettings & string })[]} */
export const FIELDS = [
  { name: "twilio.account_sid", label: "Account SID", tab: "mfa" },
  { name: "twilio.auth_token", label: "Auth Token", tab: "mfa", show: tokenWords },
  { name: "twilio.auth_token_last4", label: "Auth Token", tab: "mfa", show: last4Words },
  { name: "twilio.sender", label: "Sender", tab: "mfa", show: senderWords },
  { name: "passcode_length", label: "Passcode length", tab: "mfa", show: digits },
  { name: "resend_cooldown_seconds", label: "Cooldown before a resend", tab: "mfa", show: minutes },
  { name: "expiry_seconds", label: "Passcode expires after", tab: "mfa", show: minutes },
  { name: "max_invalid_attempts", label: "Invalid attempts before a lock", tab: "mfa" },
  { name: "max_sends", label: "Messages without success", tab: "mfa" },
  { name: "lock_seconds", label: "Lock lasts", tab: "mfa", show: minutes },
  { name: "signature", label: "Signature", tab: "messages" },
  { name: "origin", label: "Host for autofill", tab: "messages" },
  { name: "default_locale", label: "Default language", tab: "messages", show: localeWords },
  { name: "email_sender", label: "Email sender", tab: "messages" },
  { name: "voice.enabled", label: "Calls", tab: "messages" },
  { name: "whatsapp.content_sid", label: "WhatsApp template", tab: "messages" },
  { name: "regions.allow", label: "Countries", tab: "countries", show: countryWords },
  { name: "allow_legacy_clients", label: "Allow legacy clients", tab: "access" },
  { name: "require_mfa_for_system_users", label: "Require MFA for system users", tab: "access" },
  { name: "test_numbers", label: "Test numbers", tab: "access", show: numbersWords },
  { name: "access_token_seconds", label: "Access tokens last", tab: "access", show: minutes },
  { name: "budgets.number_per_hour", label: "Per number and hour", tab: "limits" },
  { name: "budgets.number_per_day", label: "Per number and day", tab: "limits" },
  { name: "budgets.address_per_hour", label: "Per source address and hour", tab: "limits" },
  { name: "budgets.client_per_hour", label: "Per client and hour", tab: "limits" },
  { name: "budgets.region_per_day", label: "Per country and day", tab: "limits", show: ceilingWords },
  { name: "budgets.global_per_day", label: "Altogether per day", tab: "limits" },
];

const TEMPLATES = "templates.";

/**
 * The flat name of a language's text. The languages are not known beforehand.
 * @param {string} locale
 * @returns {`templates.${string}`}
 */
export const templateName = (locale) => `templates.${locale}`;

/**
 * The languages that have a text in a flat record.
 * @param {Partial<FlatSettings>} record
 */
export const localesOf = (record) =>
  Object.keys(record)
    .filter((name) => name.startsWith(TEMPLATES))
    .map((name) => name.slice(TEMPLATES.length));

/**
 * The setting that a name, or a part of it (`regions.allow[0]`), belongs to.
 * @param {string} name
 * @returns {SettingWords | undefined}
 */
export function fieldOf(name) {
  if (name.startsWith(TEMPLATES)) return templateField(name.slice(TEMPLATES.length));
  return (
    FIELDS.find((field) => field.name === name) ??
    FIELDS.find((field) => [".", "["].some((end) => name.startsWith(field.name + end)))
  );
}

/**
 * @param {string} locale
 * @returns {SettingWords}
 */
function templateField(locale) {
  return {
    name: templateName(locale),
    label: `Message in ${languageName(locale)}`,
    tab: "messages",
    show: (/** @type {string | null | undefined} */ text) => text ?? "(the built-in text)",
  };
}

/**
 * Every field of these records, in the order of the pages.
 * @param {...FlatSettings} records
 */
export const fieldsOf = (...records) => [...FIELDS, ...[...new Set(records.flatMap(localesOf))].map(templateField)];

/**
 * The settings as the API nests them.
 * @typedef {{ [name: string]: unknown, templates?: Record<string, string> }} Nested
 */

/**
 * The server's nested document as a flat record.
 * @param {Nested} document
 * @returns {FlatSettings}
 */
export function flatten(document) {
  /** @type {Record<string, unknown>} */
  const flat = {};
  for (const { name } of FIELDS) flat[name] = valueAt(document, name.split("."));
  for (const [locale, text] of Object.entries(document.templates ?? {})) flat[templateName(locale)] = text;
  const sender = Object.entries(flat["twilio.sender"] ?? {}).filter(([, value]) => value);
  flat["twilio.sender"] = sender.length ? Object.fromEntries(sender) : null;
  return Object.assign(/** @type {FlatSettings} */ ({}), flat);
}

/**
 * @param {unknown} document
 * @param {string[]} path
 * @returns {unknown}
 */
function valueAt(document, [part, ...rest]) {
  if (part === undefined) return document ?? null;
  if (document === null || typeof document !== "object") return null;
  return valueAt(/** @type {Record<string, unknown>} */ (document)[part], rest);
}

/**
 * A merge patch (RFC 7396) of the changes. The kinds of sender that are not chosen are set to null.
 * @param {object} changes by flat name
 */
export function mergePatch(changes) {
  /** @type {Record<string, unknown>} */
  const patch = {};
  for (const [name, given] of Object.entries(changes)) {
    const value =
      name === "twilio.sender" && given
        ? { phone_number: null, messaging_service_sid: null, alphanumeric: null, ...given }
        : given;
    const parts = name.split(".");
    const last = parts.pop() ?? name;
    let place = patch;
    for (const part of parts) {
      place[part] ??= {};
      place = /** @type {Record<string, unknown>} */ (place[part]);
    }
    place[last] = value;
  }
  return patch;
}

/**
 * The settings that are numbers.
 * @typedef {"passcode_length" | "resend_cooldown_seconds" | "expiry_seconds" | "max_invalid_attempts" | "max_sends" |
 *   "lock_seconds" | "access_token_seconds" | `budgets.${"number_per_hour" | "number_per_day" | "address_per_hour" |
 *   "client_per_hour" | "region_per_day" | "global_per_day"}`} NumberName
 */

/**
 * Ties a number's field to the draft. A value that is not a number is refused before anything is saved.
 * @param {SettingsDraft} draft
 * @param {NumberName} name
 */
export function bound(draft, name) {
  const onchange = (/** @type {number | string | null} */ value) => draft.set(name, /** @type {number} */ (value));
  return { name, value: draft.get(name), onchange };
}

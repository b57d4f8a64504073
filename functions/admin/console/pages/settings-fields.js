// The settings as the console knows them: flat names, what they are called, and how their values read.

import { regionName, spaced, readNumber } from "../regions.js";
import { languageName, plural } from "../words.js";

const minutes = (seconds) => `${+(seconds / 60).toFixed(2)} minutes`;
const plain = (value) => (value === null || value === undefined || value === "" ? "(nothing)" : String(value));

/** A sender as one line. */
function senderWords(sender) {
  if (!sender) return "(nothing)";
  if (sender.phone_number) return spaced(sender.phone_number, readNumber(sender.phone_number)?.calling_code);
  return sender.messaging_service_sid
    ? `Messaging Service ${sender.messaging_service_sid}`
    : `“${sender.alphanumeric}”`;
}

/** `tab` is where the field is; `show` gives a value in words. */
export const FIELDS = [
  { name: "twilio.account_sid", label: "Account SID", tab: "mfa" },
  {
    name: "twilio.auth_token",
    label: "Auth Token",
    tab: "mfa",
    show: (token) => (token ? "a new token" : "(unchanged)"),
  },
  {
    name: "twilio.auth_token_last4",
    label: "Auth Token",
    tab: "mfa",
    show: (last4) => (last4 ? `ends in ${last4}` : "(nothing)"),
  },
  { name: "twilio.sender", label: "Sender", tab: "mfa", show: senderWords },
  { name: "passcode_length", label: "Passcode length", tab: "mfa", show: (n) => `${n} digits` },
  { name: "resend_cooldown_seconds", label: "Cooldown before a resend", tab: "mfa", show: minutes },
  { name: "expiry_seconds", label: "Passcode expires after", tab: "mfa", show: minutes },
  { name: "max_invalid_attempts", label: "Invalid attempts before a lock", tab: "mfa" },
  { name: "max_sends", label: "Messages without success", tab: "mfa" },
  { name: "lock_seconds", label: "Lock lasts", tab: "mfa", show: minutes },
  { name: "signature", label: "Signature", tab: "messages" },
  { name: "origin", label: "Host for autofill", tab: "messages" },
  {
    name: "default_locale",
    label: "Default language",
    tab: "messages",
    show: (locale) => (locale ? languageName(locale) : "(the phone's country decides)"),
  },
  { name: "email_sender", label: "Email sender", tab: "messages" },
  { name: "voice.enabled", label: "Calls", tab: "messages" },
  { name: "whatsapp.content_sid", label: "WhatsApp template", tab: "messages" },
  {
    name: "regions.allow",
    label: "Countries",
    tab: "countries",
    show: (allow) =>
      allow === "*" ? "All countries" : (allow ?? []).map((one) => regionName(one) ?? one).join(", ") || "(none)",
  },
  { name: "allow_legacy_clients", label: "Allow legacy clients", tab: "access" },
  { name: "require_mfa_for_system_users", label: "Require MFA for system users", tab: "access" },
  {
    name: "test_numbers",
    label: "Test numbers",
    tab: "access",
    show: (list) => (list?.length ? plural(list.length, "number") : "(none)"),
  },
  { name: "access_token_seconds", label: "Access tokens last", tab: "access", show: minutes },
  { name: "budgets.number_per_hour", label: "Per number and hour", tab: "limits" },
  { name: "budgets.number_per_day", label: "Per number and day", tab: "limits" },
  { name: "budgets.address_per_hour", label: "Per source address and hour", tab: "limits" },
  { name: "budgets.client_per_hour", label: "Per client and hour", tab: "limits" },
  {
    name: "budgets.region_per_day",
    label: "Per country and day",
    tab: "limits",
    show: (n) => (n === null ? "no ceiling" : plain(n)),
  },
  { name: "budgets.global_per_day", label: "Altogether per day", tab: "limits" },
];

const TEMPLATES = "templates.";

/** The field of a language's text. Which languages there are is not known beforehand. */
export const templateName = (locale) => TEMPLATES + locale;

export function fieldOf(given) {
  const name = String(given);
  if (name.startsWith(TEMPLATES))
    return {
      name,
      label: `Message in ${languageName(name.slice(TEMPLATES.length))}`,
      tab: "messages",
      show: (text) => text ?? "(the built-in text)",
    };
  return (
    FIELDS.find((field) => field.name === name) ??
    FIELDS.find((field) => [".", "["].some((end) => name.startsWith(field.name + end)))
  );
}

/** Every field of these records, in the order of the pages. */
export const fieldsOf = (...records) => [
  ...FIELDS,
  ...Object.keys(Object.assign({}, ...records))
    .filter((name) => name.startsWith(TEMPLATES))
    .map(fieldOf),
];

/** The server's nested document as a flat record. */
export function flatten(document) {
  const flat = {};
  for (const { name } of FIELDS) {
    flat[name] = name.split(".").reduce((value, part) => value?.[part], document) ?? null;
  }
  const sender = Object.entries(flat["twilio.sender"] ?? {}).filter(([, value]) => value);
  for (const [locale, text] of Object.entries(document.templates ?? {})) flat[templateName(locale)] = text;
  flat["twilio.sender"] = sender.length ? Object.fromEntries(sender) : null;
  return flat;
}

/** A merge patch (RFC 7396) of what was changed. The senders that are not chosen are taken away. */
export function mergePatch(changes) {
  const patch = {};
  for (const [name, given] of Object.entries(changes)) {
    const value =
      name === "twilio.sender" && given
        ? { phone_number: null, messaging_service_sid: null, alphanumeric: null, ...given }
        : given;
    const parts = name.split(".");
    const last = parts.pop();
    const place = parts.reduce((inner, part) => (inner[part] ??= {}), patch);
    place[last] = value;
  }
  return patch;
}

// The settings as the console knows them: flat names, the tab each is on, and how their values read.

/** @import { ActionType, FlatSettings, FraudMode, PriceOverride, Route, Sender, TestNumber } from "../shared/types" */
/** @import { Sending } from "../shared/types" */
import { numberField } from "../fields.js";
import { known, t, tn } from "../language.js";
import { readNumber, spaced } from "../regions.js";
import { SENDING } from "../sending-words.js";
import { inWords, labelOf, numberOf, schemaOf } from "../settings-schema.js";
import { languageName, PROVIDERS, regionName } from "../words.js";

/**
 * A setting: `tab` is where its field is, `show` gives a value in words.
 * @typedef {{ name: string, label: string, tab: string, show?: (value: never) => string }} SettingWords
 */

/** @typedef {import("../draft.js").Draft<FlatSettings>} SettingsDraft */

/**
 * A part of the settings on a tab. `ready` resolves when all of its fields are there.
 * @typedef {{ element: HTMLElement, fields: import("../fields.js").Target[], ready?: Promise<void> }} SettingsPart
 */

/** Between the parts of a list that is no sentence. */
export const COMMA = t("listComma");

/**
 * A sender as one line.
 * @param {Sender | null} sender
 */
function senderWords(sender) {
  if (!sender) return t("valueNothing");
  if (sender.phone_number) return spaced(sender.phone_number, readNumber(sender.phone_number)?.calling_code);
  return sender.messaging_service_sid
    ? t("messagingService", { sid: sender.messaging_service_sid })
    : t("senderName", { name: sender.alphanumeric ?? "" });
}

/** @param {"*" | string[] | null} allow */
export function countryWords(allow) {
  if (allow === "*") return t("allCountries");
  return (allow ?? []).map((region) => regionName(region) ?? region).join(COMMA) || t("valueNone");
}

/** @param {Pick<Route, "sender">} route */
export const senderOf = ({ sender }) => Object.values(sender).find(Boolean) ?? "";

/** @param {Route[] | null} routes */
function routesWords(routes) {
  const words = (/** @type {Route} */ { provider, sender, regions }) =>
    t("routeWords", {
      provider: PROVIDERS[provider],
      sender: senderOf({ sender }),
      countries: countryWords(regions),
    });
  return (routes ?? []).map(words).join("; ") || t("valueNone");
}

/** @type {(list: PriceOverride[] | null) => string} */
const clientsWords = (list) => (list?.length ? tn("countClients", list.length) : t("valueNone"));

/** @type {(list: unknown[] | undefined) => string} */
const pricesWords = (list) => (list?.length ? tn("countPrices", list.length) : t("valueNone"));
/** @type {(token: string | null) => string} */
const tokenWords = (token) => t(token ? "valueNewToken" : "valueUnchanged");
/** @type {(last4: string | null) => string} */
const last4Words = (last4) => (last4 ? t("valueEndsIn", { last4 }) : t("valueNothing"));
/** @type {(list: TestNumber[] | null) => string} */
const numbersWords = (list) => (list?.length ? tn("countNumbers", list.length) : t("valueNone"));
/** @type {(locale: string | null) => string} */
const localeWords = (locale) => (locale ? languageName(locale) : t("valuePhoneCountry"));
/** @type {(n: number | null) => string} */
const ceilingWords = (n) => (n === null ? t("valueNoCeiling") : String(n));

/** @type {(mode: FraudMode | null) => string} */
const modeWords = (mode) => t(mode ? `mode_${mode}` : "valueDefault");
/** The modes of fraud budgets. @type {[value: FraudMode, label: string, hint: string][]} */
export const FRAUD_MODES = [
  ["off", t("mode_off"), t("mode_off_hint")],
  ["observe", t("mode_observe"), t("mode_observe_hint")],
  ["enforce", t("mode_enforce"), t("mode_enforce_hint")],
];

/** @type {(sending: Sending | null) => string} */
const sendingWords = (sending) => SENDING[sending ?? "on"][0];

/**
 * A setting's place on the page.
 * @typedef {object} Place
 * @property {keyof FlatSettings & string} name
 * @property {string} tab
 * @property {string} [labelled] the setting whose label it bears
 * @property {(value: never) => string} [show] its value in words
 */

/** @type {Place[]} */
const PLACES = [
  { name: "sending", tab: "limits", show: sendingWords },
  { name: "twilio.account_sid", tab: "mfa" },
  { name: "twilio.auth_token", tab: "mfa", show: tokenWords },
  { name: "twilio.auth_token_last4", labelled: "twilio.auth_token", tab: "mfa", show: last4Words },
  { name: "twilio.sender", tab: "mfa", show: senderWords },
  { name: "passcode_length", tab: "mfa", show: inWords("passcode_length") },
  { name: "resend_cooldown_seconds", tab: "mfa", show: inWords("resend_cooldown_seconds") },
  { name: "expiry_seconds", tab: "mfa", show: inWords("expiry_seconds") },
  { name: "max_invalid_attempts", tab: "mfa" },
  { name: "max_sends", tab: "mfa" },
  { name: "lock_seconds", tab: "mfa", show: inWords("lock_seconds") },
  { name: "signature", tab: "messages" },
  { name: "origin", tab: "messages" },
  { name: "default_locale", tab: "messages", show: localeWords },
  { name: "email_sender", tab: "messages" },
  { name: "voice.enabled", tab: "messages" },
  { name: "whatsapp.content_sid", tab: "messages" },
  { name: "regions.allow", tab: "countries", show: countryWords },
  { name: "routes", tab: "countries", show: routesWords },
  { name: "allow_legacy_clients", tab: "access" },
  { name: "require_mfa_for_system_users", tab: "access" },
  { name: "admin_session_minutes", tab: "access", show: ceilingWords },
  { name: "admin_idle_minutes", tab: "access" },
  { name: "enrolment_at_login", tab: "access" },
  { name: "test_numbers", tab: "access", show: numbersWords },
  { name: "trusted_devices.days", tab: "access" },
  { name: "access_token_seconds", tab: "access", show: inWords("access_token_seconds") },
  { name: "history_days", tab: "access" },
  { name: "actions_phone_age_hours", tab: "actions" },
  { name: "budgets.number_per_hour", tab: "limits" },
  { name: "budgets.number_per_day", tab: "limits" },
  { name: "budgets.mailbox_per_day", tab: "limits" },
  { name: "budgets.address_per_hour", tab: "limits" },
  { name: "budgets.client_per_hour", tab: "limits" },
  { name: "budgets.clients", tab: "limits", show: clientsWords },
  { name: "budgets.region_per_day", tab: "limits", show: ceilingWords },
  { name: "budgets.global_per_day", tab: "limits" },
  { name: "budgets.kept_for_verified_percent", tab: "limits" },
  { name: "budgets.spend_per_day", tab: "limits" },
  { name: "prices.overrides", tab: "limits", show: pricesWords },
  { name: "fraud.mode", tab: "limits", show: modeWords },
  { name: "fraud.daily_floor", tab: "limits" },
  { name: "fraud.hourly_floor", tab: "limits" },
  { name: "fraud.share", tab: "limits", show: inWords("fraud.share") },
  { name: "fraud.regions_per_address_per_day", tab: "limits" },
  { name: "passwords.max_per_name_and_address_per_hour", tab: "limits" },
  { name: "passwords.max_per_address_per_hour", tab: "limits" },
  { name: "passwords.free_in_a_row", tab: "limits" },
  { name: "passwords.max_in_a_row", tab: "limits" },
  { name: "passwords.familiar_days", tab: "limits" },
];

/**
 * The fields with their labels. A label is read when it is asked for: the API gives it.
 * @type {(SettingWords & { name: keyof FlatSettings & string })[]}
 */
export const FIELDS = PLACES.map(({ labelled, ...place }) => ({
  ...place,
  get label() {
    return labelOf(labelled ?? place.name);
  },
}));

const TEMPLATES = "templates.";
const ACTIONS = "actions.";

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
 * The flat name of an action type. Neither are they known beforehand.
 * @param {string} type
 * @returns {`actions.${string}`}
 */
export const actionName = (type) => `actions.${type}`;

/**
 * The action types of a flat record, also those that it removes.
 * @param {Partial<FlatSettings>} record
 */
export const typesOf = (record) =>
  Object.keys(record)
    .filter((name) => name.startsWith(ACTIONS))
    .map((name) => name.slice(ACTIONS.length));

/**
 * An action type with its texts in order, English first, so that two equal ones are the same.
 * @param {ActionType} action
 * @returns {ActionType}
 */
export function tidy({ texts, ...rest }) {
  const locales = Object.keys(texts).sort((a, b) => Number(b === "en") - Number(a === "en") || (a < b ? -1 : 1));
  return { texts: Object.fromEntries(locales.map((locale) => [locale, texts[locale]])), ...rest };
}

/**
 * The setting that a name, or a part of it (`regions.allow[0]`), belongs to.
 * @param {string} name
 * @returns {SettingWords | undefined}
 */
export function fieldOf(name) {
  if (name.startsWith(TEMPLATES)) return templateField(name.slice(TEMPLATES.length));
  if (name.startsWith(ACTIONS)) return actionField(name);
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
    label: t("messageIn", { language: languageName(locale) }),
    tab: "messages",
    show: (/** @type {string | null | undefined} */ text) => text ?? t("builtInText"),
  };
}

/**
 * An action type, or one of its members: `actions.delete_backup.texts.en`.
 * @param {string} name
 * @returns {SettingWords}
 */
function actionField(name) {
  const [, type, member, locale] = name.split(".");
  if (!member) return { name, label: t("actionType", { type }), tab: "actions", show: actionWords };
  if (locale) return { name, label: t("actionTextIn", { type, language: languageName(locale) }), tab: "actions" };
  const unit = schemaOf(name)["x-unit"];
  return {
    name,
    label: t("actionMember", { type, member: labelOf(name) }),
    tab: "actions",
    ...(unit && { show: inWords(name) }),
  };
}

/**
 * All of an action type, for the choice between two versions of it.
 * @param {ActionType | null | undefined} action
 */
function actionWords(action) {
  if (!action) return t("actionGone");
  const { texts, channels, clients } = action;
  const sentences = Object.entries(texts).map(([locale, text]) =>
    t("actionSentenceIn", { language: languageName(locale), text }),
  );
  const times = /** @type {const} */ (["ttl_seconds", "token_seconds"]).map((member) => {
    const name = `${actionName("any")}.${member}`;
    return t("actionTime", { label: labelOf(name), time: inWords(name)(Number(action[member])) });
  });
  const served = clients === "*" ? t("actionForAll") : tn("countClients", clients.length);
  return [...sentences, channels.map(channelWords).join(COMMA), ...times, served].join(" · ");
}

/** @param {string} channel */
export const channelWords = (channel) => known(`deedChannel_${channel}`) ?? channel;

/**
 * Every field of these records, in the order of the pages.
 * @param {...FlatSettings} records
 */
export const fieldsOf = (...records) => [
  ...FIELDS,
  ...[...new Set(records.flatMap(localesOf))].map(templateField),
  ...[...new Set(records.flatMap(typesOf))].map((type) => actionField(actionName(type))),
];

/**
 * The settings as the API nests them.
 * @typedef {object} Known
 * @property {Record<string, string>} [templates]
 * @property {Record<string, ActionType>} [actions]
 *
 * @typedef {Record<string, unknown> & Known} Nested
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
  for (const [type, action] of Object.entries(document.actions ?? {})) flat[actionName(type)] = tidy(action);
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
 * The merge patch of a draft. Texts that an action type has no more are set to null.
 * @param {Pick<SettingsDraft, "changes" | "server">} draft
 */
export function patchOf({ changes, server }) {
  /** @type {Record<string, unknown>} */
  const given = { ...changes };
  for (const name of typesOf(changes).map(actionName)) {
    const [action, before] = [changes[name], server[name]];
    if (!action || !before) continue;
    const gone = Object.keys(before.texts).filter((locale) => !(locale in action.texts));
    given[name] = { ...action, texts: { ...action.texts, ...Object.fromEntries(gone.map((tag) => [tag, null])) } };
  }
  return mergePatch(given);
}

/**
 * The settings that are numbers.
 * @typedef {"passcode_length" | "resend_cooldown_seconds" | "expiry_seconds" | "max_invalid_attempts" | "max_sends" |
 *   "lock_seconds" | "access_token_seconds" | "admin_session_minutes" | "admin_idle_minutes" |
 *   "actions_phone_age_hours" | "history_days" |
 *   "trusted_devices.days" |
 *   `budgets.${"number_per_hour" | "number_per_day" | "address_per_hour" |
 *   "mailbox_per_day" | "client_per_hour" | "region_per_day" | "global_per_day" | "kept_for_verified_percent" |
 *   "spend_per_day"}` |
 *   `passwords.${"max_per_name_and_address_per_hour" | "max_per_address_per_hour" | "free_in_a_row" | "max_in_a_row" |
 *   "familiar_days"}` |
 *   `fraud.${"daily_floor" | "hourly_floor" | "share" | "regions_per_address_per_day"}`} NumberName
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

/**
 * The field of a number that limits something, with the label, range and unit that the API gives.
 * @param {SettingsDraft} draft
 * @param {NumberName} name
 * @param {Partial<import("../fields.js").NumberOptions & import("../fields.js").Frame>} [more]
 */
export const limitField = (draft, name, more = {}) =>
  numberField({ ...bound(draft, name), ...numberOf(name), ...more });

// What an event changed: each value that was, and that is.

import { bdi } from "../dom.js";
import { plain } from "../draft.js";
/** @import { Child, EventDetail, Role } from "../shared/types" */
import { t, tp } from "../language.js";
import { roleName } from "../roles.js";
import { el } from "../shared/dom.js";
import { KINDS, languageName, STATUSES } from "../words.js";
import { fieldOf } from "./settings-fields.js";

/** How a value is named and shown. @typedef {{ label: string, show?: (value: unknown) => string | undefined }} Named */

const MOST = 120; // characters of a message's text

/** @type {Record<string, Named>} */
const PROFILE = {
  alias: { label: t("value_alias") },
  owner: { label: t("value_owner") },
  contact_email: { label: t("value_contact_email") },
  locale: { label: t("value_locale"), show: (tag) => (tag ? languageName(String(tag)) : undefined) },
  password: { label: t("value_password") },
  kind: { label: t("value_kind"), show: (kind) => KINDS[String(kind)] },
  role: { label: t("value_role"), show: (role) => (role ? roleName(/** @type {Role} */ (role)) : undefined) },
  status: { label: t("value_status"), show: (status) => STATUSES[String(status)] },
  mfa_enabled: { label: t("value_mfa_enabled") },
};

/** @type {Record<string, Named>} */
const CLIENT = { name: { label: t("value_name") }, legacy: { label: t("value_legacy") } };

/** The history shows these as the API does: the ends of a token and of numbers. */
const AS_THEY_ARE = ["twilio.auth_token", "test_numbers"];

/**
 * @param {string} name of a setting
 * @returns {Named}
 */
function setting(name) {
  const field = fieldOf(name);
  const show = AS_THEY_ARE.includes(name) ? undefined : field?.show;
  return { label: field?.label ?? name, show: /** @type {Named["show"]} */ (show) };
}

/**
 * The changes of a user's profile.
 * @param {EventDetail} detail
 */
export const profileChanges = (detail) => changes(detail, (name) => PROFILE[name] ?? { label: name });

/**
 * The changes of a client.
 * @param {EventDetail} detail
 */
export const clientChanges = (detail) => changes(detail, (name) => CLIENT[name] ?? { label: name });

/**
 * The changes of the settings. Their labels are known once `learnSettings` has ended.
 * @param {EventDetail} detail
 */
export const settingsChanges = (detail) => changes(detail, setting);

/**
 * A list of changes; names alone where the values are secret, or were not kept yet when it happened.
 * @param {EventDetail} detail
 * @param {(name: string) => Named} named
 * @returns {Child}
 */
function changes({ changed = [], values = {} }, named) {
  const names = Object.keys(values);
  const bare = changed.filter((name) => !names.some((full) => full === name || full.startsWith(`${name}.`)));
  const lines = [
    ...names.map((name) => line(named(name), values[name])),
    ...bare.map((name) => el("li", {}, named(name).label)),
  ];
  return el("ul", { class: "event-values" }, lines);
}

/**
 * @param {Named} name
 * @param {{ old: unknown, new: unknown }} change
 */
function line({ label, show }, { old, new: now }) {
  const words = (/** @type {unknown} */ value) => bdi(short(show?.(value) ?? plain(value)));
  return el("li", {}, tp("valueChanged", { label, old: words(old), new: words(now) }));
}

/** @param {string} text */
const short = (text) => (text.length > MOST ? `${text.slice(0, MOST)}…` : text);

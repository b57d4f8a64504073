// The settings' ranges and units, as the API describes them, and their labels in the reader's language. The API's own
// label, in English, stands in for one that the console does not know.

import { known, t } from "./language.js";
import { request } from "./shared/api.js";
import { number } from "./words.js";

/**
 * A setting as `SettingsPatch` in the API's description has it: `title` is its label, `x-unit` its unit.
 * @typedef {object} SettingSchema
 * @property {string} [title]
 * @property {string} [description]
 * @property {string} [x-unit]
 * @property {number} [minimum]
 * @property {number} [maximum]
 * @property {number} [maxLength]
 * @property {number} [maxProperties]
 * @property {SettingSchema[]} [anyOf]
 * @property {Record<string, SettingSchema>} [properties]
 * @property {SettingSchema | boolean} [additionalProperties] of members that have any name
 * @property {{ pattern?: string }} [propertyNames]
 * @property {number} [maxItems]
 * @property {string} [$ref]
 * @property {SettingSchema} [items]
 * @property {string[]} [enum]
 */

/**
 * The members of an action type that have a default.
 * @typedef {Pick<import("./shared/types").ActionType, "ttl_seconds" | "token_seconds" | "clients">} ActionDefaults
 */

/** @typedef {{ properties: { [Name in keyof ActionDefaults]: { default: ActionDefaults[Name] } } }} ActionSchema */

/** @typedef {{ SettingsPatch: SettingSchema, ActionType: ActionSchema }} Schemas */

/** People think of a wait in minutes; the API counts seconds. */
const SECONDS = { suffix: t("unit_minutes"), unit: 60 };
/** A share of 0.2 is 20 %. */
const SHARE = { suffix: "%", unit: 0.01, fraction: true };

/** @type {SettingSchema | null} */
let settings = null;
/** By name, as references have them. @type {Record<string, SettingSchema>} */
let named = {};
/** Has the defaults, which the schema of a patch has not. @type {ActionSchema | null} */
let action = null;

/** Asks the API, once for as long as the console is open. Throws as `request` does. */
export async function learnSettings() {
  if (settings !== null) return;
  /** @type {import("./shared/types").Answer<{ components: { schemas: Schemas & Record<string, SettingSchema> } }>} */
  const { body } = await request("GET", "/v1/openapi.json");
  named = body.components.schemas;
  settings = body.components.schemas.SettingsPatch;
  action = body.components.schemas.ActionType;
}

/** @returns {ActionDefaults} */
export function actionDefaults() {
  if (action === null) throw new TypeError("the settings are not known yet");
  const { ttl_seconds: ttl, token_seconds: token, clients } = action.properties;
  return { ttl_seconds: ttl.default, token_seconds: token.default, clients: clients.default };
}

/**
 * The schema of a setting, its variants merged. Null, which removes a setting, is one of them.
 * @param {string} name dotted, such as `budgets.number_per_day`; `routes.max_price` is a member of each route
 * @returns {SettingSchema}
 */
export function schemaOf(name) {
  let found = settings ?? {};
  for (const part of name.split(".")) found = memberOf(merged(found), part);
  return merged(found);
}

/**
 * @param {SettingSchema} schema
 * @param {string} name
 */
function memberOf({ properties = {}, additionalProperties: others, items }, name) {
  if (items) return memberOf(merged(items), name);
  return properties[name] ?? (typeof others === "object" ? others : {});
}

/**
 * @param {SettingSchema} schema
 * @returns {SettingSchema}
 */
function merged({ anyOf = [], $ref = "", ...rest }) {
  return Object.assign({}, named[$ref.replace(/.*\//, "")], ...anyOf, rest);
}

/**
 * A setting's name in the keys of the console's words. All action types have the same ones.
 * @param {string} name
 */
const keyOf = (name) => name.replace(/^actions\.[^.]+\./, "actions.").replaceAll(".", "_");

/**
 * The label of a setting on screens.
 * @param {string} name
 */
export const labelOf = (name) => known(`label_${keyOf(name)}`) ?? schemaOf(name).title ?? name;

/**
 * The note below a setting, if there is one.
 * @param {string} name
 */
export const hintOf = (name) => known(`hint_${keyOf(name)}`) ?? schemaOf(name).description;

/** @param {string | undefined} unit as the API has it */
const unitWords = (unit) => unit && (known(`unit_${unit.replaceAll(" ", "_")}`) ?? unit);

/**
 * The options of a number's field: label, unit, range, and the hint if there is one.
 * @param {string} name
 */
export function numberOf(name) {
  const { minimum: min = 0, maximum: max = Number.MAX_SAFE_INTEGER, "x-unit": unit } = schemaOf(name);
  const other = unit === "seconds" ? SECONDS : unit === "share" ? SHARE : undefined;
  const shown = other ?? { suffix: unitWords(unit) };
  return { label: labelOf(name), hint: hintOf(name), min, max, ...shown };
}

/**
 * Shows a number with its unit.
 * @param {string} name
 */
export function inWords(name) {
  return (/** @type {number} */ value) => {
    const { unit = 1, suffix } = { unit: 1, ...numberOf(name) };
    const n = number(+(value / unit).toFixed(2));
    return suffix ? t("withUnit", { n, unit: suffix }) : n;
  };
}

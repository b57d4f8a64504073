// Limits: how many messages may be sent, and passwords tried, at most.

/** @import { Frame, NumberOptions, Target } from "../fields.js" */
/** @import { ClientBudget, FraudMode, PriceOverride, Sending } from "../shared/types" */
/** @import { NumberName, SettingsDraft, SettingsPart } from "./settings-fields.js" */
import { choiceField, textAreaField } from "../fields.js";
import { t } from "../language.js";
import { section } from "../page.js";
import { SENDING } from "../sending-words.js";
import { labelOf } from "../settings-schema.js";
import { el } from "../shared/dom.js";
import { FRAUD_MODES, limitField } from "./settings-fields.js";

/** @type {NumberName[]} */
const FRAUD = ["fraud.daily_floor", "fraud.hourly_floor", "fraud.share", "fraud.regions_per_address_per_day"];
/** @type {NumberName[]} */
const FROM_ADDRESS = [
  "passwords.max_per_name_and_address_per_hour",
  "passwords.max_per_address_per_hour",
  "passwords.familiar_days",
];
/** @type {Sending[]} */
const STATES = ["on", "verified_only", "off"];

/**
 * @param {SettingsDraft} draft
 * @returns {SettingsPart}
 */
export function draw(draft) {
  const [sending, mode, prices] = [sendingChoice(draft), modeChoice(draft), ownPrices(draft)];
  const clients = ownBudgets(draft);
  /** @type {Target[]} */
  const fields = [sending, mode, prices, clients];
  /** @type {(name: NumberName, more?: Partial<NumberOptions & Frame>) => HTMLElement} */
  const limit = (name, more) => {
    const field = limitField(draft, name, more);
    fields.push(field);
    return field.element;
  };
  const number = [limit("budgets.number_per_hour"), limit("budgets.number_per_day")];
  const source = [limit("budgets.address_per_hour"), limit("budgets.client_per_hour"), clients.element];
  const mailbox = limit("budgets.mailbox_per_day");
  const all = [
    limit("budgets.region_per_day", { nullable: true }),
    limit("budgets.global_per_day"),
    limit("budgets.spend_per_day"),
    limit("budgets.kept_for_verified_percent"),
  ];
  const fromAddress = FROM_ADDRESS.map((name) => limit(name));
  const forName = [limit("passwords.free_in_a_row"), limit("passwords.max_in_a_row")];
  const fraud = [mode.element, ...FRAUD.map((name) => limit(name))];
  const element = el(
    "div",
    { class: "stack" },
    part(t("stopSending"), t("limitsStopLead"), [sending.element]),
    part(t("limitsNumber"), t("limitsNumberLead"), number),
    part(t("limitsMailbox"), t("limitsMailboxLead"), [mailbox]),
    part(t("limitsSource"), t("limitsSourceLead"), source),
    part(t("limitsAll"), t("limitsAllLead"), all),
    part(t("limitsPrices"), t("limitsPricesLead"), [prices.element]),
    part(t("limitsNewPhones"), t("limitsNewPhonesLead"), fraud),
    part(t("limitsAddress"), t("limitsAddressLead"), fromAddress),
    part(t("limitsName"), t("limitsNameLead"), forName),
  );
  return { element, fields };
}

/**
 * The budgets of single clients, one in a line: "c0ffee 500".
 * @param {SettingsDraft} draft
 */
function ownBudgets(draft) {
  const listed = draft.get("budgets.clients") ?? [];
  return textAreaField({
    name: "budgets.clients",
    label: labelOf("budgets.clients"),
    hint: t("clientsHint"),
    value: listed.map((budget) => `${budget.client_id} ${budget.per_hour}`).join("\n"),
    rows: 3,
    onchange: (text) => draft.set("budgets.clients", budgetsIn(text)),
  });
}

/**
 * The budgets in these lines. What is none is left for the API to refuse.
 * @param {string} text
 * @returns {ClientBudget[]}
 */
function budgetsIn(text) {
  return linesOf(text).map(([id = "", count = "", ...more]) => {
    const perHour = Number(count || Number.NaN);
    const known = Number.isNaN(perHour) || more.length ? count : perHour;
    return { client_id: id, per_hour: /** @type {number} */ (known) };
  });
}

/** The words of each line. @param {string} text */
const linesOf = (text) =>
  text
    .split("\n")
    .filter((line) => line.trim())
    .map((line) => line.trim().split(/\s+/));

/**
 * The operator's own prices, one in a line: "HK sms 0.05".
 * @param {SettingsDraft} draft
 */
function ownPrices(draft) {
  const listed = draft.get("prices.overrides") ?? [];
  return textAreaField({
    name: "prices.overrides",
    label: labelOf("prices.overrides"),
    hint: t("pricesHint"),
    value: listed.map(({ region, channel, usd }) => `${region} ${channel} ${usd}`).join("\n"),
    rows: 4,
    onchange: (text) => draft.set("prices.overrides", pricesIn(text)),
  });
}

/**
 * The prices in these lines. What is none is left for the API to refuse.
 * @param {string} text
 * @returns {PriceOverride[]}
 */
function pricesIn(text) {
  return linesOf(text).map(([region = "", channel = "", usd = "", ...more]) => {
    const price = Number(usd || Number.NaN);
    const known = Number.isNaN(price) || more.length ? [usd, ...more].join(" ") : price;
    return { region: region.toUpperCase(), channel: channel.toLowerCase(), usd: /** @type {number} */ (known) };
  });
}

/** @type {(title: string, lead: string, inputs: HTMLElement[]) => HTMLElement} */
const part = (title, lead, inputs) => section({ title, lead }, el("div", { class: "fields" }, inputs));

/** @param {SettingsDraft} draft */
const sendingChoice = (draft) =>
  choiceField({
    name: "sending",
    label: labelOf("sending"),
    value: draft.get("sending") ?? "on",
    options: STATES.map((state) => [state, ...SENDING[state]]),
    onchange: (state) => draft.set("sending", /** @type {Sending} */ (state)),
  });

/** @param {SettingsDraft} draft */
const modeChoice = (draft) =>
  choiceField({
    name: "fraud.mode",
    label: labelOf("fraud.mode"),
    value: draft.get("fraud.mode"),
    options: FRAUD_MODES,
    onchange: (value) => draft.set("fraud.mode", /** @type {FraudMode} */ (value)),
  });

// Limits: how many messages may be sent, and passwords tried, at most.

/** @import { Frame, NumberOptions, Target } from "../fields.js" */
/** @import { ClientBudget, FraudMode, PriceOverride, Sending } from "../shared/types" */
/** @import { NumberName, SettingsDraft, SettingsPart } from "./settings-fields.js" */
import { choiceField, textAreaField } from "../fields.js";
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
const NO_CEILING = { nullable: true, hint: "Empty: no ceiling for a single country." };
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
  const mailbox = limit("budgets.mailbox_per_day", { hint: "Recovery mails, whichever accounts the mailbox is on." });
  const all = [
    limit("budgets.region_per_day", NO_CEILING),
    limit("budgets.global_per_day"),
    limit("budgets.spend_per_day", { hint: "By the prices below. Then no message goes out until midnight UTC." }),
    limit("budgets.kept_for_verified_percent", {
      hint: "Of every ceiling but a number’s. Only phones that were verified before today may use it.",
    }),
  ];
  const fromAddress = FROM_ADDRESS.map((name) => limit(name));
  const forName = [limit("passwords.free_in_a_row"), limit("passwords.max_in_a_row")];
  const fraud = [mode.element, ...FRAUD.map((name) => limit(name))];
  const element = el(
    "div",
    { class: "stack" },
    part("Stop sending", "Mail, authenticator apps and recovery codes go on in any case.", [sending.element]),
    part("One phone number", "Whichever accounts it is on.", number),
    part("One mailbox", "A tag after + makes no other mailbox.", [mailbox]),
    part("One source", "An IP address, or a client that vouches for its users.", source),
    part("Everything", "The ceiling of what a day can cost.", all),
    part("Prices", "Twilio’s list is fetched every day. Prices of a contract go before it.", [prices.element]),
    part("New phones", "Messages to phones that were not verified before today, until their code comes back.", fraud),
    part("Wrong passwords from an address", "A right password does not count.", fromAddress),
    part("Wrong passwords in a row for a name", "From all addresses where the name is not familiar.", forName),
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
    hint: "In each line a client’s id and its messages per hour. All others have the budget above.",
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
    hint: "In each line a country’s code, sms, voice or whatsapp, and USD for a message’s part or a call: HK sms 0.05",
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

// The history of a user in sentences: the event, the person, the time and the address.

import { bdi } from "../dom.js";
/** @import { Answer, Child, EventDetail, ListPage, User, UserEvent } from "../shared/types" */
/** @import { Column } from "../table.js" */
import { t } from "../language.js";
import { empty } from "../page.js";
import { admin } from "../session.js";
import { learnSettings } from "../settings-schema.js";
import { query } from "../shared/api.js";
import { el } from "../shared/dom.js";
import { maskedPhone, regionName } from "../shared/words.js";
import { pagedList, table } from "../table.js";
import { localTime, PROVIDERS, plural, time } from "../words.js";
import { jobEnded, jobStarted } from "./bulk-words.js";
import { allClients } from "./client-list.js";
import { clientChanges, profileChanges, settingsChanges } from "./event-values.js";

/** @type {Record<string, string>} */
const CHANNELS = {
  sms: "by text message",
  call: "by call",
  voice: "by call",
  email: "by email",
  whatsapp: "by WhatsApp",
};
/** @type {Record<string, string>} */
export const ACTORS = { iam: "Direct invocation", product: "The product", ...PROVIDERS, ses: "Amazon SES" };
/** Factors that no message proves, by the `method` of an event. @type {Record<string, string>} */
const FACTORS = {
  totp: "an authenticator app",
  recovery_code: "a recovery code",
  temporary_code: "a temporary access code",
};
/** Vendors report these. Histories from before say that the user did it. */
const REPORTS = ["delivered", "send_refused"];

/**
 * The parts of an event's sentence: `where` (" to …") and `which` ("The phone …") name its phone, `how` the channel.
 * `admin` is whether the user is one.
 * @typedef {{ detail: EventDetail, where: Child, which: Child, how: string, admin: boolean }} EventParts
 */

/** The user of a history. @typedef {Pick<User, "login_name"> & Partial<Pick<User, "phones" | "kind">>} Person */

/** A look, and a sentence. @typedef {[look: "" | "good" | "warn" | "bad", sentence: Child]} EventWords */

/**
 * A message to a new phone beyond a fraud budget.
 * @param {EventDetail} detail
 * @param {Child} where
 * @returns {EventWords}
 */
function fraudDecision({ rule, region = "", threshold, count, refused }, where) {
  const [verb, country] = [refused ? "was refused" : "would be refused", regionName(region) ?? region];
  const span = rule === "hourly" ? "the hour’s" : "the day’s";
  const why =
    rule === "regions_per_address"
      ? `${country} would be one country more than its address may reach in a day (${count} of ${threshold})`
      : `${span} budget for new phones in ${country} is spent (${count} of ${threshold} are unconfirmed)`;
  return [refused ? "warn" : "", ["A passcode", where, ` ${verb}: ${why}`]];
}

/** By type of event. @type {Record<string, (parts: EventParts) => EventWords>} */
const SENTENCES = {
  passcode_sent: ({ detail, how, where }) =>
    detail.test_number
      ? ["warn", ["A passcode was requested; nothing was sent", where, ", a test number"]]
      : ["", [sentFor(detail), how, where]],
  send_refused: ({ detail, how, where }) => {
    const why = detail.meaning ? `: ${detail.meaning}` : "";
    return ["warn", ["A passcode ", how, where, ` did not get through${why}`]];
  },
  fraud_decision: ({ detail, where }) => fraudDecision(detail, where),
  delivered: ({ how, where }) => ["", ["A passcode ", how, where, " was delivered"]],
  passcode_refused: ({ detail }) => ["warn", refusedWords(detail.attempts ?? [])],
  locked: ({ detail: { until } }) => {
    const end = until ? `, until ${localTime(Date.parse(until))}` : "";
    return ["bad", `Locked after too many wrong passcodes${end}`];
  },
  wrong_password: () => ["warn", "A wrong password was entered"],
  password_reset_asked: () => ["", "A link to another password was asked for"],
  password_reset: () => ["warn", "Another password was set by a mailed link"],
  logged_in: () => ["good", "Logged in as administrator, with the password alone"],
  action_opened: ({ detail }) => ["", ["A confirmation was asked for", forClient(detail), ": ", deed(detail)]],
  action_approved: ({ detail, how }) => ["good", ["Confirmed with a passcode ", how, ": ", deed(detail)]],
  action_denied: ({ detail }) => ["bad", ["“This was not me” was said of: ", deed(detail)]],
  action_redeemed: ({ detail }) => ["good", ["The confirmation was used", forClient(detail), ": ", deed(detail)]],
  approved: ({ detail, how, admin: who }) => {
    const proof = FACTORS[detail.method ?? ""] ?? `a passcode ${how}`;
    return detail.for === "password_reset"
      ? ["", `Confirmed with ${proof}, to set another password`]
      : ["good", [`Logged in${who ? " as administrator" : ""} with ${proof}`, trustedDevice(detail)]];
  },
  legacy_login: ({ detail }) => {
    const version = detail.client_version ? [", version ", bdi(detail.client_version)] : "";
    return ["warn", ["Logged in without a passcode, by a legacy client", version]];
  },
  user_created: ({ detail }) => ["", `The user was created${detail.by === "import" ? " by an import" : ""}`],
  user_changed: ({ detail }) => {
    const by = detail.by === "import" ? " by an import" : "";
    return ["", isChange(detail) ? [`Changed${by}:`, profileChanges(detail)] : `Saved${by} without a change`];
  },
  user_erased: () => ["bad", "Erased what was kept of a deleted user"],
  settings_changed: ({ detail }) => [
    "",
    isChange(detail) ? ["Changed the settings:", settingsChanges(detail)] : "Saved the settings without a change",
  ],
  provider_paused: ({ detail: { provider, meaning } }) => [
    "bad",
    `${ACTORS[provider ?? ""] ?? provider} refuses the account; sending is paused${meaning ? `: ${meaning}` : ""}`,
  ],
  provider_resumed: ({ detail: { provider } }) => [
    "good",
    `${ACTORS[provider ?? ""] ?? provider} accepts the account again`,
  ],
  prices_failed: () => ["warn", "Twilio’s price list could not be fetched; the prices known before hold"],
  client_created: ({ detail }) => [
    detail.legacy ? "warn" : "",
    [`Registered the ${detail.legacy ? "legacy " : ""}client `, clientName(detail)],
  ],
  client_changed: ({ detail }) => ["", ["Changed the client ", clientName(detail), ":", clientChanges(detail)]],
  client_rotated: ({ detail }) => ["", ["Gave a new secret to the client ", clientName(detail), keptFor(detail)]],
  client_secret_ended: ({ detail }) => ["", ["Ended the former secret of the client ", clientName(detail)]],
  client_deleted: ({ detail }) => ["bad", ["Deleted the client ", clientName(detail)]],
  job_started: ({ detail }) => ["", jobStarted(detail)],
  job_ended: ({ detail }) => [detail.state === "stopped" ? "bad" : "", jobEnded(detail)],
  user_deleted: () => ["bad", "The user was deleted"],
  user_unlocked: () => ["good", "Unlocked"],
  phone_added: ({ which, detail: { override: why, enrolled, verified } }) => [
    why ? "warn" : "",
    [
      which,
      verified ? " was added and verified by the user" : " was added",
      enrolled ? ", which turned MFA on" : "",
      why ? [", a number that no numbering plan has: ", bdi(why)] : "",
    ],
  ],
  phone_tested: ({ which }) => ["good", [which, " was verified by a test of the settings"]],
  test_message_sent: ({ which }) => ["", ["A test message was sent to ", which]],
  enrolment_started: () => ["warn", "Logged in with the password alone, to set up a first second factor"],
  invited: ({ detail: { to } }) => [
    "",
    ["Invited to set up a second factor, ", ...(to ? ["by a mail to ", bdi(to)] : ["by a link that was handed out"])],
  ],
  invitation_withdrawn: () => ["", "The invitation was withdrawn"],
  phone_removed: ({ which }) => ["", [which, " was removed"]],
  totp_added: ({ detail: { enrolled } }) => [
    "",
    ["An authenticator app was added", enrolled ? ", which turned MFA on" : ""],
  ],
  totp_removed: () => ["", "The authenticator app was removed"],
  recovery_codes_made: () => ["", "New recovery codes were made"],
  device_ended: ({ detail: { device_name: name } }) => [
    "",
    ["A trusted device was removed", name ? [": ", bdi(name)] : ""],
  ],
  devices_ended: () => ["", "All trusted devices were removed"],
  recovery_codes_removed: () => ["warn", "The recovery codes were removed"],
  temporary_code_issued: ({ detail }) => ["bad", ["A temporary access code was issued", hoursOf(detail)]],
  temporary_code_withdrawn: () => ["", "The temporary access code was withdrawn"],
};

/**
 * The device that a login made a trusted one.
 * @param {EventDetail} detail
 */
function trustedDevice({ device_id, device_name }) {
  if (!device_id) return "";
  return device_name ? [", and trusted the device ", bdi(device_name)] : ", and trusted the device";
}

/**
 * The purpose of a passcode that was sent.
 * @param {EventDetail} detail
 */
function sentFor(detail) {
  if (detail.action_id) return "A passcode to confirm an action was sent ";
  return detail.enrolment ? "A passcode to add a phone was sent " : "A passcode was sent ";
}

/** @param {EventDetail} detail */
const hoursOf = ({ hours }) => (hours ? `, valid for ${plural(hours, "hour")}` : "");

/**
 * For how long a client's former secret works beside the new one.
 * @param {EventDetail} detail
 */
const keptFor = ({ keep_hours: hours }) => (hours ? `; the former one works for ${plural(hours, "hour")} more` : "");

/** @param {EventDetail} detail */
const isChange = ({ changed = [], values = {} }) => changed.length > 0 || Object.keys(values).length > 0;

/**
 * The deed in the words that its message had.
 * @param {EventDetail} detail
 */
const deed = ({ summary, type }) => el("strong", {}, bdi(summary ?? type ?? "(not known)"));

/**
 * The client whose action it is. One that a user's own token opened may have none.
 * @param {EventDetail} detail
 */
const forClient = ({ client }) => (client ? [" by the client ", named(client)] : "");

/** The names of clients by id. @type {Map<string, string>} */
let clientNames = new Map();

/**
 * Learn the names of the clients of these events. Without them, the page shows ids.
 * @param {UserEvent[]} events
 */
export async function learnClients(events) {
  const known = (/** @type {UserEvent} */ { detail }) => !detail?.client || clientNames.has(detail.client);
  if (events.every(known)) return;
  const clients = await allClients().catch(() => []);
  clientNames = new Map(clients.map(({ client_id: id, name }) => [id, name]));
}

/**
 * A client's name, or the id of one that is not known any more.
 * @param {string} id
 */
function named(id) {
  const name = clientNames.get(id);
  return name === undefined ? el("code", {}, id) : bdi(name);
}

/** @param {EventDetail} detail */
const clientName = ({ name, client_id: id }) => [bdi(name ?? ""), name && id ? ` (${id})` : (id ?? "")];

/**
 * One event in words. Unknown types show their own name, so that nothing is hidden.
 * @param {UserEvent} event
 * @param {Person} user
 * @returns {EventWords}
 */
function sentenceOf(event, { phones = [], kind }) {
  const detail = event.detail ?? {};
  const phone = phones.find(({ id }) => id === event.phone_id);
  const name = phone ? maskedPhone(phone) : goneName(detail);
  const target = name ?? detail.number;
  const words = SENTENCES[event.type];
  if (!words) return ["", bdi(String(event.type).replaceAll("_", " "))];
  return words({
    detail,
    where: target ? [" to ", bdi(target)] : "",
    which: name ? ["The phone ", bdi(name)] : "A phone",
    how: CHANNELS[detail.channel ?? ""] ?? "",
    admin: kind === "system",
  });
}

/**
 * A phone that the user has no more, as the event itself names it.
 * @param {EventDetail} detail
 */
const goneName = ({ calling_code: code, masked_number: number }) => (code ? `${code} - ${number}` : number);

/**
 * Wrong passcodes are one entry until the next message or login; it names all of their addresses.
 * @param {{ address?: string | null }[]} attempts
 */
function refusedWords(attempts) {
  const addresses = [...new Set(attempts.map(({ address }) => address).filter(Boolean))];
  const from = addresses.length > 1 ? `, from ${addresses.join(", ")}` : "";
  return attempts.length > 1
    ? `${attempts.length} wrong passcodes were entered${from}`
    : "A wrong passcode was entered";
}

/**
 * @param {UserEvent} event
 * @param {Person} user
 */
function who({ type, actor, detail }, user) {
  const isUser = actor === user.login_name;
  if (type === "wrong_password") return el("span", { class: "soft" }, "Not known");
  if (isUser && REPORTS.includes(type)) return ACTORS[detail?.channel === "email" ? "ses" : "twilio"];
  if (isUser) return "The user";
  if (ACTORS[actor]) return el("span", { class: "nowrap" }, ACTORS[actor]);
  if (actor && actor === detail?.client) return named(actor);
  return actor ? bdi(actor) : el("span", { class: "soft" }, "–");
}

/**
 * @param {UserEvent} event
 * @param {Person} user
 */
export function eventCell(event, user) {
  const [kind, words] = sentenceOf(event, user);
  const dot = el("span", { class: "dot", "aria-hidden": "true" });
  return el("div", { class: "event", dataset: { kind } }, dot, el("div", {}, words));
}

/**
 * @param {Person} user
 * @returns {Column<UserEvent>[]}
 */
function columns(user) {
  return [
    { label: "What", kind: "main", cell: (event) => eventCell(event, user) },
    { label: "When", cell: (event) => time(event.at, { precise: true }) },
    { label: "Who", cell: (event) => who(event, user) },
    { label: "From", cell: addressCell },
  ];
}

/** @param {UserEvent} event */
export const addressCell = ({ address }) =>
  address ? el("span", { class: "mono address" }, bdi(address)) : el("span", { class: "soft" }, "–");

/**
 * The ways into the log: what happened to the user, and what an administrator did.
 * @param {Person} user
 */
function logLinks({ login_name: name, kind }) {
  const done = kind === "system" && el("a", { href: `#/log${query({ actor: name })}` }, "What this user did");
  return el("div", { class: "tools" }, el("a", { href: `#/log${query({ user: name })}` }, "Filter in the log"), done);
}

/**
 * Of a user who was deleted there is only the name.
 * @param {HTMLElement} room
 * @param {{ user: Person, path: string }} context
 */
export async function draw(room, { user, path }) {
  const list = pagedList({
    label: t("pagesOfHistory"),
    fetch: async (cursor) => {
      /** @type {Answer<ListPage<UserEvent>>} */
      const { body } = await admin("GET", `${path}/events${query({ cursor, limit: 25 })}`);
      if (body.items.some(({ type }) => type === "settings_changed")) await learnSettings();
      await learnClients(body.items);
      return body;
    },
    draw: (/** @type {UserEvent[]} */ items) => {
      const count = plural(items.length, "entry", "entries");
      const caption = `History of ${user.login_name}, newest first: ${count}`;
      return table({ caption, items, columns: columns(user) });
    },
    none: () =>
      empty({ title: "Nothing has happened yet", text: "Messages, logins, refusals and changes are listed here." }),
  });
  room.replaceChildren(el("div", { class: "card flush" }, logLinks(user), list.element));
  await list.reload();
}

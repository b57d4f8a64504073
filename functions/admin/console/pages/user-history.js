// The history of a user in sentences: the event, the person, the time and the address.

/** @import { Answer, Child, EventDetail, ListPage, User, UserEvent } from "../shared/types" */
/** @import { Key } from "../language.js" */
/** @import { Column } from "../table.js" */
import { bdi } from "../dom.js";
import { known, t, tn, tp } from "../language.js";
import { empty } from "../page.js";
import { admin } from "../session.js";
import { learnSettings } from "../settings-schema.js";
import { query } from "../shared/api.js";
import { el } from "../shared/dom.js";
import { pagedList, table } from "../table.js";
import { list as enumerated, localTime, maskedPhone, number, PROVIDERS, regionName, time } from "../words.js";
import { jobEnded, jobStarted } from "./bulk-words.js";
import { allClients } from "./client-list.js";
import { clientChanges, profileChanges, settingsChanges } from "./event-values.js";

/** @type {Record<string, string>} */
const CHANNELS = {
  sms: t("by_sms"),
  call: t("by_voice"),
  voice: t("by_voice"),
  email: t("by_email"),
  whatsapp: t("by_whatsapp"),
};
/** @type {Record<string, string>} */
export const ACTORS = { iam: t("actorIam"), product: t("actorProduct"), ...PROVIDERS, ses: "Amazon SES" };
/** Factors that no message proves, by the `method` of an event. @type {Record<string, string>} */
const FACTORS = {
  totp: t("proofTotp"),
  recovery_code: t("proofRecoveryCode"),
  temporary_code: t("proofTemporaryCode"),
};
/** Vendors report these. Histories from before say that the user did it. */
const REPORTS = ["delivered", "send_refused"];

/**
 * The parts of an event's sentence: `phone` is its phone, `which` names it at a sentence's beginning ("The phone …"),
 * `how` is the channel. `admin` is whether the user is one.
 * @typedef {{ detail: EventDetail, phone: Child, which: Child, how: string, admin: boolean }} EventParts
 */

/** The user of a history. @typedef {Pick<User, "login_name"> & Partial<Pick<User, "phones" | "kind">>} Person */

/** A look, and a sentence. @typedef {[look: "" | "good" | "warn" | "bad", sentence: Child]} EventWords */

/**
 * A sentence without a phone, or the same with one.
 * @param {[without: Key, to: Key]} keys
 * @param {Child} phone
 * @param {Record<string, Child>} [values]
 */
const about = ([without, to], phone, values = {}) => (phone ? tp(to, { ...values, phone }) : tp(without, values));

/**
 * A sentence, with the reason in the server's words if there is one.
 * @param {Child} sentence
 * @param {string | undefined} reason
 */
const because = (sentence, reason) => (reason ? tp("evBecause", { sentence, reason }) : sentence);

/**
 * A message to a new phone beyond a fraud budget.
 * @param {EventDetail} detail
 * @param {Child} phone
 * @returns {EventWords}
 */
function fraudDecision({ rule, region = "", threshold = 0, count = 0, refused }, phone) {
  const values = { country: regionName(region) ?? region, count: number(count), threshold: number(threshold) };
  const key = rule === "regions_per_address" ? "whyRegions" : rule === "hourly" ? "whyHour" : "whyDay";
  const reason = t(key, values);
  return refused
    ? ["warn", about(["evFraudRefused", "evFraudRefusedTo"], phone, { reason })]
    : ["", about(["evFraudWould", "evFraudWouldTo"], phone, { reason })];
}

/** By type of event. @type {Record<string, (parts: EventParts) => EventWords>} */
const SENTENCES = {
  passcode_sent: ({ detail, how, phone }) =>
    detail.test_number
      ? ["warn", about(["evTestNumber", "evTestNumberTo"], phone)]
      : ["", about(sentFor(detail), phone, { how })],
  send_refused: ({ detail, how, phone }) => {
    const sentence = detail.test_message
      ? about(["evTestRefused", "evTestRefusedTo"], phone)
      : about(["evRefused", "evRefusedTo"], phone, { how });
    return ["warn", because(sentence, detail.meaning)];
  },
  fraud_decision: ({ detail, phone }) => fraudDecision(detail, phone),
  delivered: ({ detail, how, phone }) => [
    "",
    detail.test_message
      ? about(["evTestDelivered", "evTestDeliveredTo"], phone)
      : about(["evDelivered", "evDeliveredTo"], phone, { how }),
  ],
  passcode_refused: ({ detail }) => ["warn", refusedWords(detail.attempts ?? [])],
  locked: ({ detail: { until } }) => [
    "bad",
    until ? t("evLockedUntil", { time: localTime(Date.parse(until)) }) : t("lockedByCodes"),
  ],
  wrong_password: () => ["warn", t("evWrongPassword")],
  password_reset_asked: () => ["", t("evResetAsked")],
  password_reset: () => ["warn", t("evReset")],
  logged_in: () => ["good", t("evLoggedIn")],
  action_opened: ({ detail }) => ["", byClient(["evAsked", "evAskedBy"], detail)],
  action_approved: ({ detail, how }) => ["good", tp("evConfirmed", { how, deed: deed(detail) })],
  action_denied: ({ detail }) => ["bad", tp("evDenied", { deed: deed(detail) })],
  action_redeemed: ({ detail }) => ["good", byClient(["evRedeemed", "evRedeemedBy"], detail)],
  approved: ({ detail, how, admin: who }) => {
    const proof = FACTORS[detail.method ?? ""] ?? t("proofPasscode", { how });
    if (detail.for === "password_reset") return ["", t("evApprovedReset", { proof })];
    return ["good", trusting(t(who ? "evApprovedAdmin" : "evApproved", { proof }), detail)];
  },
  legacy_login: ({ detail: { client_version: version } }) => [
    "warn",
    version ? tp("evLegacyVersion", { version: bdi(version) }) : t("evLegacy"),
  ],
  user_created: ({ detail }) => ["", t(isImport(detail) ? "evCreatedImport" : "evCreated")],
  user_changed: ({ detail }) => {
    if (!isChange(detail)) return ["", t(isImport(detail) ? "evSavedImport" : "evSaved")];
    return ["", [t(isImport(detail) ? "evChangedImport" : "evChanged"), profileChanges(detail)]];
  },
  user_erased: () => ["bad", t("evErased")],
  settings_changed: ({ detail }) => [
    "",
    isChange(detail) ? [t("evSettings"), settingsChanges(detail)] : t("evSettingsSaved"),
  ],
  provider_paused: ({ detail: { provider = "", meaning } }) => [
    "bad",
    because(t("evPaused", { provider: ACTORS[provider] ?? provider }), meaning),
  ],
  provider_resumed: ({ detail: { provider = "" } }) => [
    "good",
    t("evResumed", { provider: ACTORS[provider] ?? provider }),
  ],
  prices_failed: () => ["warn", t("evPricesFailed")],
  client_created: ({ detail }) => [
    detail.legacy ? "warn" : "",
    tp(detail.legacy ? "evLegacyClient" : "evClient", { client: clientName(detail) }),
  ],
  client_changed: ({ detail }) => [
    "",
    [...tp("evClientChanged", { client: clientName(detail) }), clientChanges(detail)],
  ],
  client_rotated: ({ detail }) => ["", rotated(detail)],
  client_secret_ended: ({ detail }) => ["", tp("evSecretEnded", { client: clientName(detail) })],
  client_deleted: ({ detail }) => ["bad", tp("evClientDeleted", { client: clientName(detail) })],
  job_started: ({ detail }) => ["", jobStarted(detail)],
  job_ended: ({ detail }) => [detail.state === "stopped" ? "bad" : "", jobEnded(detail)],
  session_ended: ({ detail: { end_reason: reason = "ended" } }) => [
    "",
    known(`evSession_${reason}`) ?? t("evSession_ended"),
  ],
  sessions_ended: () => ["warn", t("evSessionsEnded")],
  user_deleted: () => ["bad", t("evDeleted")],
  user_unlocked: () => ["good", t("evUnlocked")],
  phone_added: ({ which, detail: { override: why, enrolled, verified } }) => {
    const added = turningOn(tp(verified ? "evPhoneEnrolled" : "evPhoneAdded", { phone: which }), enrolled);
    return [why ? "warn" : "", why ? tp("evOfNoPlan", { sentence: added, reason: bdi(why) }) : added];
  },
  phone_tested: ({ which }) => ["good", tp("evPhoneTested", { phone: which })],
  test_message_sent: ({ phone }) => ["", about(["evTestSent", "evTestSentTo"], phone)],
  enrolment_started: () => ["warn", t("evEnrolmentStarted")],
  invited: ({ detail: { to } }) => ["", to ? tp("evInvitedByMail", { mailbox: bdi(to) }) : t("evInvitedByLink")],
  invitation_withdrawn: () => ["", t("evInvitationWithdrawn")],
  phone_removed: ({ which }) => ["", tp("evPhoneRemoved", { phone: which })],
  totp_added: ({ detail: { enrolled } }) => ["", turningOn([t("evTotpAdded")], enrolled)],
  totp_removed: () => ["", t("evTotpRemoved")],
  recovery_codes_made: () => ["", t("evRecoveryCodesMade")],
  device_ended: ({ detail: { device_name: name } }) => [
    "",
    name ? tp("evDeviceEndedName", { device: bdi(name) }) : t("evDeviceEnded"),
  ],
  devices_ended: () => ["", t("evDevicesEnded")],
  recovery_codes_removed: () => ["warn", t("evRecoveryCodesRemoved")],
  temporary_code_issued: ({ detail: { hours } }) => [
    "bad",
    hours ? t("evTemporaryFor", { hours: tn("hours", hours) }) : t("evTemporary"),
  ],
  temporary_code_withdrawn: () => ["", t("evTemporaryWithdrawn")],
};

/**
 * The login, and the device that it made a trusted one.
 * @param {string} sentence
 * @param {EventDetail} detail
 */
function trusting(sentence, { device_id: id, device_name: name }) {
  if (!id) return sentence;
  return name ? tp("evTrusting", { sentence, device: bdi(name) }) : t("evTrustingOne", { sentence });
}

/**
 * @param {Child[]} sentence
 * @param {boolean | undefined} enrolled whether it was the first factor
 */
const turningOn = (sentence, enrolled) => (enrolled ? tp("evTurningOn", { sentence }) : sentence);

/**
 * The sentence of a passcode that was sent, by its purpose.
 * @param {EventDetail} detail
 * @returns {[without: Key, to: Key]}
 */
function sentFor(detail) {
  if (detail.action_id) return ["evSentAction", "evSentActionTo"];
  return detail.enrolment ? ["evSentEnrolment", "evSentEnrolmentTo"] : ["evSent", "evSentTo"];
}

/**
 * For how long the former secret works beside the new one.
 * @param {EventDetail} detail
 */
function rotated(detail) {
  const [client, hours] = [clientName(detail), detail.keep_hours];
  return hours ? tp("evRotatedKept", { client, hours: tn("hours", hours) }) : tp("evRotated", { client });
}

/** @param {EventDetail} detail */
const isImport = ({ by }) => by === "import";

/** @param {EventDetail} detail */
const isChange = ({ changed = [], values = {} }) => changed.length > 0 || Object.keys(values).length > 0;

/**
 * The deed in the words that its message had.
 * @param {EventDetail} detail
 */
const deed = ({ summary, type }) => el("strong", {}, bdi(summary ?? type ?? t("evUnknownDeed")));

/**
 * A sentence about a deed, with the client whose action it is. One that a user's own token opened may have none.
 * @param {[without: Key, by: Key]} keys
 * @param {EventDetail} detail
 */
const byClient = ([without, by], detail) =>
  detail.client ? tp(by, { client: named(detail.client), deed: deed(detail) }) : tp(without, { deed: deed(detail) });

const CLIENT_ID = /^[0-9a-f]{24}$/;
/** The names of clients by id. @type {Map<string, string>} */
let clientNames = new Map();

/** Whether a client caused the event. Lines of logins have its id as the actor only. @param {UserEvent} event */
export const isByClient = ({ actor, detail }) => CLIENT_ID.test(actor) || (!!actor && actor === detail?.client);

/**
 * Learn the names of the clients of these events. Without them, the page shows ids.
 * @param {UserEvent[]} events
 */
export async function learnClients(events) {
  const known = (/** @type {UserEvent} */ event) => {
    const id = isByClient(event) ? event.actor : event.detail?.client;
    return !id || clientNames.has(id);
  };
  if (events.every(known)) return;
  const clients = await allClients().catch(() => []);
  clientNames = new Map(clients.map(({ client_id: id, name }) => [id, name]));
}

/**
 * A client's name, or the id of one that is not known any more.
 * @param {string} id
 */
export function named(id) {
  const name = clientNames.get(id);
  return name === undefined ? el("code", {}, id) : bdi(name);
}

/** @param {EventDetail} detail */
const clientName = ({ name, client_id: id }) => el("span", {}, bdi(name ?? ""), name && id ? ` (${id})` : (id ?? ""));

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
    phone: target ? bdi(target) : null,
    which: name ? el("span", {}, tp("thePhone", { phone: bdi(name) })) : t("aPhone"),
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
  const addresses = [...new Set(attempts.flatMap(({ address }) => address ?? []))];
  if (addresses.length > 1) return tn("wrongPasscodesFrom", attempts.length, { addresses: enumerated(addresses) });
  return tn("wrongPasscodes", Math.max(attempts.length, 1));
}

/**
 * @param {UserEvent} event
 * @param {Person} user
 */
function who(event, user) {
  const { type, actor, detail } = event;
  const isUser = actor === user.login_name;
  if (type === "wrong_password") return el("span", { class: "soft" }, t("notKnown"));
  if (isUser && REPORTS.includes(type)) return ACTORS[detail?.channel === "email" ? "ses" : "twilio"];
  if (isUser) return t("theUser");
  if (ACTORS[actor]) return el("span", { class: "nowrap" }, ACTORS[actor]);
  if (isByClient(event)) return named(actor);
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
    { label: t("historyWhat"), kind: "main", cell: (event) => eventCell(event, user) },
    { label: t("historyWhen"), cell: (event) => time(event.at, { precise: true }) },
    { label: t("historyWho"), cell: (event) => who(event, user) },
    { label: t("historyFrom"), cell: addressCell },
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
  const done = kind === "system" && el("a", { href: `#/log${query({ actor: name })}` }, t("whatUserDid"));
  return el("div", { class: "tools" }, el("a", { href: `#/log${query({ user: name })}` }, t("filterInLog")), done);
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
      const caption = tn("historyOf", items.length, { name: user.login_name });
      return table({ caption, items, columns: columns(user) });
    },
    none: () => empty({ title: t("historyEmpty"), text: t("historyEmptyText") }),
  });
  room.replaceChildren(el("div", { class: "card flush" }, logLinks(user), list.element));
  await list.reload();
}

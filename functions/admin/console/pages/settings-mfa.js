// MFA settings: the Twilio account, the sender, and how passcodes behave; with the Test.

/** @import { Target } from "../fields.js" */
/** @import { SettingsDraft, SettingsPart } from "./settings-fields.js" */
import { notice } from "../dialogs.js";
import { button } from "../dom.js";
import { choiceField, secretField, textField } from "../fields.js";
import { t } from "../language.js";
import { section } from "../page.js";
import { phoneField } from "../phone-field.js";
import { labelOf } from "../settings-schema.js";
import { el, parts } from "../shared/dom.js";
import { limitField } from "./settings-fields.js";
import { testDialog } from "./settings-test.js";

/** @typedef {"phone_number" | "messaging_service_sid" | "alphanumeric"} SenderKind */

/** @type {[kind: SenderKind, label: string, hint: string][]} */
const SENDERS = [
  ["phone_number", t("sender_phone_number"), t("sender_phone_number_hint")],
  ["messaging_service_sid", t("sender_messaging_service_sid"), t("sender_messaging_service_sid_hint")],
  ["alphanumeric", t("sender_alphanumeric"), t("sender_alphanumeric_hint")],
];
const COOLDOWN_TOO_LONG = { title: t("cooldownTooLong"), text: t("cooldownTooLongText") };

/**
 * @param {SettingsDraft} draft
 * @returns {SettingsPart}
 */
export function draw(draft) {
  /** @type {Target[]} */
  const fields = [];
  const content = [
    accountSection(draft, fields),
    senderSection(draft, fields),
    passcodeSection(draft, fields),
    lockSection(draft, fields),
  ];
  return { element: el("div", { class: "stack" }, content), fields };
}

/**
 * @param {SettingsDraft} draft
 * @param {Target[]} fields
 */
function accountSection(draft, fields) {
  const last4 = draft.server["twilio.auth_token_last4"];
  const sid = textField({
    name: "twilio.account_sid",
    label: labelOf("twilio.account_sid"),
    mono: true,
    nullable: true,
    placeholder: "AC…",
    maxlength: 64,
    value: draft.get("twilio.account_sid"),
    onchange: (text) => draft.set("twilio.account_sid", text?.trim() ?? null),
  });
  const token = secretField({
    name: "twilio.auth_token",
    label: labelOf("twilio.auth_token"),
    mono: true,
    value: draft.get("twilio.auth_token") ?? "",
    placeholder: last4 ? `•••• •••• ${last4}` : "",
    hint: last4 ? t("tokenKept", { last4 }) : t("tokenEncrypted"),
    onchange: (text) => draft.set("twilio.auth_token", text?.trim() || null),
  });
  fields.push(sid, token);
  return section(
    { title: t("twilioAccount"), lead: t("twilioAccountLead") },
    el("div", { class: "fields" }, sid.element, token.element),
  );
}

/**
 * @param {SettingsDraft} draft
 * @param {Target[]} fields
 */
function senderSection(draft, fields) {
  const test = button(t("testButton"), { onclick: () => testDialog({ draft, fields }) });
  return section(
    { title: labelOf("twilio.sender"), lead: t("senderLead") },
    senderFields(draft, fields),
    el("div", { class: "test-row" }, test, el("p", { class: "soft" }, t("testHint"))),
  );
}

/**
 * @param {SettingsDraft} draft
 * @param {Target[]} fields
 */
function passcodeSection(draft, fields) {
  const room = el("div", { role: "status" });
  const warn = () => {
    const [cooldown, expiry] = [draft.get("resend_cooldown_seconds"), draft.get("expiry_seconds")];
    room.replaceChildren(...parts(cooldown > expiry && notice({ kind: "warning", ...COOLDOWN_TOO_LONG })));
  };
  const numbers = [
    limitField(draft, "resend_cooldown_seconds"),
    limitField(draft, "expiry_seconds"),
    limitField(draft, "passcode_length"),
  ];
  fields.push(...numbers);
  const elements = numbers.map((field) => field.element);
  for (const element of elements) element.addEventListener("input", warn);
  warn();
  return section({ title: t("passcodesTitle") }, el("div", { class: "fields three" }, elements), room);
}

/**
 * @param {SettingsDraft} draft
 * @param {Target[]} fields
 */
function lockSection(draft, fields) {
  const numbers = [
    limitField(draft, "max_invalid_attempts"),
    limitField(draft, "max_sends"),
    limitField(draft, "lock_seconds"),
  ];
  fields.push(...numbers);
  const elements = numbers.map((field) => field.element);
  return section({ title: t("lockTitle"), lead: t("lockLead") }, el("div", { class: "fields three" }, elements));
}

/**
 * The three kinds of sender, of which one is shown.
 * @param {SettingsDraft} draft
 * @param {Target[]} fields
 */
function senderFields(draft, fields) {
  const given = draft.get("twilio.sender");
  /** @type {Record<SenderKind, string>} */
  const typed = { phone_number: "", messaging_service_sid: "", alphanumeric: "" };
  let kind = SENDERS[0][0];
  for (const [name] of SENDERS) {
    const value = given?.[name];
    if (value) [kind, typed[name]] = [name, value];
  }
  const stage = () => draft.set("twilio.sender", typed[kind] ? { [kind]: typed[kind] } : null);
  const inputs = senderInputs(typed, stage);
  const show = () => {
    for (const [name] of SENDERS) inputs[name].element.hidden = name !== kind;
  };
  const choice = choiceField({
    label: t("sendFrom"),
    value: kind,
    options: SENDERS,
    onchange(next) {
      kind = SENDERS.find(([name]) => name === next)?.[0] ?? kind;
      show();
      stage();
    },
  });
  show();
  // An error about the sender is shown at the input that is on the screen.
  fields.push({
    name: "twilio.sender",
    label: labelOf("twilio.sender"),
    setError: (text) => inputs[kind].setError(text),
    settled: () => inputs.phone_number.settled(),
    focus: () => inputs[kind].focus(),
  });
  const elements = SENDERS.map(([name]) => inputs[name].element);
  return el("div", { class: "sender" }, choice.element, elements);
}

/**
 * @param {Record<SenderKind, string>} typed is filled by the inputs
 * @param {() => void} stage
 */
function senderInputs(typed, stage) {
  const type = (/** @type {SenderKind} */ name) => (/** @type {string | null} */ text) => {
    typed[name] = (text ?? "").trim();
    stage();
  };
  return {
    phone_number: phoneField({
      name: "twilio.sender.phone_number",
      label: labelOf("twilio.sender.phone_number"),
      value: typed.phone_number,
      settles: true,
      onchange: type("phone_number"),
    }),
    messaging_service_sid: textField({
      name: "twilio.sender.messaging_service_sid",
      label: labelOf("twilio.sender.messaging_service_sid"),
      mono: true,
      placeholder: "MG…",
      value: typed.messaging_service_sid,
      onchange: type("messaging_service_sid"),
    }),
    alphanumeric: textField({
      name: "twilio.sender.alphanumeric",
      label: labelOf("twilio.sender.alphanumeric"),
      maxlength: 11,
      value: typed.alphanumeric,
      onchange: type("alphanumeric"),
    }),
  };
}

// Messages: the words around the passcode, in every language; and the channels beside text messages.

/** @import { Frame, Target, TextOptions } from "../fields.js" */
/** @import { SettingsDraft, SettingsPart } from "./settings-fields.js" */
import { notice } from "../dialogs.js";
import { textField } from "../fields.js";
import { t } from "../language.js";
import { languageField } from "../languages.js";
import { section } from "../page.js";
import { labelOf, schemaOf } from "../settings-schema.js";
import { el, parts } from "../shared/dom.js";
import { switchField } from "../switches.js";
import { localesOf } from "./settings-fields.js";
import { templateEditor } from "./settings-templates.js";

/**
 * @param {SettingsDraft} draft
 * @returns {SettingsPart}
 */
export function draw(draft) {
  /** @type {Target[]} */
  const fields = [];
  const templates = templateEditor(draft, fields);
  const element = el(
    "div",
    { class: "stack" },
    section({ title: t("messageTitle"), lead: t("messageLead") }, templates.element),
    everyMessage(draft, fields, templates.judge),
    otherChannels(draft, fields),
    recovery(draft, fields),
  );
  return { element, fields, ready: templates.ready };
}

/**
 * The field of a setting that is a text.
 * @param {SettingsDraft} draft
 * @param {"signature" | "origin" | "email_sender" | "whatsapp.content_sid"} name
 * @param {TextOptions & Frame & { after?: () => void }} options `after` is called after every change
 */
function boundText(draft, name, { after, ...options }) {
  return textField({
    name,
    label: labelOf(name),
    value: draft.get(name),
    ...options,
    onchange(value) {
      draft.set(name, value === null ? null : value.trim());
      after?.();
    },
  });
}

/**
 * @param {SettingsDraft} draft
 * @param {Target[]} fields
 * @param {() => void} judge
 */
function everyMessage(draft, fields, judge) {
  const longest = schemaOf("signature").maxLength;
  const signature = boundText(draft, "signature", {
    maxlength: longest,
    after: judge,
    hint: t("signatureHint", { n: longest ?? "" }),
  });
  const language = languageField(
    {
      value: draft.get("default_locale"),
      own: localesOf(draft.server),
      none: t("languageOfCountry"),
      onchange: (tag) => draft.set("default_locale", tag),
    },
    { name: "default_locale", label: labelOf("default_locale"), hint: t("languageHint") },
  );
  const origin = boundText(draft, "origin", {
    nullable: true,
    placeholder: "login.example.com",
    after: judge,
    hint: t("originHint"),
  });
  const texts = [signature, language, origin];
  fields.push(...texts);
  const elements = texts.map((field) => field.element);
  return section({ title: t("messageEvery") }, el("div", { class: "fields" }, elements));
}

/**
 * @param {SettingsDraft} draft
 * @param {Target[]} fields
 */
function recovery(draft, fields) {
  const sender = boundText(draft, "email_sender", {
    nullable: true,
    type: "email",
    placeholder: "no-reply@example.com",
    hint: t("emailSenderHint"),
  });
  fields.push(sender);
  const heading = { title: t("recoveryTitle"), lead: t("recoveryLead") };
  return section(heading, el("div", { class: "fields" }, sender.element));
}

/**
 * The channels beside text messages.
 * @param {SettingsDraft} draft
 * @param {Target[]} fields
 */
function otherChannels(draft, fields) {
  const calls = callSwitch(draft);
  const whatsapp = boundText(draft, "whatsapp.content_sid", {
    mono: true,
    nullable: true,
    maxlength: 64,
    placeholder: "HX…",
    hint: t("whatsappHint"),
  });
  fields.push(calls.field, whatsapp);
  return section(
    { title: t("otherWays"), lead: t("otherWaysLead") },
    calls.field.element,
    calls.warning,
    el("div", { class: "fields" }, whatsapp.element),
  );
}

/**
 * The switch for calls, and a warning where the sender cannot call.
 * @param {SettingsDraft} draft
 */
function callSwitch(draft) {
  const sender = draft.get("twilio.sender");
  const cannotCall = sender !== null && !sender.phone_number;
  const warning = el("div", { role: "status" });
  const warn = () => warning.replaceChildren(...parts(cannotCall && noCallerNotice(draft.get("voice.enabled"))));
  const voice = switchField({
    name: "voice.enabled",
    label: labelOf("voice.enabled"),
    hint: t("voiceHint"),
    value: draft.get("voice.enabled"),
    onchange(on) {
      if (on && cannotCall) {
        voice.value = false;
        voice.setError(t("callNeedsNumber"));
        return;
      }
      draft.set("voice.enabled", on);
      warn();
    },
  });
  const problem = () => (cannotCall && draft.get("voice.enabled") ? t("callNotNumber") : "");
  warn();
  return { field: Object.assign(voice, { problem }), warning };
}

/** @param {boolean} calls whether calls are on */
function noCallerNotice(calls) {
  return notice({ kind: calls ? "warning" : "info", title: t("noCaller"), text: t("noCallerText") });
}

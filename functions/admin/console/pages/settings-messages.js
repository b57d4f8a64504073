// Messages: the words around the passcode, in every language; and the channels beside text messages.

/** @import { Frame, Target, TextOptions } from "../fields.js" */
/** @import { SettingsDraft, SettingsPart } from "./settings-fields.js" */
import { notice } from "../dialogs.js";
import { textField } from "../fields.js";
import { languageField } from "../languages.js";
import { section } from "../page.js";
import { labelOf, schemaOf } from "../settings-schema.js";
import { el, parts } from "../shared/dom.js";
import { switchField } from "../switches.js";
import { localesOf } from "./settings-fields.js";
import { templateEditor } from "./settings-templates.js";

const VOICE_HINT = [
  "A call speaks the passcode twice, in the message’s language, from the sender’s phone number.",
  "Landlines can be reached this way, too.",
].join(" ");
const NO_CALLER =
  "The sender is not one. Choose a phone number of your Twilio account that can make calls, under MFA settings.";
const LANGUAGE_HINT = "For users without a language of their own.";
const WHATSAPP_HINT = [
  "The content SID of a template of the category authentication that WhatsApp has approved.",
  "Its sender is the one under MFA settings. Empty: no WhatsApp.",
].join(" ");

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
    section(
      {
        title: "Text message",
        lead: "In the language of the page or app that asks, else of the profile, else the one below, else English.",
      },
      templates.element,
    ),
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
    hint: `The last words of the message, at most ${longest} characters, without a link.`,
  });
  const language = languageField(
    {
      value: draft.get("default_locale"),
      own: localesOf(draft.server),
      none: "The language of the phone’s country",
      onchange: (tag) => draft.set("default_locale", tag),
    },
    { name: "default_locale", label: labelOf("default_locale"), hint: LANGUAGE_HINT },
  );
  const origin = boundText(draft, "origin", {
    nullable: true,
    placeholder: "login.example.com",
    after: judge,
    hint: "Phones fill the passcode in on this host only.",
  });
  const texts = [signature, language, origin];
  fields.push(...texts);
  const elements = texts.map((field) => field.element);
  return section({ title: "In every message" }, el("div", { class: "fields" }, elements));
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
    hint: "An address that Amazon SES may send from. Empty: no recovery by email.",
  });
  fields.push(sender);
  const lead = "Users who have lost their phone can have a passcode mailed to the contact email.";
  return section({ title: "Recovery by email", lead }, el("div", { class: "fields" }, sender.element));
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
    hint: WHATSAPP_HINT,
  });
  fields.push(calls.field, whatsapp);
  const lead =
    "For users whom text messages do not reach. The login offers the ways that are set up, within the same limits.";
  return section(
    { title: "Other ways", lead },
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
    hint: VOICE_HINT,
    value: draft.get("voice.enabled"),
    onchange(on) {
      if (on && cannotCall) {
        voice.value = false;
        voice.setError("The sender must be a phone number first.");
        return;
      }
      draft.set("voice.enabled", on);
      warn();
    },
  });
  const problem = () =>
    cannotCall && draft.get("voice.enabled")
      ? "The sender is not a phone number: turn calls off, or choose another sender."
      : "";
  warn();
  return { field: Object.assign(voice, { problem }), warning };
}

/** @param {boolean} calls whether calls are on */
function noCallerNotice(calls) {
  return notice({
    kind: calls ? "warning" : "info",
    title: "A call needs a phone number to come from",
    text: NO_CALLER,
  });
}

// Messages: the words around the passcode, in every language; and the ways beside a text message.

import { el } from "../dom.js";
import { notice } from "../dialogs.js";
import { switchField, textField } from "../fields.js";
import { section } from "../page.js";
import { templateEditor } from "./settings-templates.js";

export function draw(draft) {
  const fields = [];
  const text = (name, { after, ...options }) => {
    const field = textField({
      name,
      value: draft.get(name),
      ...options,
      onchange: (value) => {
        draft.set(name, typeof value === "string" ? value.trim() : value);
        after?.();
      },
    });
    fields.push(field);
    return field.element;
  };
  const templates = templateEditor(draft, fields);
  const element = el(
    "div",
    { class: "stack" },
    section(
      {
        title: "Text message",
        lead: "Everyone gets it in the language of their profile, else of their phone’s country, else in English.",
      },
      templates.element,
    ),
    section(
      { title: "In every message" },
      el(
        "div",
        { class: "fields" },
        text("signature", {
          label: "Signature",
          maxlength: 40,
          after: templates.judge,
          hint: "The last words of the message, at most 40 characters, without a link.",
        }),
        text("default_locale", {
          label: "Default language",
          nullable: true,
          maxlength: 35,
          placeholder: "en",
          hint: "For users without a language of their own, in place of the language of the phone's country: en, pt-BR, zh-Hant.",
        }),
        text("origin", {
          label: "Host for autofill",
          nullable: true,
          placeholder: "login.example.com",
          after: templates.judge,
          hint: "Phones fill the passcode in on this host only.",
        }),
      ),
    ),
    otherChannels(draft, fields, text),
    section(
      { title: "Recovery by email", lead: "Who has lost the phone can have a passcode mailed to the contact email." },
      el(
        "div",
        { class: "fields" },
        text("email_sender", {
          label: "Email sender",
          nullable: true,
          type: "email",
          placeholder: "no-reply@example.com",
          hint: "An address that Amazon SES may send from. Empty: no recovery by email.",
        }),
      ),
    ),
  );
  return { element, fields, ready: templates.ready };
}

/** Where a text message cannot reach somebody. */
function otherChannels(draft, fields, text) {
  const sender = draft.get("twilio.sender");
  const cannotCall = Boolean(sender) && !sender.phone_number;
  const warning = el("div", { role: "status" });
  const warn = () =>
    warning.replaceChildren(
      ...(cannotCall
        ? [
            notice({
              kind: draft.get("voice.enabled") ? "warning" : "info",
              title: "A call needs a phone number to come from",
              text: "The sender is none. Choose a phone number of your Twilio account that can make calls, under MFA settings.",
            }),
          ]
        : []),
    );
  const voice = switchField({
    name: "voice.enabled",
    label: "Calls",
    hint: "A call speaks the passcode twice, in the message’s language, from the sender’s phone number. Landlines can be reached this way, too.",
    value: draft.get("voice.enabled"),
    onchange(on) {
      if (on && cannotCall) {
        voice.value = false;
        return voice.setError("The sender must be a phone number first.");
      }
      draft.set("voice.enabled", on);
      return warn();
    },
  });
  voice.problem = () =>
    cannotCall && draft.get("voice.enabled")
      ? "The sender is no phone number: turn calls off, or choose another sender."
      : "";
  fields.push(voice);
  warn();
  return section(
    {
      title: "Other ways",
      lead: "For whom a text message does not arrive. The login offers those that are set up; the limits are the same.",
    },
    voice.element,
    warning,
    el(
      "div",
      { class: "fields" },
      text("whatsapp.content_sid", {
        label: "WhatsApp template",
        mono: true,
        nullable: true,
        maxlength: 64,
        placeholder: "HX…",
        hint: "The content SID of a template of the category authentication that WhatsApp has approved. Its sender is the one under MFA settings. Empty: no WhatsApp.",
      }),
    ),
  );
}

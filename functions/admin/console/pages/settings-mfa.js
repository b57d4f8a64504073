// MFA settings: the Twilio account, who messages are from, and how passcodes behave; with the Test.

import { button, el } from "../dom.js";
import { choiceField, numberField, phoneField, secretField, textField } from "../fields.js";
import { section } from "../page.js";
import { testDialog } from "./settings-test.js";

const SENDERS = [
  ["phone_number", "Phone number", "A number of your Twilio account that can send text messages."],
  ["messaging_service_sid", "Messaging Service", "Twilio chooses the sender from a pool; its SID begins with MG."],
  ["alphanumeric", "Name", "Up to 11 characters, where a country allows it. Nobody can reply to it."],
];

export function draw(draft, { redraw }) {
  const fields = [];
  const add = (field) => {
    fields.push(field);
    return field.element;
  };
  const bound = (name, more) => ({
    name,
    value: draft.get(name),
    onchange: (value) => draft.set(name, value),
    ...more,
  });
  const last4 = draft.server["twilio.auth_token_last4"];

  const account = section(
    {
      title: "Twilio account",
      lead: "From the first page of the Twilio Console. Use the live credentials, not the test ones.",
    },
    el(
      "div",
      { class: "fields" },
      add(
        textField(
          bound("twilio.account_sid", {
            label: "Account SID",
            mono: true,
            nullable: true,
            placeholder: "AC…",
            maxlength: 64,
            onchange: (text) => draft.set("twilio.account_sid", text?.trim() ?? null),
          }),
        ),
      ),
      add(
        secretField({
          name: "twilio.auth_token",
          label: "Auth Token",
          mono: true,
          value: draft.get("twilio.auth_token") ?? "",
          placeholder: last4 ? `•••• •••• ${last4}` : "",
          hint: last4
            ? `A token that ends in ${last4} is kept. Leave this empty to keep it.`
            : "Kept encrypted and never shown again.",
          onchange: (text) => draft.set("twilio.auth_token", text.trim() || null),
        }),
      ),
    ),
  );

  const test = button("Test", { onclick: () => testDialog({ draft, fields }) });
  const sender = section(
    { title: "Sender", lead: "Who the message is from." },
    senderFields(draft, fields),
    el(
      "div",
      { class: "test-row" },
      test,
      el(
        "p",
        { class: "soft" },
        "Sends a passcode to a phone of yours with what is on the screen, saved or not. The number then belongs to your own profile.",
      ),
    ),
  );

  const passcode = section(
    { title: "Passcodes" },
    el(
      "div",
      { class: "fields three" },
      add(
        numberField(
          bound("resend_cooldown_seconds", {
            label: "Cooldown before a resend",
            suffix: "minutes",
            unit: 60,
            min: 30,
            max: 900,
          }),
        ),
      ),
      add(
        numberField(
          bound("expiry_seconds", { label: "Passcode expires after", suffix: "minutes", unit: 60, min: 60, max: 900 }),
        ),
      ),
      add(numberField(bound("passcode_length", { label: "Passcode length", suffix: "digits", min: 4, max: 10 }))),
    ),
  );

  const lock = section(
    {
      title: "Lock",
      lead: "Counts since a user’s last success. Resending, another phone or a new login start no new count.",
    },
    el(
      "div",
      { class: "fields three" },
      add(numberField(bound("max_invalid_attempts", { label: "Invalid attempts before a lock", min: 3, max: 10 }))),
      add(numberField(bound("max_sends", { label: "Messages without success", min: 1, max: 10 }))),
      add(
        numberField(
          bound("lock_seconds", {
            label: "Lock lasts",
            suffix: "minutes",
            unit: 60,
            min: 60,
            max: 86400,
            hint: "Doubles with every further lock, up to a day.",
          }),
        ),
      ),
    ),
  );
  return { element: el("div", { class: "stack" }, account, sender, passcode, lock), fields, redraw };
}

/** The three kinds of sender, of which one is shown. */
function senderFields(draft, fields) {
  const given = draft.get("twilio.sender");
  const typed = { phone_number: "", messaging_service_sid: "", alphanumeric: "", ...given };
  let kind = given ? Object.keys(given)[0] : "phone_number";
  const stage = () => draft.set("twilio.sender", typed[kind] ? { [kind]: typed[kind] } : null);
  const type = (name) => (text) => {
    typed[name] = text.trim();
    stage();
  };
  const inputs = {
    phone_number: phoneField({
      name: "twilio.sender.phone_number",
      label: "Sender number",
      value: typed.phone_number,
      onchange: type("phone_number"),
    }),
    messaging_service_sid: textField({
      name: "twilio.sender.messaging_service_sid",
      label: "Messaging Service SID",
      mono: true,
      placeholder: "MG…",
      value: typed.messaging_service_sid,
      onchange: type("messaging_service_sid"),
    }),
    alphanumeric: textField({
      name: "twilio.sender.alphanumeric",
      label: "Name",
      maxlength: 11,
      value: typed.alphanumeric,
      onchange: type("alphanumeric"),
    }),
  };
  const show = () => {
    for (const [name, field] of Object.entries(inputs)) field.element.hidden = name !== kind;
  };
  const choice = choiceField({
    label: "Send from",
    value: kind,
    options: SENDERS,
    onchange(next) {
      kind = next;
      show();
      stage();
    },
  });
  show();
  // Whatever is wrong with the sender is shown at the one that is on the screen.
  fields.push({
    name: "twilio.sender",
    label: "Sender",
    setError: (text) => inputs[kind].setError(text),
    focus: () => inputs[kind].focus(),
  });
  return el(
    "div",
    { class: "sender" },
    choice.element,
    Object.values(inputs).map((field) => field.element),
  );
}

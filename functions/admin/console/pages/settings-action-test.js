// Tries an action type: its message, with values of the administrator's, goes to a verified phone of their own.

/** @import { Target } from "../fields.js" */
/** @import { ActionType, Answer, Child, PasscodeState, TestApproved, TriedState, User } from "../shared/types" */
/** @import { SettingsDraft } from "./settings-fields.js" */
import { notice } from "../dialogs.js";
import { bdi, busyWhile, button, submitButton, uid } from "../dom.js";
import { selectField, textField } from "../fields.js";
import { languageLabel } from "../languages.js";
import { doneMark, load } from "../page.js";
import { readNumber, spaced } from "../regions.js";
import { admin, whoami } from "../session.js";
import { el } from "../shared/dom.js";
import { regionName } from "../shared/words.js";
import { actionName } from "./settings-fields.js";
import { SettingsTest } from "./settings-test.js";

const NO_PHONE = [
  "Verify a number of yours first: press Test under MFA settings.",
  "Then the message can name a deed to you, and to nobody else.",
].join(" ");
const PARAMETER = /(?<!\{)\{([a-z][a-z0-9_]{0,31})\}/g;
const VALUE_LENGTH = 60;
const VALUES = "action.params.";
const LEAD = "The message goes to a phone of yours, with the settings on the screen. No action is opened.";

/**
 * Open the trial of a type.
 * @param {{ draft: SettingsDraft, fields: Target[], type: string }} page
 */
export function tryDialog(page) {
  new ActionTrial(page).ask();
}

class ActionTrial extends SettingsTest {
  /** @override */
  another = "Other values";
  /** The values as they were typed, for the way back. @type {Record<string, string>} */
  #values = {};
  #phone = "";
  #locale = "";
  /** The deed as the message has it. */
  #summary = el("strong", {});
  #changed = el("span", { role: "status" });

  /** @param {{ draft: SettingsDraft, fields: Target[], type: string }} page */
  constructor(page) {
    super(page);
    this.type = page.type;
    this.title = `Try ${page.type}`;
  }

  /**
   * @override
   * @param {HTMLElement | null} [message]
   */
  ask(message = null) {
    const place = el("div", {});
    const cancel = button("Cancel", { onclick: () => this.dialog.close() });
    this.dialog.show({ title: this.title, body: place, actions: [cancel] });
    load(place, ownPhones, (phones) => {
      if (phones.length) this.#askValues(phones, message);
      else return notice({ kind: "info", title: "You have no verified phone", text: NO_PHONE });
    });
  }

  /** The type on the screen. */
  get #action() {
    return /** @type {ActionType} */ (this.draft.get(actionName(this.type)));
  }

  /**
   * @param {string[]} phones
   * @param {HTMLElement | null} message
   */
  #askValues(phones, message) {
    const { values, phone, language } = this.#fields(phones);
    const room = el("div", { role: "alert" }, message);
    const inputs = [...values, phone, language].map((field) => field.element);
    const form = el("form", { id: uid("trial"), novalidate: true }, el("p", { class: "lead" }, LEAD), inputs, room);
    const send = submitButton("Send passcode", { form: form.id });
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      room.replaceChildren();
      for (const field of [...this.fields, ...values, phone]) field.setError("");
      this.#values = Object.fromEntries(values.map((field) => [field.name.slice(VALUES.length), field.text]));
      [this.#phone, this.#locale] = [phone.value, language.value];
      const action = { type: this.type, params: this.#values, ...(this.#locale && { locale: this.#locale }) };
      try {
        await busyWhile(send, () => this.send({ phone: this.#phone, action }));
      } catch (error) {
        this.refused(error, [phone, ...values, language, ...together(room, send)], room);
      }
    });
    const actions = [button("Cancel", { onclick: () => this.dialog.close() }), send];
    this.dialog.show({ title: this.title, body: form, actions, focus: values[0]?.input ?? phone.input });
  }

  /** @param {string[]} phones */
  #fields(phones) {
    const { texts } = this.#action;
    const names = new Set([...(texts.en ?? "").matchAll(PARAMETER)].map(([, name]) => name));
    const languages = Object.keys(texts).map((tag) => /** @type {[string, string]} */ ([tag, languageLabel(tag)]));
    return {
      values: [...names].map((name) => this.#valueField(name)),
      phone: selectField({
        name: "phone",
        label: "Your phone",
        value: this.#phone || phones[0],
        options: phones.map((number) => [number, phoneWords(number)]),
      }),
      language: selectField({
        name: "action.locale",
        label: "Language",
        value: this.#locale,
        options: [["", "As your profile and phone have it"], ...languages],
      }),
    };
  }

  /** @param {string} name */
  #valueField(name) {
    const value = this.#values[name] ?? "";
    return textField({ name: `${VALUES}${name}`, label: `{${name}}`, value, maxlength: VALUE_LENGTH });
  }

  /**
   * @override
   * @param {PasscodeState} test
   * @returns {Child}
   */
  lead(test) {
    this.#summary.replaceChildren(bdi(summaryOf(test)));
    this.#changed.replaceChildren();
    const what = test.channel === "voice" ? "A call to " : "A text message to ";
    return [what, this.shownNumber, " asks to confirm: ", this.#summary, ". ", this.#changed];
  }

  /** @override */
  get verifying() {
    return this.unsaved;
  }

  /**
   * @override
   * @param {PasscodeState} test
   */
  resent(test) {
    if (this.#summary.textContent === summaryOf(test)) return;
    this.#summary.replaceChildren(bdi(summaryOf(test)));
    this.#changed.replaceChildren("The type was changed after the message before; this is what the newest one says.");
  }

  /**
   * @override
   * @param {TestApproved} answer
   */
  succeeded({ action_changed: changed }) {
    const title = el("p", { class: "success-title" }, "The code was right for this deed");
    const good = el("div", { class: "success", role: "status" }, doneMark(), title, el("p", {}, this.#summary));
    const warning = changed
      ? notice({
          kind: "warning",
          title: "The type was changed after this message was sent",
          text: "It would say something else now. Try it again to see that.",
        })
      : null;
    const save = this.draft.dirty
      ? el("p", { class: "soft" }, "The settings are not saved yet: press Save on the page.")
      : null;
    const again = button(this.another, { onclick: () => this.ask() });
    const done = button("Done", { kind: "primary", onclick: () => this.dialog.close() });
    this.dialog.show({ title: this.title, body: [good, warning, save], actions: [again, done], focus: done });
  }
}

/**
 * What the server may refuse beside the single values.
 * @param {HTMLElement} room
 * @param {HTMLElement} send
 */
function together(room, send) {
  const target = (/** @type {string} */ name, /** @type {string} */ label) => ({
    name,
    label,
    setError: (/** @type {string} */ text) =>
      room.replaceChildren(notice({ kind: "error", title: "That cannot be tried", text })),
    focus: () => send.focus(),
  });
  return [target("action.type", "This type"), target("action.params", "Together, the values")];
}

/** @param {PasscodeState} test */
const summaryOf = (test) => /** @type {TriedState} */ (test).action.summary;

/** The verified numbers of the administrator who is logged in. */
async function ownPhones() {
  /** @type {Answer<User>} */
  const { body } = await admin("GET", `/users/${encodeURIComponent(whoami().login_name)}`);
  return body.phones.filter(({ verified }) => verified).map(({ number }) => number);
}

/** @param {string} number */
function phoneWords(number) {
  const read = readNumber(number);
  return [regionName(read?.region), spaced(number, read?.calling_code)].filter(Boolean).join(", ");
}

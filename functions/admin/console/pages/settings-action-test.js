// Tries an action type: its message, with values of the administrator's, goes to a verified phone of their own.

/** @import { Target } from "../fields.js" */
/** @import { ActionType, Answer, Child, PasscodeState, TestApproved, TriedState, User } from "../shared/types" */
/** @import { SettingsDraft } from "./settings-fields.js" */
import { notice } from "../dialogs.js";
import { bdi, busyWhile, button, submitButton, uid } from "../dom.js";
import { selectField, textField } from "../fields.js";
import { t, tp } from "../language.js";
import { languageLabel } from "../languages.js";
import { doneMark, load } from "../page.js";
import { readNumber, spaced } from "../regions.js";
import { admin, whoami } from "../session.js";
import { el } from "../shared/dom.js";
import { regionName } from "../words.js";
import { actionName, COMMA } from "./settings-fields.js";
import { SettingsTest } from "./settings-test.js";

const PARAMETER = /(?<!\{)\{([a-z][a-z0-9_]{0,31})\}/g;
const VALUE_LENGTH = 60;
const VALUES = "action.params.";

/**
 * Open the trial of a type.
 * @param {{ draft: SettingsDraft, fields: Target[], type: string }} page
 */
export function tryDialog(page) {
  new ActionTrial(page).ask();
}

class ActionTrial extends SettingsTest {
  /** @override */
  another = t("trialAnother");
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
    this.title = t("trialTitle", { type: page.type });
  }

  /**
   * @override
   * @param {HTMLElement | null} [message]
   */
  ask(message = null) {
    const place = el("div", {});
    const cancel = button(t("cancel"), { onclick: () => this.dialog.close() });
    this.dialog.show({ title: this.title, body: place, actions: [cancel] });
    load(place, ownPhones, (phones) => {
      if (phones.length) this.#askValues(phones, message);
      else return notice({ kind: "info", title: t("trialNoPhone"), text: t("trialNoPhoneText") });
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
    const form = el(
      "form",
      { id: uid("trial"), novalidate: true },
      el("p", { class: "lead" }, t("trialLead")),
      inputs,
      room,
    );
    const send = submitButton(t("sendPasscode"), { form: form.id });
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
    const actions = [button(t("cancel"), { onclick: () => this.dialog.close() }), send];
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
        label: t("testPhone"),
        value: this.#phone || phones[0],
        options: phones.map((number) => [number, phoneWords(number)]),
      }),
      language: selectField({
        name: "action.locale",
        label: t("textLanguage"),
        value: this.#locale,
        options: [["", t("trialLanguage")], ...languages],
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
    const around = { number: this.shownNumber, summary: this.#summary, changed: this.#changed };
    return tp(test.channel === "voice" ? "trialAsks_voice" : "trialAsks_sms", around);
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
    this.#changed.replaceChildren(t("trialChanged"));
  }

  /**
   * @override
   * @param {TestApproved} answer
   */
  succeeded({ action_changed: changed }) {
    const title = el("p", { class: "success-title" }, t("trialDone"));
    const good = el("div", { class: "success", role: "status" }, doneMark(), title, el("p", {}, this.#summary));
    const warning = changed
      ? notice({
          kind: "warning",
          title: t("trialOutdated"),
          text: t("trialOutdatedText"),
        })
      : null;
    const save = this.draft.dirty ? el("p", { class: "soft" }, t("testNotSaved")) : null;
    const again = button(this.another, { onclick: () => this.ask() });
    const done = button(t("testFinish"), { kind: "primary", onclick: () => this.dialog.close() });
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
      room.replaceChildren(notice({ kind: "error", title: t("trialImpossible"), text })),
    focus: () => send.focus(),
  });
  return [target("action.type", t("trialThisType")), target("action.params", t("trialTogether"))];
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
  return [regionName(read?.region), spaced(number, read?.calling_code)].filter(Boolean).join(COMMA);
}

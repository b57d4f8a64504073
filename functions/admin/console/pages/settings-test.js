// The settings test: a passcode to a phone of the administrator, sent with the settings on the screen. The number then
// joins the administrator's own profile.

/** @import { Target } from "../fields.js" */
/** @import { Answer, Child, FieldError, PasscodeState, RequestOptions, TestApproved } from "../shared/types" */
/** @import { SettingsDraft } from "./settings-fields.js" */
import { notice, noticeOf, openDialog, toast } from "../dialogs.js";
import { bdi, busyWhile, button, submitButton, uid } from "../dom.js";
import { textField } from "../fields.js";
import { language, t, tp } from "../language.js";
import { doneMark } from "../page.js";
import { passcodeForm } from "../passcode.js";
import { phoneField } from "../phone-field.js";
import { explain, fieldSentence, sentence } from "../refusals.js";
import { readNumber, spaced } from "../regions.js";
import { may } from "../roles.js";
import { admin, whoami } from "../session.js";
import { Keys, Problem } from "../shared/api.js";
import { el } from "../shared/dom.js";
import { PROVIDERS } from "../words.js";
import { fieldOf, patchOf } from "./settings-fields.js";

// After these no passcode of the test is accepted.
const OVER = ["challenge_not_found", "challenge_used", "challenge_superseded", "too_many_attempts", "not_found"];
const NUMBER_REFUSALS = ["destination_blocked", "phone_unusable"];

/**
 * A field that a refusal before the send may name.
 * @typedef {Pick<Target, "name" | "label" | "setError" | "focus">} Asked
 */

/**
 * Tests the sender of the MFA settings, or one of the routes on the screen. The fields show what the vendor refuses.
 * @typedef {{ draft: SettingsDraft, fields: Target[], route?: number }} TestPage
 */

/**
 * Open the test.
 * @param {TestPage} page
 */
export function testDialog(page) {
  new SettingsTest(page).ask();
}

/** The test of the settings; and the base of the trial of an action type, which asks for more than a number. */
export class SettingsTest {
  title = t("testTitle");
  /** Words on the button that goes back to the first step. */
  another = t("testAnother");
  #number = "";
  #keys = new Keys();

  /** @param {TestPage} page */
  constructor({ draft, fields, route }) {
    this.draft = draft;
    this.fields = fields;
    this.route = route;
    if (route !== undefined) this.title = t("routeOf_test", { n: route + 1 });
    this.dialog = openDialog({ title: this.title, body: [] });
  }

  /** The settings that are not saved yet, for the body of a request. */
  get unsaved() {
    return this.draft.dirty ? { settings: patchOf(this.draft) } : {};
  }

  /** The vendor by which the message goes. */
  get #vendor() {
    const routes = this.draft.get("routes") ?? [];
    return PROVIDERS[this.route === undefined ? "twilio" : routes[this.route].provider];
  }

  get shownNumber() {
    return bdi(spaced(this.#number, readNumber(this.#number)?.calling_code));
  }

  /**
   * The first step.
   * @param {HTMLElement | null} [message]
   */
  ask(message = null) {
    const phone = phoneField({
      name: "phone",
      label: t("testPhone"),
      value: this.#number,
      autocomplete: "tel",
      hint: t("testPhoneHint"),
    });
    const room = el("div", { role: "alert" }, message);
    const lead = el("p", { class: "lead" }, t("testLead"));
    const form = el("form", { id: uid("test"), novalidate: true }, lead, phone.element, room);
    const send = submitButton(t("sendPasscode"), { form: form.id });
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      room.replaceChildren();
      for (const field of this.fields) field.setError("");
      try {
        await busyWhile(send, async () => {
          // Its country is judged with the settings on the screen, when the message is sent.
          this.#number = await phone.judged({ messages: false });
          if (this.#number) await this.send({ phone: this.#number });
        });
      } catch (error) {
        this.refused(error, [phone], room);
      }
    });
    const actions = [button(t("cancel"), { onclick: () => this.dialog.close() }), send];
    this.dialog.show({ title: this.title, body: form, actions, focus: phone.input });
  }

  /**
   * Sends the first passcode, and asks for it.
   * @param {{ phone: string, action?: object }} asked
   */
  async send(asked) {
    this.#number = asked.phone;
    this.#askPasscode(await this.#post("/settings/test", asked));
  }

  /**
   * A POST that sends a passcode, or asks for its delivery.
   * @param {string} path
   * @param {object} body
   * @param {RequestOptions} [options]
   */
  async #post(path, body, options = {}) {
    const whole = { ...body, ...this.unsaved, route: this.route };
    /** @type {Answer<PasscodeState>} */
    const answer = await admin("POST", path, { ...options, body: whole });
    return answer.body;
  }

  /**
   * Errors of what is asked here are shown here, errors of the settings here and at their fields.
   * @param {unknown} error
   * @param {Asked[]} asked the phone first
   * @param {HTMLElement} room
   */
  refused(error, asked, room) {
    const errors = error instanceof Problem ? error.errors : [];
    const fieldFor = (/** @type {string} */ name) => asked.find((field) => field.name === name);
    const ours = errors.flatMap(({ field, message }) => {
      const found = fieldFor(field);
      return found ? [{ field: found, message }] : [];
    });
    const theirs = errors.filter(({ field }) => !fieldFor(field)).map((one) => this.#settingError(one));
    if (error instanceof Problem && NUMBER_REFUSALS.includes(error.code)) {
      ours.push({ field: asked[0], message: sentence(error) });
    }
    for (const { field, message } of ours) {
      field.setError(fieldSentence(message, field === asked[0] ? t("thisNumber") : labelWords(field)));
    }
    ours[0]?.field.focus();
    for (const { target, message } of theirs) target?.setError(message);
    if (theirs.length) room.replaceChildren(this.#settingsNotice(theirs));
    else if (!ours.length) room.replaceChildren(noticeOf(error));
  }

  /** @param {FieldError} error */
  #settingError({ field, message }) {
    const target = this.fields.find((one) => field === one.name || field.startsWith(`${one.name}.`));
    return {
      message: fieldSentence(message, target && typeof target.label === "string" ? target.label : ""),
      label: fieldOf(field)?.label ?? field,
      target,
    };
  }

  /** @param {{ message: string, label: string, target?: Target }[]} errors */
  #settingsNotice(errors) {
    const { target } = errors[0];
    const lines = errors.map(({ label, message }) =>
      el("li", {}, tp("testErrorOf", { label: el("strong", {}, label), message })),
    );
    const correct = () => {
      this.dialog.close();
      target?.focus();
    };
    return notice({
      kind: "error",
      title: t("testNotSent", { vendor: this.#vendor }),
      text: el("ul", { class: "plain" }, lines),
      actions: target ? [button(t("testCorrect"), { kind: "small", onclick: correct })] : [],
    });
  }

  /**
   * The second step.
   * @param {PasscodeState} test
   */
  #askPasscode(test) {
    const path = `/settings/test/${encodeURIComponent(test.id)}`;
    const form = passcodeForm({
      challenge: test,
      lead: this.lead(test),
      verify: async (code) => {
        /** @type {Answer<TestApproved>} */
        const { body } = await this.#keys.around(`${path} ${code}`, (key) =>
          admin("POST", `${path}/verify`, { body: { code, ...this.verifying }, key }),
        );
        return body;
      },
      resend: async () => {
        const again = await this.#post(`${path}/resend`, {});
        this.resent(again);
        return again;
      },
      poll: () => this.#post(`${path}/delivery`, {}, { unattended: true }),
      approved: (answer) => this.succeeded(answer),
      lost: (error) => this.#lost(error),
      extra: [button(this.another, { onclick: () => this.ask() })],
    });
    this.dialog.show({ title: t("testEnter"), body: form.element });
    form.focus();
  }

  /**
   * Says where the message went.
   * @param {PasscodeState} _test
   * @returns {Child}
   */
  lead(_test) {
    return tp("testSent", { number: el("strong", {}, this.shownNumber) });
  }

  /** More for the body of a verify. */
  get verifying() {
    return {};
  }

  /**
   * After a message was sent again.
   * @param {PasscodeState} _test
   */
  resent(_test) {}

  /**
   * True where the test cannot go on; then a number is asked for again.
   * @param {unknown} error
   */
  #lost(error) {
    if (!(error instanceof Problem)) return false;
    if (error.errors.length && error.code === "invalid_request") {
      const lines = error.errors.map(({ field, message }) => fieldSentence(message, fieldOf(field)?.label ?? field));
      this.ask(notice({ kind: "error", title: t("testFailed"), text: language.sentences(...lines) }));
      return true;
    }
    const over = OVER.includes(error.code) || error.body.attempts_remaining === 0;
    if (over) {
      const text = t("testOverText", { reason: explain(error).text });
      this.ask(notice({ kind: "warning", title: t("testOver"), text }));
    }
    return over;
  }

  /** @param {TestApproved} answer */
  succeeded({ contact_email_missing: missing }) {
    const words = tp("testDoneText", { number: this.shownNumber });
    const title = el("p", { class: "success-title" }, t("testDone"));
    const good = el("div", { class: "success", role: "status" }, doneMark(), title, el("p", {}, words));
    const save = this.draft.dirty ? el("p", { class: "soft" }, t("testNotSaved")) : null;
    if (missing && may("manage_administrators")) return this.#askEmail(good, save);
    const done = button(t("testFinish"), { kind: "primary", onclick: () => this.dialog.close() });
    this.dialog.show({ title: t("testShortTitle"), body: [good, save], actions: [done], focus: done });
  }

  /**
   * The last step, where an owner has no contact email. Others may not change their own profile here.
   * @param {Child} good
   * @param {Child} save
   */
  #askEmail(good, save) {
    const email = textField({
      name: "contact_email",
      label: t("testEmail"),
      type: "email",
      autocomplete: "email",
      hint: t("testEmailHint"),
    });
    const room = el("div", { role: "alert" });
    const lead = el("p", {}, t("testEmailLead"));
    const form = el("form", { id: uid("email"), novalidate: true }, lead, email.element, room);
    const keep = submitButton(t("testEmailSave"), { form: form.id });
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const address = email.text.trim();
      if (!address) {
        email.setError(t("testEmailEmpty"));
        return email.focus();
      }
      try {
        await busyWhile(keep, () => saveEmail(address));
        toast(t("testEmailSaved"));
        this.dialog.close();
      } catch (error) {
        const errors = error instanceof Problem ? error.errors : [];
        const wrong = errors.find(({ field }) => field === "contact_email");
        if (!wrong) return room.replaceChildren(noticeOf(error));
        email.setError(fieldSentence(wrong.message, t("testEmailLabel")));
        email.focus();
      }
    });
    const actions = [button(t("testEmailLater"), { onclick: () => this.dialog.close() }), keep];
    this.dialog.show({ title: t("testShortTitle"), body: [good, form, save], actions, focus: email.input });
  }
}

/** @param {Asked} field */
const labelWords = ({ label }) => (typeof label === "string" ? label : "");

/**
 * Save the contact email of the administrator who is logged in.
 * @param {string} address
 */
async function saveEmail(address) {
  const me = whoami();
  await admin("PATCH", `/users/${encodeURIComponent(me.login_name)}`, { body: { contact_email: address } });
  me.contact_email = address;
}

// The console's own login, by the public API: name and password, a phone, the passcode. Only system users get in.

import { notice, noticeOf } from "./dialogs.js";
import { busyWhile, button, isInert, submitButton } from "./dom.js";
import { secretField, textField } from "./fields.js";
/** @import { Answer, Approved, Authenticated, Challenge, Channel, Child } from "./shared/types" */
/** @import { MfaRequired, PhoneChoice } from "./shared/types" */
/** @import { Step } from "./login-trail.js" */
import { language, t } from "./language.js";
import {
  CHOOSE_AGAIN,
  helpBox,
  kept,
  lockedParts,
  noPhoneParts,
  payload,
  phoneChoices,
  rememberBox,
  rememberedName,
  sentLead,
} from "./login-parts.js";
import { Trail } from "./login-trail.js";
import { passcodeForm } from "./passcode.js";
import { explain, sentence, waiting } from "./refusals.js";
import { clock, Keys, Problem, request } from "./shared/api.js";
import { el, parts } from "./shared/dom.js";
import { isLocked, lockEnd } from "./words.js";

/**
 * @typedef {object} LoginOptions
 * @property {string} title
 * @property {string} lead the first sentence
 * @property {string} [name] fills the login name
 * @property {(token: string) => Promise<void>} admit is given the access token; may throw the admin API's refusal
 * @property {Child[]} [extra] more buttons
 */

/**
 * Draw the login into a place; one that a reload has interrupted goes on. `stop` ends one that is not needed any more.
 * @param {HTMLElement} place
 * @param {LoginOptions} options
 */
export function drawLogin(place, options) {
  const login = new Login(place, options);
  login.begin();
  return { stop: () => login.stop() };
}

class Login {
  #keys = new Keys();
  /** The answer of `POST /v1/login`. @type {MfaRequired | null} */
  #login = null;
  /** The challenge whose passcode is asked for. @type {Challenge | null} */
  #challenge = null;
  #phoneId = "";
  #trail = new Trail((step) => this.#revisit(step));

  /**
   * @param {HTMLElement} place
   * @param {LoginOptions} options
   */
  constructor(place, options) {
    this.place = place;
    this.options = options;
    this.name = options.name ?? rememberedName.recall();
  }

  /** Show the first step, or the one that was interrupted. */
  begin() {
    const before = kept.read();
    if (before) clock.offset = before.offset;
    if (!before || Date.parse(before.login.expires_at) <= clock.now()) return this.start();
    this.name = before.name;
    this.#checked(before.login);
    this.#keys.turn = before.turn;
    [this.#challenge, this.#phoneId] = [before.challenge, before.phoneId];
    return before.step === "code" && this.#challenge ? this.#resume(this.#challenge) : this.#choosePhone();
  }

  /** The login is over: nothing of it stays. */
  async stop() {
    this.#forget();
    await this.#trail.end();
  }

  #forget() {
    kept.forget();
    this.#keys.forget();
    this.#login = null;
    this.#challenge = null;
  }

  /** @param {MfaRequired} login */
  #checked(login) {
    this.#forget();
    this.#login = login;
    this.#keys.secret = login.mfa_token;
  }

  /**
   * Keep the login for a reload, and the step for Back.
   * @param {Step} step
   */
  #mark(step) {
    this.#keep(step);
    this.#trail.mark(step);
  }

  /** @param {Step} step */
  #keep(step) {
    if (!this.#login) return;
    const { turn } = this.#keys;
    const [login, challenge, phoneId] = [this.#login, this.#challenge, this.#phoneId];
    kept.keep({ login, name: this.name, challenge, phoneId, step, turn, offset: clock.offset });
  }

  /**
   * The browser went back or forward to a step. Nothing is sent, and the login goes on.
   * @param {Step} step
   */
  #revisit(step) {
    if (!this.#login) this.start();
    else if (step === "password") this.#askPassword(this.#underWay());
    else if (step === "code" && this.#challenge) this.#askPasscode(this.#challenge);
    else this.#choosePhone();
  }

  #underWay() {
    const goOn = () => (this.#challenge ? this.#askPasscode(this.#challenge) : this.#choosePhone());
    const actions = [button(t("continue"), { kind: "small", onclick: goOn })];
    return notice({ kind: "info", title: "", text: t("passwordEntered"), actions });
  }

  /**
   * The passcode's step after a reload: how things stand, without another message.
   * @param {Challenge} before
   */
  async #resume(before) {
    const path = `/v1/challenges/${encodeURIComponent(before.id)}`;
    /** @type {Challenge} */
    let now = before;
    try {
      now = (await request("GET", path, { token: this.#state.mfa_token })).body;
    } catch (error) {
      if (this.#lost(error)) return;
    }
    if (now.status === "locked") return this.#locked(now.locked_until);
    const again = { title: t("sameAgain"), text: t("sameAgainText") };
    this.#askPasscode(now, now.status === "approved" ? notice({ kind: "info", ...again }) : null);
  }

  get #state() {
    if (this.#login === null) throw new TypeError("the password was not checked yet");
    return this.#login;
  }

  /**
   * Show a step.
   * @param {string} heading
   * @param {...Child} children
   */
  #show(heading, ...children) {
    const h1 = el("h1", { tabindex: "-1" }, heading);
    this.place.replaceChildren(h1, ...parts(children));
    return h1;
  }

  /**
   * Begin with the first step. Nothing but the name is known.
   * @param {HTMLElement | null} [message]
   */
  start(message = null) {
    this.#forget();
    this.#askPassword(message);
  }

  /**
   * The first step: name and password.
   * @param {HTMLElement | null} message
   */
  #askPassword(message) {
    const { title, lead, extra } = this.options;
    const user = textField({ name: "login_name", label: t("loginName"), value: this.name, autocomplete: "username" });
    const password = secretField({ name: "password", label: t("password"), autocomplete: "current-password" });
    const submit = submitButton(t("logIn"));
    const room = el("div", { role: "alert" }, message);
    const actions = el("div", { class: "actions" }, submit, extra);
    const box = this.options.name === undefined ? rememberBox() : null; // over a page, it is the one who was there
    const form = el("form", { novalidate: true }, user.element, password.element, box?.element, actions);
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (isInert(submit)) return;
      room.replaceChildren();
      password.setError(password.text ? "" : t("enterPassword"));
      user.setError(user.text.trim() ? "" : t("enterName"));
      if (!user.text.trim()) return user.focus();
      if (!password.text) return password.focus();
      this.name = user.text.trim();
      try {
        await busyWhile(submit, () => this.#checkPassword(password, box?.input.checked));
      } catch (error) {
        if (error instanceof Problem && ["invalid_credentials", "invalid_request"].includes(error.code)) {
          password.value = "";
          password.setError(t("wrongCredentials"));
          return password.focus();
        }
        room.replaceChildren(noticeOf(error));
      }
    });
    this.#show(title, lead && el("p", { class: "lead" }, lead), room, form, helpBox("password"));
    this.#mark("password");
    (this.name ? password : user).focus();
  }

  /**
   * @param {ReturnType<typeof secretField>} password
   * @param {boolean} [remembers] whether the name is remembered
   */
  async #checkPassword(password, remembers) {
    /** @type {Answer<MfaRequired | Authenticated>} */
    const { body } = await request("POST", "/v1/login", { body: { login_name: this.name, password: password.text } });
    password.value = "";
    if (remembers !== undefined) rememberedName.remember(remembers ? this.name : null);
    if (body.status === "authenticated") return this.#enter(body.token);
    this.#checked(body);
    return isLocked(body.locked_until) ? this.#locked(body.locked_until) : this.#choosePhone();
  }

  /**
   * The login is complete. Whether the user may use the console is for the admin API to say.
   * @param {string} token
   */
  async #enter(token) {
    const claims = payload(token);
    if (claims && claims.kind !== "system") return this.#notForYou();
    try {
      await this.options.admit(token);
    } catch (error) {
      if (error instanceof Problem && ["forbidden", "invalid_token"].includes(error.code))
        return this.#notForYou(error.body.detail);
      throw error;
    }
  }

  /** @param {string} [detail] */
  #notForYou(detail) {
    this.start(notice({ kind: "error", title: t("notForYou"), text: detail ?? t("notForYouText") }));
  }

  /**
   * The second step: which phone.
   * @param {HTMLElement | null} [message]
   */
  #choosePhone(message = null) {
    const { phones, channels } = this.#state;
    const back = button(t("cancel"), { onclick: () => this.start() });
    if (!phones.length) return this.#noPhone(back);
    const submit = submitButton(t("sendPasscode"), { "data-first": true });
    const call = button(t("callMe"), { onclick: () => ask(call, "voice") });
    const room = el("div", { role: "alert" }, message);
    const form = el(
      "form",
      { novalidate: true },
      phoneChoices(phones),
      room,
      el("div", { class: "actions" }, submit, channels.includes("voice") && call, back),
      this.#pending(),
    );
    const ask = async (/** @type {HTMLElement} */ control, /** @type {Channel} */ channel) => {
      const chosen = /** @type {HTMLInputElement | null} */ (form.querySelector(":checked"))?.value;
      const phone = phones.find(({ id }) => id === chosen) ?? phones[0];
      try {
        const asked = { phone_id: phone.id, channel, locale: language.tag };
        const body = await busyWhile(control, () => this.#send("/v1/challenges", asked));
        this.#phoneId = phone.id;
        if (body) this.#askPasscode(body);
      } catch (error) {
        if (!this.#lost(error)) room.replaceChildren(noticeOf(error));
      }
    };
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (!isInert(submit)) ask(submit, "sms");
    });
    this.#show(t("chooseTitle"), form, helpBox("phones"));
    this.#mark("phones");
    form.querySelector("input")?.focus();
  }

  /** The way back to a passcode that was sent already. */
  #pending() {
    const sent = this.#challenge;
    if (!sent || Date.parse(sent.expires_at) <= clock.now()) return null;
    const enter = button(t("codeTitle"), { kind: "link", onclick: () => this.#askPasscode(sent) });
    return el("p", { class: "aside" }, el("span", {}, t("onItsWay")), enter);
  }

  /** @param {HTMLElement} back */
  #noPhone(back) {
    this.#show(t("noPhoneTitle"), noPhoneParts(back)).focus();
  }

  /** The phone that was chosen. @returns {PhoneChoice} */
  get #phone() {
    const { phones } = this.#state;
    return phones.find(({ id }) => id === this.#phoneId) ?? phones[0];
  }

  /**
   * A POST that sends a passcode.
   * @param {string} path
   * @param {object} body
   */
  async #send(path, body) {
    /** @type {Answer<Challenge>} */
    const answer = await this.#keys.around(`${path} ${JSON.stringify(body)}`, (key) =>
      request("POST", path, { body, key, token: this.#state.mfa_token }),
    );
    return answer.body;
  }

  /**
   * The third step: the passcode.
   * @param {Challenge} challenge
   * @param {HTMLElement | null} [message]
   */
  #askPasscode(challenge, message = null) {
    this.#challenge = challenge;
    const phone = this.#phone;
    const path = `/v1/challenges/${encodeURIComponent(challenge.id)}`;
    const token = this.#state.mfa_token;
    const form = passcodeForm({
      challenge,
      lead: sentLead(challenge.channel, phone),
      verify: async (code) => {
        /** @type {Answer<Approved>} */
        const { body } = await this.#keys
          .around(`${path} ${code}`, (key) => request("POST", `${path}/verify`, { body: { code }, key, token }))
          .finally(() => this.#keep("code"));
        await this.#enter(body.token);
      },
      resend: async () => {
        this.#challenge = await this.#send(`${path}/resend`, {});
        this.#keep("code");
        return this.#challenge;
      },
      poll: async () => {
        /** @type {Answer<Challenge>} */
        const { body } = await request("GET", path, { token });
        return body;
      },
      approved() {},
      lost: (error) => this.#lost(error),
      extra: [
        button(t("anotherPhone"), { onclick: () => this.#choosePhone() }),
        button(t("cancel"), { onclick: () => this.start() }),
      ],
    });
    this.#show(t("codeTitle"), message, form.element, helpBox("code"));
    this.#mark("code");
    form.focus();
  }

  /**
   * Shows another step if the error ends the present one. Returns true if it did.
   * @param {unknown} error
   */
  #lost(error) {
    if (!(error instanceof Problem)) return false;
    const { code, body } = error;
    if (code === "invalid_token") {
      this.start(notice({ kind: "warning", title: t("tookTooLong"), text: t("tookTooLongText") }));
    } else if (code === "too_many_attempts" || (code === "invalid_code" && body.attempts_remaining === 0)) {
      this.#locked(body.locked_until, error);
    } else if (code === "no_phone") {
      this.#state.phones = [];
      this.#choosePhone();
    } else if (CHOOSE_AGAIN.includes(code)) {
      this.#challenge = null;
      const { title, text } = explain(error);
      this.#choosePhone(notice({ kind: "warning", title, text: text || sentence(error) }));
    } else return false;
    return true;
  }

  /**
   * @param {string | null | undefined} until
   * @param {Problem} [refusal]
   */
  #locked(until, refusal) {
    const problem = refusal ?? new Problem(429, { code: "too_many_attempts", locked_until: until });
    const back = button(t("backToLogin"), { kind: "primary", onclick: () => this.start() });
    this.#show(t("lockedTitle"), lockedParts(lockEnd(until) ? waiting(problem) : "", back)).focus();
  }
}

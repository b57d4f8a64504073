// The console's own login, by the public API: name and password, a phone, the passcode. Only system users get in.

/** @import { Answer, Approved, Authenticated, Challenge, Channel, Child } from "./shared/types" */
/** @import { MfaRequired, PhoneChoice } from "./shared/types" */
import { notice, noticeOf } from "./dialogs.js";
import { bdi, busyWhile, button, isInert, submitButton, uid } from "./dom.js";
import { choice, secretField, textField } from "./fields.js";
import { passcodeForm } from "./passcode.js";
import { explain, sentence, waiting } from "./refusals.js";
import { Keys, Problem, request } from "./shared/api.js";
import { el, parts } from "./shared/dom.js";
import { maskedPhone } from "./shared/words.js";
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
 * Draw the login into a place.
 * @param {HTMLElement} place
 * @param {LoginOptions} options
 */
export function drawLogin(place, options) {
  new Login(place, options).start();
}

// These end the passcode's step: another phone may do.
const CHOOSE_AGAIN = [
  "challenge_superseded",
  "challenge_used",
  "challenge_not_found",
  "phone_unusable",
  "destination_blocked",
];

class Login {
  #keys = new Keys();
  /** The answer of `POST /v1/login`. @type {MfaRequired | null} */
  #login = null;

  /**
   * @param {HTMLElement} place
   * @param {LoginOptions} options
   */
  constructor(place, options) {
    this.place = place;
    this.options = options;
    this.name = options.name ?? "";
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
   * The first step: name and password.
   * @param {HTMLElement | null} [message]
   */
  start(message = null) {
    const { title, lead, extra } = this.options;
    const user = textField({ name: "login_name", label: "Login name", value: this.name, autocomplete: "username" });
    const password = secretField({ name: "password", label: "Password", autocomplete: "current-password" });
    const submit = submitButton("Log in");
    const room = el("div", { role: "alert" }, message);
    const actions = el("div", { class: "actions" }, submit, extra);
    const form = el("form", { novalidate: true }, user.element, password.element, actions);
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (isInert(submit)) return;
      room.replaceChildren();
      password.setError(password.text ? "" : "Enter your password.");
      user.setError(user.text.trim() ? "" : "Enter your login name.");
      if (!user.text.trim()) return user.focus();
      if (!password.text) return password.focus();
      this.name = user.text.trim();
      try {
        await busyWhile(submit, () => this.#checkPassword(password));
      } catch (error) {
        if (error instanceof Problem && ["invalid_credentials", "invalid_request"].includes(error.code)) {
          password.value = "";
          password.setError("The login name or the password is not right.");
          return password.focus();
        }
        room.replaceChildren(noticeOf(error));
      }
    });
    this.#show(title, lead && el("p", { class: "lead" }, lead), room, form);
    (this.name ? password : user).focus();
  }

  /** @param {ReturnType<typeof secretField>} password */
  async #checkPassword(password) {
    /** @type {Answer<MfaRequired | Authenticated>} */
    const { body } = await request("POST", "/v1/login", { body: { login_name: this.name, password: password.text } });
    password.value = "";
    if (body.status === "authenticated") return this.#enter(body.token);
    this.#login = body;
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
    const text =
      detail ??
      "Your password is right, but your account is not a system user. Ask an administrator if it should be one.";
    this.start(notice({ kind: "error", title: "This console is for administrators", text }));
  }

  /**
   * The second step: which phone.
   * @param {HTMLElement | null} [message]
   */
  #choosePhone(message = null) {
    const { phones, channels } = this.#state;
    const back = button("Cancel", { onclick: () => this.start() });
    if (!phones.length) return this.#noPhone(back);
    const submit = submitButton("Send passcode", { "data-first": true });
    const call = button("Call me instead", { onclick: () => ask(call, "voice") });
    const room = el("div", { role: "alert" }, message);
    const form = el(
      "form",
      { novalidate: true },
      phoneChoices(phones),
      room,
      el("div", { class: "actions" }, submit, channels.includes("voice") && call, back),
    );
    const ask = async (/** @type {HTMLElement} */ control, /** @type {Channel} */ channel) => {
      const chosen = /** @type {HTMLInputElement | null} */ (form.querySelector(":checked"))?.value;
      const phone = phones.find(({ id }) => id === chosen) ?? phones[0];
      try {
        const asked = { phone_id: phone.id, channel, locale: navigator.language || undefined };
        const body = await busyWhile(control, () => this.#send("/v1/challenges", asked));
        if (body) this.#askPasscode(body, phone);
      } catch (error) {
        if (!this.#lost(error)) room.replaceChildren(noticeOf(error));
      }
    };
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (!isInert(submit)) ask(submit, "sms");
    });
    this.#show("Choose a phone", form);
    form.querySelector("input")?.focus();
  }

  /** @param {HTMLElement} back */
  #noPhone(back) {
    const lead = [
      "Your password is right, but there is no phone that a passcode can be sent to. ",
      "Ask another administrator to add your number, then log in again.",
    ];
    const actions = el("div", { class: "actions" }, back);
    this.#show("No phone is registered", el("p", { class: "lead" }, lead), actions).focus();
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
   * @param {PhoneChoice} phone
   */
  #askPasscode(challenge, phone) {
    const path = `/v1/challenges/${encodeURIComponent(challenge.id)}`;
    const token = this.#state.mfa_token;
    const form = passcodeForm({
      challenge,
      lead: sentLead(challenge.channel, phone),
      verify: async (code) => {
        /** @type {Answer<Approved>} */
        const { body } = await request("POST", `${path}/verify`, { body: { code }, token });
        await this.#enter(body.token);
      },
      resend: () => this.#send(`${path}/resend`, {}),
      poll: async () => {
        /** @type {Answer<Challenge>} */
        const { body } = await request("GET", path, { token });
        return body;
      },
      approved() {},
      lost: (error) => this.#lost(error),
      extra: [
        button("Another phone", { onclick: () => this.#choosePhone() }),
        button("Cancel", { onclick: () => this.start() }),
      ],
    });
    this.#show("Enter the passcode", form.element);
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
      const text = "To keep your account safe it was ended. Enter your password to log in again.";
      this.start(notice({ kind: "warning", title: "Your login took too long", text }));
    } else if (code === "too_many_attempts" || (code === "invalid_code" && body.attempts_remaining === 0)) {
      this.#locked(body.locked_until, error);
    } else if (code === "no_phone") {
      this.#state.phones = [];
      this.#choosePhone();
    } else if (CHOOSE_AGAIN.includes(code)) {
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
    const lead = [
      "Too many wrong passcodes were entered. ",
      lockEnd(until) ? waiting(problem) : "",
      " Another administrator can unlock you sooner.",
    ];
    const advice = "If it was not you who entered them, someone else may know your password: change it.";
    const back = button("Back to login", { kind: "primary", onclick: () => this.start() });
    this.#show(
      "Login is locked for now",
      el("p", { class: "lead" }, lead),
      el("p", {}, advice),
      el("div", { class: "actions" }, back),
    ).focus();
  }
}

/** @param {PhoneChoice[]} phones */
function phoneChoices(phones) {
  const group = uid("phone");
  const choices = phones.map((phone, index) => {
    const id = `${group}-${index}`;
    const input = el("input", { type: "radio", name: group, id, value: phone.id, checked: index === 0 });
    const hint = phone.verified ? "Verified" : "Not yet verified: the first passcode does that";
    return choice(input, maskedPhone(phone), hint);
  });
  const legend = "Please select phone number to receive passcode via SMS message to continue login.";
  return el("fieldset", { class: "choices" }, el("legend", {}, legend), choices);
}

/**
 * Names the destination of the passcode, in the first product's words.
 * @param {Channel} channel
 * @param {PhoneChoice} phone
 * @returns {Child[]}
 */
function sentLead(channel, phone) {
  return [
    channel === "voice"
      ? "A call with the passcode was already made to"
      : "SMS message with a passcode was already sent to",
    " the phone number ",
    el("strong", {}, bdi(maskedPhone(phone))),
    ". Please enter the passcode to continue login.",
  ];
}

/**
 * The token's claims, unchecked: only to say early what the server would say anyway.
 * @param {string} token
 * @returns {{ kind?: string } | null}
 */
function payload(token) {
  try {
    return JSON.parse(atob(token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/")));
  } catch {
    return null;
  }
}

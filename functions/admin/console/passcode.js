// How a passcode is asked for, in the login and in the settings test: prefix, input, countdown, resend.

import { notice } from "./dialogs.js";
import { busyWhile, button, isInert, relabel, submitButton, uid } from "./dom.js";
import { setInvalid } from "./fields.js";
/** @import { Child, Delivery, PasscodeState } from "./shared/types" */
import { language, t, tn } from "./language.js";
import { explain, sentence } from "./refusals.js";
import { clock, Problem } from "./shared/api.js";
import { announce, el, setDisabled } from "./shared/dom.js";
import { countdown, readPasscode } from "./shared/words.js";

/** A delivery's status: how the line looks, and its words. @typedef {[look: string, words: string]} DeliveryWords */

/** @type {Record<string, DeliveryWords>} */
const DELIVERY = {
  delivered: ["good", t("line_delivered")],
  sent: ["", t("line_sent")],
  undelivered: ["trouble", t("line_failed")],
  failed: ["trouble", t("line_failed")],
  unknown: ["trouble", t("line_unknown")],
};
/** @type {Record<string, DeliveryWords>} */
const CALL = {
  delivered: ["good", t("call_delivered")],
  sent: ["", t("call_sent")],
  undelivered: ["trouble", t("call_undelivered")],
  failed: ["trouble", t("call_failed")],
  unknown: ["trouble", t("call_unknown")],
};
const POLL_AFTER_S = [2, 5, 10, 20, 40, 60, 90, 120];

/**
 * One challenge, or settings test.
 * @template A
 * @typedef {object} PasscodeOptions
 * @property {PasscodeState} challenge
 * @property {Child} lead says where the message went
 * @property {(digits: string) => Promise<A>} verify
 * @property {() => Promise<PasscodeState>} resend
 * @property {() => Promise<PasscodeState>} poll gives the state as it is now
 * @property {(answer: A) => void} approved
 * @property {(error: unknown) => boolean} lost true where the refusal ended this step and another one is shown
 * @property {Child[]} [extra] more buttons
 */

/**
 * The form for a passcode.
 * @template A
 * @param {PasscodeOptions<A>} options
 */
export function passcodeForm(options) {
  const form = new PasscodeForm(options);
  return { element: form.view.form, focus: () => form.view.input.focus() };
}

/** @template A */
class PasscodeForm {
  #ended = false;
  /** @type {number[]} */
  #polls = [];

  /** @param {PasscodeOptions<A>} options */
  constructor(options) {
    this.options = options;
    this.state = options.challenge;
    this.view = passcodeView(options.lead, options.extra ?? [], () => this.#resend());
    this.view.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.view.input.addEventListener("input", () => this.view.fault(""));
    this.#draw();
    this.view.fault("");
    this.#planPolls();
    const clockwork = setInterval(() => {
      if (this.#ended) clearInterval(clockwork);
      else if (this.view.form.isConnected) this.#tick();
    }, 500);
  }

  get #called() {
    return this.state.channel === "voice";
  }

  /** Says which message has the passcode. */
  get #useLatest() {
    return this.#called ? t("use_call") : t("use_message", { prefix: this.state.prefix });
  }

  get #enterDigits() {
    return this.#called ? t("enterDigits_call") : t("enterDigits_message", { prefix: this.state.prefix });
  }

  #draw() {
    const { prefix, dash, hint, again, delivery } = this.view;
    const called = this.#called;
    prefix.textContent = called ? "" : this.state.prefix;
    prefix.hidden = called;
    dash.hidden = called;
    hint.textContent = called ? t("callHint") : t("messageHint", { prefix: this.state.prefix });
    relabel(again, t(called ? "callAgain" : "resend"));
    const [look, words] = this.#deliveryWords();
    const text = look === "trouble" ? withReason(words, this.state.delivery) : words;
    delivery.line.dataset.state = look || "sent";
    if (look === "trouble" && text !== delivery.words.textContent) announce(text);
    delivery.words.textContent = text;
    this.#tick();
  }

  /** @returns {DeliveryWords} */
  #deliveryWords() {
    const known = (this.#called ? CALL : DELIVERY)[this.state.delivery?.status ?? ""];
    if (known) return known;
    return ["sending", t(this.#called ? "call_sending" : "line_sending")];
  }

  #tick() {
    const { timer, form, submit, again, wait, fault } = this.view;
    const left = Date.parse(this.state.expires_at) - clock.now();
    const over = left <= 0;
    // At most a quarter of an hour.
    timer.textContent = over ? t("expired") : `(00:${countdown(left).padStart(5, "0")})`;
    form.toggleAttribute("data-low", left < 60_000);
    if (over && !submit.hidden) {
      fault(t("passcodeExpired"));
      announce(t("passcodeExpired"));
    }
    submit.hidden = over;
    const none = this.state.sends_remaining === 0;
    const pause = Date.parse(this.state.resend_available_at ?? "") - clock.now();
    setDisabled(again, pause > 0 || none);
    wait.textContent = none ? t("noMoreMessages") : pause > 0 ? t("inTime", { time: countdown(pause) }) : "";
  }

  async #submit() {
    const { submit, room, input, fault } = this.view;
    if (submit.hidden || isInert(submit)) return;
    room.replaceChildren();
    const { digits } = readPasscode(input.value);
    fault(digits ? "" : this.#enterDigits);
    if (!digits) {
      input.focus();
      return;
    }
    try {
      await busyWhile(submit, async () => {
        const answer = await this.options.verify(digits);
        this.#ended = true;
        this.options.approved(answer);
      });
    } catch (error) {
      this.#refuse(error);
    }
  }

  async #resend() {
    const { again, room, input, fault } = this.view;
    if (isInert(again)) return;
    room.replaceChildren();
    fault("");
    try {
      this.state = (await busyWhile(again, this.options.resend)) ?? this.state;
      input.value = "";
      this.#draw();
      this.#planPolls();
      const text = language.sentences(this.#useLatest, t("earlierDead"));
      room.replaceChildren(notice({ kind: "info", title: t("sentAgain"), text }));
      input.focus();
    } catch (error) {
      this.#refuse(error);
    }
  }

  /** @param {unknown} error */
  #refuse(error) {
    if (error instanceof Problem && this.#refuseCode(error)) return;
    if (this.options.lost(error)) {
      this.#ended = true;
      return;
    }
    this.#draw();
    const { title, text } = explain(error);
    this.view.room.replaceChildren(notice({ kind: "error", title, text: title ? text : sentence(error) }));
  }

  /**
   * Shows a refusal that is about this passcode. Returns true if it was.
   * @param {Problem} problem
   */
  #refuseCode({ code, body, retryAt }) {
    if (code === "code_superseded" && body.prefix) this.state = { ...this.state, prefix: body.prefix };
    if (code === "resend_too_soon" && retryAt)
      this.state = { ...this.state, resend_available_at: new Date(retryAt).toISOString() };
    if (["invalid_code", "code_superseded"].includes(code) && body.attempts_remaining !== 0) {
      const wrong = t(code === "invalid_code" ? "wrongPasscode" : "earlierPasscode");
      this.view.fault(language.sentences(wrong, this.#useLatest, attemptsLeft(body.attempts_remaining)));
      this.#draw();
      this.view.input.focus();
      this.view.input.select();
      return true;
    }
    if (code === "challenge_expired") {
      this.state = { ...this.state, expires_at: new Date(clock.now()).toISOString() };
      this.#draw();
      return true;
    }
    return false;
  }

  #planPolls() {
    this.#polls.forEach(clearTimeout);
    this.#polls = POLL_AFTER_S.map((seconds) => setTimeout(() => this.#look(), seconds * 1000));
  }

  async #look() {
    if (this.#ended || document.hidden || !this.view.form.isConnected) return;
    const asked = this.state;
    try {
      const fresh = await this.options.poll();
      if (this.state !== asked || this.#ended) return;
      this.state = { ...asked, ...fresh };
      this.#draw();
    } catch {
      // The person can go on without knowing about the delivery; the next look may tell.
    }
  }
}

/**
 * That a message did not arrive, and why. The advice is for administrators alone.
 * @param {string} what
 * @param {Delivery | undefined} delivery
 */
function withReason(what, delivery) {
  const { meaning, advice, error_code: code } = delivery ?? {};
  if (!meaning) return what;
  return advice ? t("whyAndAdvice", { what, meaning, code: code ?? "", advice }) : t("why", { what, meaning });
}

/** @param {number | undefined} left */
function attemptsLeft(left) {
  if (left === 1) return t("attemptsLeft_one");
  return left !== undefined && left <= 3 ? tn("attemptsLeft", left) : "";
}

/**
 * The parts of the form that change.
 * @param {Child} lead
 * @param {Child[]} extra
 * @param {() => void} sendAgain
 */
function passcodeView(lead, extra, sendAgain) {
  const input = passcodeInput();
  const prefix = el("span", { class: "code-prefix", "aria-hidden": "true" });
  const dash = el("span", { class: "code-dash", "aria-hidden": "true" }, "–");
  const error = el("p", { class: "field-error", id: `${input.id}-error`, hidden: true });
  const hint = el("p", { class: "field-hint", id: `${input.id}-hint` });
  const timer = el("span", { class: "timer", role: "timer", "aria-label": t("timeLeft") });
  const words = el("span", {});
  const line = el("p", { class: "delivery" }, el("span", { class: "dot", "aria-hidden": "true" }), words);
  const room = el("div", { role: "alert" });
  const submit = submitButton(t("verify"));
  const again = button(t("resend"), { kind: "link", onclick: sendAgain });
  const wait = el("span", { class: "soft timer" });
  const label = el("label", { for: input.id }, t("passcode"));
  const box = el("div", { class: "code-box" }, prefix, dash, input);
  const form = el(
    "form",
    { class: "passcode", novalidate: true },
    el("p", { class: "lead" }, lead),
    line,
    room,
    el("div", { class: "field wide" }, label, box, error, hint),
    el("p", { class: "times" }, el("span", {}, t("timeLeft")), " ", timer),
    el("div", { class: "actions" }, submit, extra),
    el("p", { class: "aside" }, el("span", {}, t("nothingArrived")), again, wait),
  );
  const fault = (/** @type {string} */ text) => {
    error.textContent = text;
    error.hidden = !text;
    setInvalid(input, Boolean(text));
    input.setAttribute("aria-describedby", text ? `${error.id} ${hint.id}` : hint.id);
  };
  return { form, input, prefix, dash, hint, timer, delivery: { line, words }, room, submit, again, wait, fault };
}

function passcodeInput() {
  return el("input", {
    id: uid("code"),
    type: "text",
    inputmode: "numeric",
    autocomplete: "one-time-code",
    autocapitalize: "characters",
    spellcheck: "false",
    enterkeyhint: "go",
    maxlength: "200",
    "data-first": true,
  });
}

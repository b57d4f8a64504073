// The passcode that was sent to a new phone.

/** @import { Context } from "../context.js" */
/** @import { Problem } from "../../shared/api.js" */
/** @import { Channel, PhoneChallenge } from "../../shared/types" */
/** @import { Key } from "./page.js" */
import { setLabel } from "../../flow/fields.js";
import { clock, Keys } from "../../shared/api.js";
import { el, isDisabled, setDisabled } from "../../shared/dom.js";
import { countdown, readPasscode } from "../../shared/words.js";
import { link, passcodeField, submit } from "./fields.js";
import { keptPhone } from "./kept.js";
import { factorAdded, ownerOf } from "./owner.js";
import { Page } from "./page.js";

const TICK_MS = 500;
/** When the page asks how the delivery goes, in seconds after it was drawn. */
const POLLS = [5, 15, 40];

/**
 * @param {HTMLElement} place
 * @param {Context} context
 */
export function draw(place, context) {
  const owner = ownerOf(context);
  if (!owner) return;
  const kept = keptPhone.read();
  if (!kept) return context.router.go("phone", { replace: true });
  const step = new PhoneCode(place, context, owner, kept);
  return step.show();
}

class PhoneCode {
  #keys = new Keys();

  /**
   * @param {HTMLElement} place
   * @param {Context} context
   * @param {import("./owner.js").Owner} owner
   * @param {PhoneChallenge} challenge
   */
  constructor(place, context, owner, challenge) {
    this.context = context;
    this.owner = owner;
    this.challenge = challenge;
    this.page = new Page(place, context, { title: "codeTitle", back: "phone", content: () => this.#content() });
  }

  show() {
    const redraw = this.page.show("code");
    const timer = setInterval(() => (this.page.place.isConnected ? this.#tick() : clearInterval(timer)), TICK_MS);
    for (const after of POLLS) setTimeout(() => this.#poll(), after * 1000);
    this.#tick();
    return () => {
      redraw();
      this.#tick();
    };
  }

  #content() {
    const { page, challenge } = this;
    const { channel, prefix, destination } = challenge;
    const sent = composed(page, `sent_${channel}`, { to: destination });
    const hint = composed(page, `hint_${channel}`, { prefix });
    return [
      el("p", { class: "lead" }, page.sentences(sent, page.text("enterToAdd"))),
      page.form(
        () => this.#verify(),
        passcodeField(page, channel === "sms" ? prefix : "", hint),
        el("p", { class: "times" }, page.text("timeLeft"), " ", el("span", { class: "timer", id: "timer" })),
        el("div", { class: "actions" }, submit(page.text("verify"), "verify")),
        el(
          "p",
          { class: "aside" },
          el("span", {}, page.text("nothingArrived")),
          link(page.text("resend"), () => this.#resend("resend"), { id: "resend" }),
          link(page.text(channel === "voice" ? "way_sms" : "way_voice"), () => this.#other(), { id: "other" }),
          link(page.text("anotherPhone"), () => this.context.router.go("phone", { replace: true })),
        ),
      ),
    ];
  }

  #verify() {
    const { page, owner, challenge } = this;
    const { digits, prefix } = readPasscode(page.input("code").value);
    if (digits === null)
      return page.fieldError("code", page.text(page.input("code").value ? "notDigits" : "enterPasscode"));
    if (prefix !== null && prefix !== challenge.prefix)
      return page.fieldError("code", page.text("otherMessage", { prefix }));
    const send = (/** @type {string} */ key) =>
      this.context.api.verifyPhone(owner.token, challenge.phone_id, digits, { key });
    page.run(
      page.$("verify"),
      async () => {
        await this.#keys.around(`verify ${digits}`, send);
        keptPhone.forget();
        factorAdded(this.context, owner, "phoneAdded");
      },
      { label: page.text("verifying"), refused: (problem) => this.#refused(problem) },
    );
  }

  /** Send it by the other channel. */
  #other() {
    this.#resend("other", this.challenge.channel === "voice" ? "sms" : "voice");
  }

  /**
   * @param {string} button
   * @param {Channel} [channel]
   */
  #resend(button, channel) {
    const { page, owner, challenge } = this;
    const body = channel ? { channel } : {};
    if (isDisabled(page.$(button))) {
      const left = Date.parse(challenge.resend_available_at ?? "") - clock.now();
      return page.says(page.text("canSendIn", { time: this.context.language.duration(left) }));
    }
    const send = (/** @type {string} */ key) =>
      this.context.api.resendToPhone(owner.token, challenge.phone_id, body, { key });
    page.run(
      page.$(button),
      async () => {
        this.#learn(await this.#keys.around(`resend ${channel}`, send));
        page.draw();
        page.notice({ kind: "info", title: page.text("sentAgain"), text: page.text("earlierDead") });
        this.#tick();
      },
      { label: page.text("sending"), refused: (problem) => this.#notSent(problem) },
    );
  }

  /** @param {Problem} problem */
  #notSent(problem) {
    const { page } = this;
    if (problem.code !== "invalid_request") return this.#refused(problem);
    page.notice({ kind: "error", title: page.text("unavailable_title"), text: page.text("unavailable_text") });
    return true;
  }

  /**
   * @param {Problem} problem
   */
  #refused({ code, body }) {
    const { page, challenge } = this;
    const left = body.attempts_remaining;
    const attempts = left === 1 || left === 2 ? composed(page, `attempts_${left}`) : "";
    if (code === "invalid_code" && left !== 0)
      return page.fieldError("code", page.sentences(page.text("wrongPasscode"), attempts));
    if (code === "code_superseded")
      return page.fieldError("code", page.sentences(page.text("earlierPasscode"), attempts));
    if (code === "invalid_request") return page.fieldError("code", page.text("notDigits"));
    if (code === "challenge_expired") this.#learn({ ...challenge, status: "expired" });
    if (code === "phone_not_found") {
      keptPhone.forget();
      this.context.router.go("phone", { replace: true });
      return true;
    }
    return false;
  }

  /** Ask whether the message was delivered. */
  async #poll() {
    const { page, owner, challenge } = this;
    const isOver = () => !page.place.isConnected || page.busy || this.challenge !== challenge;
    if (document.hidden || isOver()) return;
    const fresh = await this.context.api.getPhone(owner.token, challenge.phone_id).catch(() => null);
    if (fresh === null || isOver()) return;
    this.#learn(fresh);
    this.#tick();
    if (["undelivered", "failed"].includes(fresh.delivery?.status ?? ""))
      page.notice({ kind: "warning", title: page.text("undelivered"), text: page.text("sendElsewhere") });
  }

  /** @param {PhoneChallenge} challenge */
  #learn(challenge) {
    this.challenge = challenge;
    keptPhone.keep(challenge);
  }

  /** The times that run: until the passcode expires, and until another one may be sent. */
  #tick() {
    const { page, challenge } = this;
    const now = clock.now();
    const left = Date.parse(challenge.expires_at) - now;
    page.$("timer").textContent = left > 0 && challenge.status !== "expired" ? countdown(left) : page.text("expired");
    const wait = Date.parse(challenge.resend_available_at ?? "") - now;
    for (const [id, key] of [
      ["resend", "resend"],
      ["other", challenge.channel === "voice" ? "way_sms" : "way_voice"],
    ]) {
      const waits = wait > 0 && page.$(id).getAttribute("aria-busy") !== "true";
      setDisabled(page.$(id), waits);
      if (page.$(id).getAttribute("aria-busy") === "true") continue;
      const words = page.text(/** @type {Key} */ (key));
      setLabel(
        page.$(id),
        waits && id === "resend" ? `${words} ${page.text("inTime", { time: countdown(wait) })}` : words,
      );
    }
  }
}

/**
 * Words whose key is made here.
 * @param {Page} page
 * @param {string} key
 * @param {Record<string, string>} [values]
 */
const composed = (page, key, values) => page.text(/** @type {Key} */ (key), values);

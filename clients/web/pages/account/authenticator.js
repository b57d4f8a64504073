// An authenticator app: the picture with its secret, and the first code of it.

/** @import { Problem } from "../../shared/api.js" */
/** @import { TotpSecret } from "../../shared/types" */
/** @import { Context } from "../context.js" */
/** @import { Owner } from "./owner.js" */
import { el } from "../../shared/dom.js";
import { button, field, input, submit } from "./fields.js";
import { factorAdded, ownerOf } from "./owner.js";
import { Page } from "./page.js";

/** Refusals after which another secret is needed. */
const OVER = ["challenge_not_found", "challenge_expired", "too_many_attempts", "not_found"];

/**
 * @param {HTMLElement} place
 * @param {Context} context
 */
export function draw(place, context) {
  const owner = ownerOf(context);
  return owner ? new Authenticator(place, context, owner).page.show() : undefined;
}

class Authenticator {
  /** @type {TotpSecret | null} */
  #made = null;

  /**
   * @param {HTMLElement} place
   * @param {Context} context
   * @param {Owner} owner
   */
  constructor(place, context, owner) {
    this.owner = owner;
    this.page = new Page(place, context, {
      title: "addAuthenticator",
      back: owner.enrols ? "enrolment" : "security",
      content: () => (this.#made === null ? this.#begin() : [...picture(this.page, this.#made), this.#form()]),
    });
  }

  /** A secret is made when the person asks for it: a reload or Back makes none by itself. */
  #begin() {
    const { page, owner } = this;
    const start = () =>
      page.run(page.$("begin"), async () => {
        this.#made = await page.context.api.startTotp(owner.token);
        page.show();
      });
    return [
      el("p", { class: "lead" }, page.text("authenticatorNone")),
      el("div", { class: "actions" }, button(page.text("goOn"), start, { class: "button primary", id: "begin" })),
    ];
  }

  #form() {
    const { page } = this;
    const code = input("code", {
      class: "own-code",
      dir: "ltr",
      inputmode: "numeric",
      autocomplete: "one-time-code",
      enterkeyhint: "go",
      maxlength: 20,
      "aria-describedby": "code-hint",
    });
    const hint = el("p", { class: "field-hint", id: "code-hint" }, page.text("typeSix"));
    return page.form(
      () => this.#confirm(),
      field("code", page.text("own_totp_label"), code, hint),
      el("div", { class: "actions" }, submit(page.text("verify"), "verify")),
    );
  }

  #confirm() {
    const { page, owner } = this;
    const digits = page.input("code").value.normalize("NFKC").replace(/\D/g, "");
    if (digits.length !== 6) return page.fieldError("code", page.text(digits ? "notSixDigits" : "enterCode"));
    page.run(
      page.$("verify"),
      async () => {
        await page.context.api.confirmTotp(owner.token, digits);
        this.#made = null;
        return factorAdded(page.context, owner, "authenticatorAdded");
      },
      { label: page.text("verifying"), refused: (problem) => this.#refused(problem) },
    );
  }

  /** @param {Problem} problem */
  #refused({ code, body }) {
    const { page } = this;
    if (code === "invalid_code" && body.attempts_remaining !== 0)
      return page.fieldError("code", page.sentences(page.text("wrongCode"), page.text("checkClock")));
    if (code !== "invalid_code" && !OVER.includes(code)) return false;
    this.#made = null;
    page.draw();
    page.notice({ kind: "warning", title: page.text("pictureOver_title"), text: page.text("pictureOver_text") });
    return true;
  }
}

/**
 * The picture for the app, and its secret for those who cannot scan it.
 * @param {Page} page
 * @param {TotpSecret} made
 */
function picture(page, { secret, uri, qr_svg: drawing }) {
  const groups = secret.match(/.{1,4}/g)?.join(" ") ?? secret;
  return [
    el("p", { class: "lead" }, page.text("scan")),
    el(
      "div",
      { class: "scan" },
      el("img", {
        class: "qr",
        alt: page.text("qrCode"),
        src: `data:image/svg+xml;charset=utf-8,${encodeURIComponent(drawing)}`,
      }),
      el("p", { class: "secret" }, page.text("secretKey"), " ", el("code", { id: "secret", dir: "ltr" }, groups)),
      el(
        "div",
        { class: "small-actions" },
        button(page.text("copy"), () => page.copy(secret, "secret"), { class: "button small" }),
        el("a", { class: "button small", href: uri, rel: "noreferrer" }, page.text("openInApp")),
      ),
    ),
  ];
}

// Recovery codes: made when the person asks for them, and shown this once.

/** @import { Context } from "../context.js" */
/** @import { Owner } from "./owner.js" */
import { el } from "../../shared/dom.js";
import { button, link } from "./fields.js";
import { ownerOf } from "./owner.js";
import { Page } from "./page.js";

/**
 * @param {HTMLElement} place
 * @param {Context} context
 */
export function draw(place, context) {
  const owner = ownerOf(context);
  return owner ? new Codes(place, context, owner).page.show() : undefined;
}

class Codes {
  /** Empty until they are made. @type {string[]} */
  #codes = [];

  /**
   * @param {HTMLElement} place
   * @param {Context} context
   * @param {Owner} owner
   */
  constructor(place, context, owner) {
    this.owner = owner;
    this.page = new Page(place, context, {
      title: "recoveryCodes",
      back: owner.enrols ? undefined : "security",
      content: () => [
        el("p", { class: "lead" }, this.page.text("codesLead")),
        this.#codes.length ? this.#shown() : this.#ask(),
      ],
    });
  }

  #ask() {
    const { page, owner } = this;
    const make = () =>
      page.run(page.$("make"), async () => {
        this.#codes = (await page.context.api.makeRecoveryCodes(owner.token)).codes;
        page.show();
      });
    return [
      owner.enrols ? null : el("p", {}, page.text("codesReplace")),
      el(
        "div",
        { class: "actions" },
        button(page.text("makeCodes"), make, { class: "button primary", id: "make" }),
        owner.enrols ? button(page.text("later"), () => this.#done()) : null,
      ),
    ];
  }

  #shown() {
    const { page } = this;
    return [
      el("p", { class: "once" }, page.text("codesOnce")),
      el(
        "ol",
        { class: "codes", id: "codes", dir: "ltr", "aria-label": page.text("recoveryCodes") },
        this.#codes.map((code) => el("li", {}, el("code", {}, code))),
      ),
      el(
        "p",
        { class: "aside keep" },
        link(page.text("copy"), () => page.copy(this.#codes.join("\n"), "codes")),
        link(page.text("download"), () => download(page.text("recoveryCodes"), this.#codes)),
        link(page.text("print"), () => print()),
      ),
      el(
        "div",
        { class: "actions" },
        button(page.text("codesKept"), () => this.#done(), { class: "button primary" }),
      ),
    ];
  }

  #done() {
    const { context } = this.page;
    const made = this.#codes.length > 0;
    this.#codes = [];
    if (this.owner.enrols) return context.router.go("enrolled", { replace: true });
    return context.goWith("security", made ? "codesMade" : null);
  }
}

/**
 * @param {string} title
 * @param {string[]} codes
 */
function download(title, codes) {
  const text = `${title}\r\n${location.host}\r\n\r\n${codes.join("\r\n")}\r\n`;
  const href = URL.createObjectURL(new Blob([text], { type: "text/plain;charset=utf-8" }));
  el("a", { href, download: "recovery-codes.txt" }).click();
  setTimeout(() => URL.revokeObjectURL(href), 1000);
}

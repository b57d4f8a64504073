// What the pages of an account have in common: a heading, a place for notices, fields, and one request at a time.

/** @import { Child } from "../../shared/types" */
/** @import { Context } from "../context.js" */
/** @import { PageLanguage } from "../words.js" */
/** @import { Explained } from "./refusals.js" */
import { describe } from "../../flow/fields.js";
import { OneAtATime } from "../../flow/work.js";
import { Problem } from "../../shared/api.js";
import { announce, el, svg } from "../../shared/dom.js";
import { keptEnrolment } from "./kept.js";
import { explain } from "./refusals.js";

/** @typedef {keyof PageLanguage["strings"] & string} Key */

/**
 * How a page is drawn: at first, after a change, and in another language.
 * @typedef {object} Drawing
 * @property {Key} title
 * @property {string} [back] the name of the page that the button above the heading leads to
 * @property {() => Child} content
 */

/**
 * `refused` may take a refusal: then it answers true. Else it is explained at the head of the page.
 * @typedef {{ label?: string, refused?: (problem: Problem) => boolean }} Outcome
 */

export class Page {
  #work = new OneAtATime();

  /**
   * @param {HTMLElement} place
   * @param {Context} context
   * @param {Drawing} drawing
   */
  constructor(place, context, drawing) {
    this.place = place;
    this.context = context;
    this.drawing = drawing;
  }

  /**
   * Draw it, and move the focus to its heading or to a field. The answer draws it in another language.
   * @param {string} [focus] the id of the field
   */
  show(focus = "title") {
    this.draw();
    this.$(focus).focus({ preventScroll: true });
    return () => this.draw();
  }

  /** Draw it as things are now. What was typed stays. */
  draw() {
    /** @type {NodeListOf<HTMLInputElement>} */
    const fields = this.place.querySelectorAll(FIELDS);
    const typed = new Map([...fields].map(({ id, value }) => [id, value]));
    const { title, back, content } = this.drawing;
    const words = this.text(title);
    this.context.title(words);
    this.place.replaceChildren(
      el(
        "section",
        { class: "step account", "aria-labelledby": "title" },
        back === undefined ? null : this.#backButton(back),
        el("h1", { id: "title", tabindex: "-1" }, words),
        el("div", { id: "notices" }),
        content(),
      ),
    );
    for (const [id, value] of typed) {
      const field = document.getElementById(id);
      if (field instanceof HTMLInputElement) field.value = value;
    }
  }

  /** @param {string} name */
  #backButton(name) {
    const arrow = svg("svg", { viewBox: "0 0 16 16", "aria-hidden": "true", focusable: "false" });
    arrow.append(svg("path", { d: "M10 3 5 8l5 5" }));
    const go = () => this.context.router.go(name, { replace: true });
    return el("button", { type: "button", class: "back", onclick: go }, arrow, this.text("back"));
  }

  // Words

  /**
   * @param {Key} key
   * @param {Record<string, string | number>} [values]
   */
  text(key, values) {
    return this.context.language.text(key, values);
  }

  /** @param {...(string | false | null | undefined)} sentences */
  sentences(...sentences) {
    return this.context.language.sentences(...sentences);
  }

  // Elements

  /**
   * @template {HTMLElement} [T=HTMLElement]
   * @param {string} id
   * @param {new () => T} [kind]
   * @returns {T}
   */
  $(id, kind) {
    const found = this.place.querySelector(`#${id}`);
    if (!(found instanceof (kind ?? HTMLElement))) throw new TypeError(`the page has no such element: ${id}`);
    return /** @type {T} */ (found);
  }

  /** @param {string} id */
  input(id) {
    return this.$(id, HTMLInputElement);
  }

  /**
   * A form that does `submit` unless something is under way.
   * @param {() => void} submit
   * @param {...Child} content
   */
  form(submit, ...content) {
    const form = el("form", { method: "post", novalidate: true }, content);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (!this.busy) submit();
    });
    return form;
  }

  get busy() {
    return this.#work.busy;
  }

  // Notices and errors

  /**
   * Put words below a field, and the focus into it; empty words take them away.
   * @param {string} id
   * @param {string} text
   */
  fieldError(id, text) {
    const [input, error] = [this.input(id), this.$(`${id}-error`)];
    error.textContent = text;
    error.hidden = !text;
    if (text) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
    describe(input, error.id, Boolean(text));
    if (text) input.focus();
    return true;
  }

  /**
   * @param {Explained} content
   * @param {...Child} actions
   */
  notice({ kind, title, text, reference }, ...actions) {
    const box = el(
      "div",
      { class: "notice", tabindex: "-1", dataset: { kind } },
      title ? el("p", { class: "notice-title" }, title) : null,
      el("p", {}, text, reference ? [" ", el("code", {}, reference)] : null),
      actions.length ? el("div", { class: "notice-actions" }, actions) : null,
    );
    this.$("notices").replaceChildren(box);
    box.focus();
    box.scrollIntoView({ block: "nearest" });
  }

  /** @param {string} text */
  says(text) {
    announce(text);
  }

  /**
   * Copy a text; where the browser does not allow it, select it, so that the person can.
   * @param {string} text
   * @param {string} id of the element that shows it
   */
  async copy(text, id) {
    try {
      await navigator.clipboard.writeText(text);
      this.says(this.text("copied"));
    } catch {
      getSelection()?.selectAllChildren(this.$(id));
    }
  }

  /** Take away the notices and the errors of fields. */
  clear() {
    this.$("notices").replaceChildren();
    for (const input of this.place.querySelectorAll("[aria-invalid]")) this.fieldError(input.id, "");
  }

  // Requests

  /**
   * Do `work` for a button, alone. A second click changes nothing.
   * @param {Element | null} button
   * @param {() => Promise<unknown>} work
   * @param {Outcome} [outcome]
   */
  run(button, work, { label = this.text("pleaseWait"), refused = () => false } = {}) {
    if (!this.busy) this.clear();
    const again = () => this.run(button, work, { label, refused });
    return this.#work.run(button, label, async () => void (await work()), {
      refused: (error) => this.#refused(error, refused, again),
      done: () => {},
    });
  }

  /**
   * @param {unknown} error
   * @param {(problem: Problem) => boolean} taken
   * @param {() => void} again
   */
  #refused(error, taken, again) {
    if (!this.place.isConnected) return; // the person has gone on
    if (error instanceof Problem) {
      if (taken(error)) return;
      if (error.code === "invalid_token") return this.#over();
      if (error.code === "step_up_required") return this.#stepUp(error.body.max_age ?? 0);
    }
    const explained = explain(this.context.language, error);
    const retry = el(
      "button",
      { type: "button", class: "button primary small", onclick: again },
      this.text("tryAgain"),
    );
    this.notice(explained, ...(explained.again ? [retry] : []));
  }

  /** The access token has ended, or the enrolment's, whose link may open another one. */
  #over() {
    const enrolment = this.context.session ? null : keptEnrolment.read();
    if (!enrolment) return this.context.askForLogin({ text: "sessionOver" });
    keptEnrolment.keep({ invitation: enrolment.invitation });
    return this.context.router.go("enrolment", { replace: true });
  }

  /**
   * The login is too old for a change, or was one without a second factor.
   * @param {number} seconds
   */
  #stepUp(seconds) {
    const { session } = this.context;
    const isNew = session !== null && Date.now() - session.at < seconds * 1000;
    if (isNew && !session.trusted)
      return this.notice({ kind: "error", title: this.text("forbidden_title"), text: this.text("stepUpImpossible") });
    this.context.askForLogin({ text: "stepUp", fresh: true });
  }
}

/** The fields whose contents stay when the page is drawn anew: those that somebody types into. */
const FIELDS = "input[id]:not([type='checkbox'])";

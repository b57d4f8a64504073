// What the web components have in common: the shadow tree, the words in the right language, and the second step in it.

import { listen, listenToForms } from "../flow/controls.js";
/** @import { Child } from "../shared/types" */
/** @import { Purpose } from "../flow/purpose" */
import { Flow } from "../flow/flow.js";
import { sections } from "../flow/markup.js";
import { redraw, resume } from "../flow/resume.js";
import { loadLanguage, preferred } from "../language.js";
import { Api } from "../service.js";
import { el } from "../shared/dom.js";

const SHEETS = ["../shared/look.css", "./elements.css"].map((path) => new URL(path, import.meta.url).href);

// Node has no elements: there, the package is its API and its words.
const Base = /** @type {typeof HTMLElement} */ (globalThis.HTMLElement ?? class {});

/**
 * Attributes of both components:
 *
 * - `api`: the service's address; without it, the origin of the page
 * - `lang`: the language; without it, that of the page, if it says one, then those of the browser
 * - `fresh`: a trusted device does not stand in for the second factor
 * - `login-name`: the name that the login begins with
 * - `history`: the browser's Back goes a step back
 * - `keep`: the name in the tab's storage, if a page has two of a kind
 * - `heading`: `2` makes the headings `h2`
 */
export class SecondFactorElement extends Base {
  static observedAttributes = ["lang"];

  /** @type {Flow | null} */
  flow = null;
  /** Ends the listening to the window. @type {() => void} */
  #leave = () => {};
  #turn = 0;

  /** @returns {Purpose} */
  get purpose() {
    throw new TypeError("a component has a purpose");
  }

  async connectedCallback() {
    const turn = ++this.#turn;
    const root = this.shadowRoot ?? this.attachShadow({ mode: "open" });
    const [language] = await Promise.all([this.#language(), styled(root)]);
    if (turn !== this.#turn || !this.isConnected) return; // it was moved or taken away meanwhile
    this.flow = new Flow({
      root,
      api: this.api,
      language,
      purpose: this.purpose,
      place: this.getAttribute("keep") ?? `second-factor.${this.purpose.name}`,
      usesHistory: this.hasAttribute("history"),
      emit: (name, detail) => this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true })),
    });
    this.#build(this.flow);
    this.#leave = listen(this.flow);
    this.begun(this.flow);
  }

  disconnectedCallback() {
    this.#turn++;
    this.#leave();
    this.flow = null;
  }

  /** @param {string} _name */
  async attributeChangedCallback(_name) {
    const { flow } = this;
    if (!flow) return;
    const language = await this.#language();
    if (flow !== this.flow || language.tag === flow.language.tag) return;
    flow.language = language;
    const fields = flow.all("input").filter((found) => found instanceof HTMLInputElement && found.type !== "radio");
    const typed = new Map(fields.map((field) => [field.id, /** @type {HTMLInputElement} */ (field).value]));
    this.#build(flow);
    redraw(flow, typed);
  }

  /** The API that it calls. */
  get api() {
    return new Api({ base: this.getAttribute("api") ?? undefined, retries: 1 });
  }

  /**
   * Show the first step, or go on where a reload has interrupted.
   * @param {Flow} flow
   * @returns {void | Promise<void>}
   */
  begun(flow) {
    resume(flow);
  }

  #language() {
    return loadLanguage(preferred(this.lang, this.closest("[lang]")?.getAttribute("lang")));
  }

  /** @param {Flow} flow */
  #build(flow) {
    const { root, purpose, language } = flow;
    root.querySelector(".flow")?.remove();
    root.append(
      el(
        "div",
        { class: "flow", part: "flow", id: "top", dir: language.direction, lang: language.tag },
        el("div", { dataset: { slot: "session" }, id: "session" }),
        [...purpose.sections(flow), ...sections(flow)],
        help(flow),
        el("div", { class: "unseen", id: "announcer", role: "status", "aria-live": "polite" }),
      ),
    );
    flow.step = flow.step || "";
    listenToForms(flow);
  }
}

/**
 * @param {Flow} flow
 * @returns {Child}
 */
const help = (flow) =>
  el(
    "details",
    { class: "help", id: "help", part: "help", hidden: true },
    el("summary", {}, flow.own("help")),
    el("div", { id: "help-body" }),
  );

/**
 * Load the style sheets: a strict Content-Security-Policy allows these links. Nothing is drawn before they are there.
 * @param {ShadowRoot} root
 */
function styled(root) {
  if (root.querySelector("link")) return;
  const links = SHEETS.map((href) => el("link", { rel: "stylesheet", href }));
  root.append(...links);
  return Promise.all(links.map(loaded));
}

/** @param {HTMLLinkElement} link */
function loaded(link) {
  return new Promise((resolve) => {
    link.addEventListener("load", resolve);
    link.addEventListener("error", resolve); // the words are there all the same
  });
}

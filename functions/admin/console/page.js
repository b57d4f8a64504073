// The parts of pages: heading, breadcrumbs, tabs, and the three states of something that is loaded.

import { bdi, button } from "./dom.js";
/** @import { Child, Words } from "./shared/types" */
import { t } from "./language.js";
import { explain, SessionLost } from "./refusals.js";
import { el, parts, svg } from "./shared/dom.js";

/**
 * The router's part of a page: the query of the address, and `present()`, which puts the page up before it is
 * complete. A page's own parameters (`:name`) come with it.
 * @typedef {{ search: URLSearchParams, present: () => void }} PageContext
 */

/**
 * The head of a page. `title` may be somebody's name; `crumbs` lead to it, `actions` stand beside it.
 * @typedef {object} HeadingOptions
 * @property {string} title
 * @property {[label: string, href: string][]} [crumbs]
 * @property {Child} [lead]
 * @property {Child[]} [actions]
 * @property {Child[]} [badges]
 */

/** @param {HeadingOptions} options */
export function heading({ title, crumbs = [], lead = null, actions = [], badges = [] }) {
  const titleRow = el("div", { class: "title-row" }, el("h1", {}, bdi(title)), badges);
  return el(
    "div",
    { class: "page-head" },
    crumbs.length ? breadcrumbs(crumbs, title) : null,
    el(
      "div",
      { class: "page-title" },
      el("div", { class: "page-words" }, titleRow, lead && el("p", { class: "lead" }, lead)),
      actions.length ? el("div", { class: "page-actions" }, actions) : null,
    ),
  );
}

/**
 * @param {[label: string, href: string][]} crumbs
 * @param {string} title
 */
function breadcrumbs(crumbs, title) {
  const items = crumbs.map(([label, href]) => el("li", {}, el("a", { href }, bdi(label))));
  const here = el("li", { "aria-current": "page" }, bdi(title));
  return el("nav", { class: "crumbs", "aria-label": t("breadcrumb") }, el("ol", {}, items, here));
}

/**
 * Links that look like tabs.
 * @param {string} label
 * @param {[label: string, href: string, here: boolean][]} items
 */
export function tabs(label, items) {
  const links = items.map(([text, href, here]) =>
    el("li", {}, el("a", { href, "aria-current": here ? "page" : null }, text)),
  );
  return el("nav", { class: "tabs", "aria-label": label }, el("ul", {}, links));
}

/**
 * A part of a page with a heading of its own.
 * @param {{ title?: string, lead?: Child, actions?: Child[] }} options
 * @param {...Child} children
 */
export function section({ title, lead, actions = [] }, ...children) {
  const words = el("div", {}, title && el("h2", {}, title), lead && el("p", { class: "soft" }, lead));
  const controls = actions.length ? el("div", { class: "section-actions" }, actions) : null;
  const head = title || controls ? el("div", { class: "section-head" }, words, controls) : null;
  return el("section", { class: "card section" }, head, children);
}

/** When a load is said to take long. The request itself is given up later, and then says so. */
const LONG_MS = 8000;

/**
 * Grey lines where something is about to be. If it takes long, they say so, with a button to try again.
 * @param {number} [lines]
 * @param {(() => void) | null} [retry]
 */
export function loading(lines = 4, retry = null) {
  const words = el("span", { class: "unseen" }, t("loading"));
  const room = el(
    "div",
    { class: "loading", role: "status" },
    words,
    Array.from({ length: lines }, () => el("span", { class: "skeleton", "aria-hidden": "true" })),
  );
  setTimeout(() => {
    if (!room.isConnected) return;
    words.remove();
    const again = retry && button(t("tryAgain"), { kind: "small", onclick: retry });
    room.prepend(el("p", { class: "slow" }, t("slow"), " ", again));
  }, LONG_MS);
  return room;
}

/**
 * The notice in place of something that could not be loaded.
 * @param {Words} words
 * @param {(() => void) | null} [retry]
 */
export function failed({ title, text }, retry = null) {
  return el(
    "div",
    { class: "empty", role: "alert" },
    el("p", { class: "empty-title" }, title),
    text && el("p", {}, text),
    retry && button(t("tryAgain"), { onclick: retry }),
  );
}

/**
 * The notice in place of an empty list.
 * @param {Words & { actions?: Child[] }} options
 */
export function empty({ title, text, actions = [] }) {
  return el("div", { class: "empty" }, el("p", { class: "empty-title" }, title), text && el("p", {}, text), actions);
}

/**
 * Load something into a place: grey lines, then the elements that `draw(loaded)` gives, or the refusal with a button to
 * try again. Resolves when one of the tries has ended. If the place has been filled anew meanwhile, nothing is drawn.
 * @template T
 * @param {HTMLElement} place
 * @param {() => Promise<T>} fetch
 * @param {(loaded: T) => Child} draw
 * @param {number} [lines]
 */
export function load(place, fetch, draw, lines) {
  /** @type {Promise<void>} */
  const drawn = new Promise((resolve) => {
    const attempt = async () => {
      const waiting = loading(lines, attempt);
      place.replaceChildren(waiting);
      try {
        const loaded = await fetch();
        if (waiting.parentNode === place) place.replaceChildren(...parts(draw(loaded)));
      } catch (error) {
        if (!(error instanceof SessionLost) && waiting.parentNode === place)
          place.replaceChildren(failed(explain(error), attempt));
      }
      resolve();
    };
    attempt();
  });
  return drawn;
}

/** @param {string} text */
export function badge(text, kind = "") {
  return el("span", { class: "badge", dataset: { kind } }, text);
}

/** A tick in a circle, drawn when something is done. */
export const doneMark = () =>
  svg(
    "svg",
    { class: "done", viewBox: "0 0 48 48", "aria-hidden": "true", focusable: "false" },
    svg("circle", { cx: 24, cy: 24, r: 22 }),
    svg("path", { d: "m15 24.5 6.2 6.2L33.5 18" }),
  );

/**
 * Names and values in two columns.
 * @param {[name: string, value: Child][]} rows
 */
export function facts(rows) {
  return el(
    "dl",
    { class: "facts" },
    rows.map(([name, value]) =>
      el("div", {}, el("dt", {}, name), el("dd", {}, typeof value === "string" ? bdi(value) : value)),
    ),
  );
}

// What pages are made of: heading, breadcrumbs, tabs, and the three states of something that is loaded.

import { bdi, button, el } from "./dom.js";
import { explain } from "./refusals.js";
import { SessionLost } from "./api.js";

/** `crumbs` are `[label, href]` above the title; `actions` stand beside it. `title` may be somebody's name. */
export function heading({ title, crumbs = [], lead = null, actions = [], badges = [] }) {
  return el(
    "div",
    { class: "page-head" },
    crumbs.length
      ? el(
          "nav",
          { class: "crumbs", "aria-label": "Breadcrumb" },
          el(
            "ol",
            {},
            crumbs.map(([label, href]) => el("li", {}, el("a", { href }, bdi(label)))),
            el("li", { "aria-current": "page" }, bdi(title)),
          ),
        )
      : null,
    el(
      "div",
      { class: "page-title" },
      el(
        "div",
        { class: "page-words" },
        el("div", { class: "title-row" }, el("h1", {}, bdi(title)), badges),
        lead && el("p", { class: "lead" }, lead),
      ),
      actions.length ? el("div", { class: "page-actions" }, actions) : null,
    ),
  );
}

/** Links that look like tabs: `items` are `[label, href, here]`. */
export function tabs(label, items) {
  return el(
    "nav",
    { class: "tabs", "aria-label": label },
    el(
      "ul",
      {},
      items.map(([text, href, here]) => el("li", {}, el("a", { href, "aria-current": here ? "page" : null }, text))),
    ),
  );
}

/** A part of a page with a heading of its own. */
export function section({ title, lead, actions = [], id }, ...children) {
  return el(
    "section",
    { class: "card section", id },
    title || actions.length
      ? el(
          "div",
          { class: "section-head" },
          el("div", {}, title && el("h2", {}, title), lead && el("p", { class: "soft" }, lead)),
          actions.length ? el("div", { class: "section-actions" }, actions) : null,
        )
      : null,
    children,
  );
}

/** Grey lines where something is about to be. */
export function loading(lines = 4) {
  return el(
    "div",
    { class: "loading", role: "status" },
    el("span", { class: "unseen" }, "Loading…"),
    Array.from({ length: lines }, () => el("span", { class: "skeleton", "aria-hidden": "true" })),
  );
}

export function failed({ title, text }, retry = null) {
  return el(
    "div",
    { class: "empty", role: "alert" },
    el("p", { class: "empty-title" }, title),
    text && el("p", {}, text),
    retry && button("Try again", { onclick: retry }),
  );
}

export function empty({ title, text, actions = [] }) {
  return el("div", { class: "empty" }, el("p", { class: "empty-title" }, title), text && el("p", {}, text), actions);
}

/**
 * Load something into a place: grey lines, then what `draw(loaded)` gives, or the refusal with a way to try again.
 * Resolves when it is drawn; what is not there any more is not drawn into.
 */
export async function load(place, fetch, draw, lines) {
  const waiting = loading(lines);
  place.replaceChildren(waiting);
  try {
    const loaded = await fetch();
    if (waiting.parentNode !== place) return; // it was asked for again meanwhile
    place.replaceChildren(...[draw(loaded)].flat().filter(Boolean));
  } catch (error) {
    if (error instanceof SessionLost || waiting.parentNode !== place) return;
    place.replaceChildren(failed(explain(error), () => load(place, fetch, draw, lines)));
  }
}

export function badge(text, kind = "") {
  return el("span", { class: "badge", dataset: { kind } }, text);
}

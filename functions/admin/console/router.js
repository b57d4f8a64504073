// Shows the page of an address (`#/users/demo.user/security`), and the question before unsaved edits are left.

import { confirm } from "./dialogs.js";
/** @import { Question } from "./dialogs.js" */
import { t } from "./language.js";

/**
 * A page's module. `draw` fills the place; it resolves when the page's first load has ended.
 * @template {object} [C=never]
 * @typedef {{ draw: (place: HTMLElement, context: C) => Promise<unknown> }} PageModule
 */

/** @typedef {() => Promise<PageModule>} LoadPage */

/**
 * The result of looking up an address: the page, the parameters in the address, and its query.
 * @typedef {object} Found
 * @property {LoadPage | null} load
 * @property {Record<string, string>} given
 * @property {string} path
 * @property {URLSearchParams} search
 */

/**
 * Edits of the page at hand that are not saved. `within` is the start of the addresses that they survive, `question`
 * what is asked before they are left.
 * @typedef {{ dirty: () => boolean, discard: () => void, within?: string, question?: () => Question }} Edits
 */

const UNSAVED = {
  title: t("leaveUnsaved"),
  text: t("leaveUnsavedText"),
  action: t("discardChanges"),
};

/** @type {{ parts: string[], load: LoadPage }[]} */
let routes = [];
/** @type {(found: Found) => void} */
let show = () => {};
let current = ""; // the hash that is shown
/** @type {Edits | null} */
let unsaved = null;
let asking = false;

/**
 * Start: show pages by the table of addresses, whose `:name` parts are given to the page.
 * @param {[pattern: string, load: LoadPage][]} table
 * @param {(found: Found) => void} draw
 */
export function route(table, draw) {
  routes = table.map(([pattern, load]) => ({ parts: pattern.split("/"), load }));
  show = draw;
  addEventListener("hashchange", moved);
  addEventListener("beforeunload", (event) => {
    if (unsaved?.dirty()) event.preventDefault();
  });
}

/**
 * Ask before the edits of the page at hand are left.
 * @param {Edits} edits
 */
export function guard(edits) {
  unsaved = edits;
}

async function moved() {
  const wanted = location.hash;
  if (wanted === current || asking) return;
  if (unsaved?.dirty() && !(unsaved.within && wanted.startsWith(unsaved.within))) {
    history.replaceState(null, "", current);
    asking = true;
    const go = await confirm({ danger: true, ...(unsaved.question?.() ?? UNSAVED) });
    asking = false;
    if (!go) return;
    unsaved?.discard();
    history.pushState(null, "", wanted);
  }
  refresh();
}

/** Show the page of the address. */
export function refresh() {
  current = location.hash || "#/overview";
  const [path, search = ""] = current.replace(/^#/, "").split("?");
  if (!(unsaved?.within && current.startsWith(unsaved.within))) unsaved = null;
  show({ ...find(path), path, search: new URLSearchParams(search) });
}

/** @param {string} path */
function find(path) {
  const parts = path.replace(/\/$/, "").split("/");
  for (const { parts: pattern, load } of routes) {
    if (pattern.length !== parts.length) continue;
    /** @type {Record<string, string>} */
    const given = {};
    const fits = pattern.every((part, index) =>
      part.startsWith(":") ? keep(given, part.slice(1), parts[index]) : part === parts[index],
    );
    if (fits) return { load, given };
  }
  return { load: null, given: {} };
}

/**
 * Keep a part of the address under its name; false where it is not a value.
 * @param {Record<string, string>} given
 * @param {string} name
 * @param {string} text
 */
function keep(given, name, text) {
  try {
    given[name] = decodeURIComponent(text);
  } catch {
    return false;
  }
  return given[name] !== "";
}

/**
 * Go to another page.
 * @param {string} hash
 */
export function go(hash) {
  if (location.hash === hash) refresh();
  else location.hash = hash;
}

/**
 * Change the address of the page at hand (a filter, a search) without drawing it anew.
 * @param {string} hash
 */
export function restate(hash) {
  current = hash;
  history.replaceState(null, "", hash);
}

/**
 * The address of a page: `to("users", name, "security")`.
 * @param {...string} parts
 */
export const to = (...parts) => `#/${parts.map(encodeURIComponent).join("/")}`;

/** Discard the unsaved edits: nobody is there any more to save them. */
export function abandon() {
  unsaved?.discard();
  unsaved = null;
}

/** The edits were saved, or are of no use any more. */
export function forgetUnsaved() {
  unsaved = null;
}

// Which page belongs to which address (`#/users/demo.user/security`), and the question before unsaved edits are left.

import { confirm } from "./dialogs.js";

let routes = [];
let show = () => {};
let current = null; // the hash that is shown
let unsaved = null; // {what(), discard()} of the page at hand
let asking = false;

/** `table` has `[pattern, load]`; a pattern's `:name` parts are given to the page. `draw(found)` shows it. */
export function route(table, draw) {
  routes = table.map(([pattern, load]) => ({ parts: pattern.split("/"), load }));
  show = draw;
  addEventListener("hashchange", moved);
  addEventListener("beforeunload", (event) => {
    if (isUnsaved()) event.preventDefault();
  });
}

const isUnsaved = () => Boolean(unsaved?.dirty());

/** The page at hand has edits that are not saved: `{dirty(), discard(), within?}`; `within` is a hash prefix they survive in. */
export function guard(edits) {
  unsaved = edits;
}

async function moved() {
  const wanted = location.hash;
  if (wanted === current || asking) return;
  if (isUnsaved() && !(unsaved.within && wanted.startsWith(unsaved.within))) {
    history.replaceState(null, "", current);
    asking = true;
    const go = await confirm({
      title: "Leave without saving?",
      text: "Your changes on this page are not saved. They are lost when you leave.",
      action: "Discard changes",
      danger: true,
    });
    asking = false;
    if (!go) return;
    unsaved.discard();
    history.pushState(null, "", wanted);
  }
  refresh();
}

/** Show what the address says. */
export function refresh() {
  current = location.hash || "#/overview";
  const [path, search = ""] = current.replace(/^#/, "").split("?");
  if (!(unsaved?.within && current.startsWith(unsaved.within))) unsaved = null;
  show({ ...find(path), path, search: new URLSearchParams(search) });
}

function find(path) {
  const parts = path.replace(/\/$/, "").split("/");
  for (const { parts: pattern, load } of routes) {
    if (pattern.length !== parts.length) continue;
    const given = {};
    const fits = pattern.every((part, index) =>
      part.startsWith(":") ? keep(given, part.slice(1), parts[index]) : part === parts[index],
    );
    if (fits) return { load, given };
  }
  return { load: null, given: {} };
}

function keep(given, name, text) {
  try {
    given[name] = decodeURIComponent(text);
  } catch {
    return false;
  }
  return given[name] !== "";
}

/** Go to another page. */
export function go(hash) {
  if (location.hash === hash) refresh();
  else location.hash = hash;
}

/** Change the address of the page at hand (a filter, a search) without drawing it anew. */
export function restate(hash) {
  current = hash;
  history.replaceState(null, "", hash);
}

/** The address of a page: `to("users", name, "security")`. */
export const to = (...parts) => `#/${parts.map(encodeURIComponent).join("/")}`;

/** Give up what is not saved: nobody is there any more to save it. */
export function abandon() {
  unsaved?.discard();
  unsaved = null;
}

/** What was unsaved is saved, or of no use any more. */
export function forgetUnsaved() {
  unsaved = null;
}

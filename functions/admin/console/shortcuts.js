// Keyboard shortcuts: single keys, which never work while somebody types. The sheet is drawn from the same table.

import { openDialog } from "./dialogs.js";
import { t, tp } from "./language.js";
import { may } from "./roles.js";
import { el } from "./shared/dom.js";
import { switchField } from "./switches.js";

const PLACE = "mfa-console.shortcuts";
/** How long the second key of a pair may take. */
const PAUSE_MS = 1500;

/**
 * One key, or two in a row. `run` is null where the page itself does it.
 * @typedef {{ keys: string[], words: string, run: (() => void) | null }} Shortcut
 */

/** @param {string} hash */
const go = (hash) => () => {
  location.hash = hash;
};

/** @param {string} selector of a control on the page */
const press = (selector) => () => {
  const control = document.querySelector(`#main ${selector}:not([hidden])`);
  if (control instanceof HTMLElement) control.click();
};

function search() {
  const field = document.querySelector('#main [type="search"], #main [role="search"] input');
  if (field instanceof HTMLInputElement) field.focus();
  else location.hash = "#/users";
}

/** @type {Shortcut[]} */
const SHORTCUTS = [
  { keys: ["?"], words: t("does_help"), run: showShortcuts },
  { keys: ["/"], words: t("does_search"), run: search },
  { keys: ["g", "o"], words: t("place_overview"), run: go("#/overview") },
  { keys: ["g", "u"], words: t("place_users"), run: go("#/users") },
  { keys: ["g", "c"], words: t("place_clients"), run: go("#/clients") },
  { keys: ["g", "f"], words: t("place_fraud"), run: go("#/fraud") },
  { keys: ["g", "l"], words: t("place_log"), run: go("#/log") },
  { keys: ["g", "a"], words: t("place_sessions"), run: go("#/sessions") },
  { keys: ["g", "s"], words: t("place_settings"), run: go("#/settings") },
  { keys: ["c"], words: t("does_create"), run: () => may("manage_users") && go("#/new-user")() },
  { keys: ["j"], words: t("does_next"), run: press(".pager button:last-of-type") },
  { keys: ["k"], words: t("does_previous"), run: press(".pager button:first-of-type") },
  { keys: ["Escape"], words: t("does_close"), run: null },
];

/** The first key of a pair, and when it was pressed. */
let first = { key: "", at: 0 };

/** Listen. Nothing happens while a dialog or the login is open, or in a field. */
export function listenForShortcuts() {
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.isComposing) return;
    if (event.defaultPrevented || !areOn() || isBusyElsewhere(event.target)) return;
    const before = event.timeStamp - first.at < PAUSE_MS ? first.key : "";
    first = { key: event.key, at: event.timeStamp };
    const found = find([before, event.key]) ?? find([event.key]);
    if (!found?.run) return;
    event.preventDefault(); // the key is not typed into the field that gets the focus
    first = { key: "", at: 0 };
    found.run();
  });
}

/** @param {string[]} pressed */
const find = (pressed) => SHORTCUTS.find(({ keys }) => keys.join(" ") === pressed.join(" "));

/** @param {EventTarget | null} target */
function isBusyElsewhere(target) {
  const typing = target instanceof Element && target.closest("input, textarea, select, [contenteditable]");
  return Boolean(typing || document.querySelector("dialog[open]") || document.getElementById("frame")?.hidden);
}

function areOn() {
  try {
    return localStorage.getItem(PLACE) !== "off";
  } catch {
    return true;
  }
}

/** @param {boolean} on */
function turn(on) {
  try {
    if (on) localStorage.removeItem(PLACE);
    else localStorage.setItem(PLACE, "off");
  } catch {
    // Storage may be switched off; then they stay on.
  }
}

/** The sheet: each shortcut, and the switch that turns all of them off. */
export function showShortcuts() {
  const toggle = switchField({
    name: "shortcuts",
    label: t("shortcutsOn"),
    hint: t("shortcutsHint"),
    value: areOn(),
    onchange: turn,
  });
  openDialog({ title: t("shortcuts"), body: [toggle.element, sheet()] });
}

function sheet() {
  const head = el(
    "tr",
    {},
    el("th", { scope: "col" }, t("shortcutKey")),
    el("th", { scope: "col" }, t("shortcutDoes")),
  );
  const rows = SHORTCUTS.map(({ keys, words }) =>
    el("tr", {}, el("td", { class: "keys" }, keysOf(keys)), el("td", {}, words)),
  );
  return el("table", { class: "plain-table shortcuts" }, el("thead", {}, head), el("tbody", {}, rows));
}

/** @param {string[]} keys */
function keysOf([one, two]) {
  return two ? tp("keyThen", { first: el("kbd", {}, one), second: el("kbd", {}, two) }) : el("kbd", {}, one);
}

// The console's own elements: icons, buttons, files to download.

/** @import { Attributes, Child } from "./shared/types" */
import { el, isBusy, isDisabled, svg } from "./shared/dom.js";

let count = 0;

/** An id that no other element has. */
export const uid = (stem = "x") => `${stem}-${++count}`;

/**
 * Text that somebody else wrote: it keeps its own direction.
 * @param {Child} text
 */
export const bdi = (text) => el("bdi", {}, text);

/** The paths of the icons, in a box of 20 by 20. */
const ICONS = {
  overview: "M3.5 16.5v-5M8 16.5v-9M12.5 16.5v-6.5M17 16.5V4",
  users: [
    "M7.5 9.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM2 16.5c.4-3 2.5-4.5 5.5-4.5s5.1 1.5 5.5 4.5",
    "M13 4a2.8 2.8 0 0 1 0 5.3M15 12.4c1.7.6 2.7 1.9 3 4.1",
  ].join(""),
  clients: "M3 4.5h14v8.5H3zM7 16.5h6M10 13v3.5",
  fraud: "M10 3l6 2v5c0 3.6-2.5 6-6 7.2C6.5 16 4 13.6 4 10V5zM10 7v3.5M10 13v.1",
  log: "M4 4.5h12M4 8.2h12M4 11.8h8M4 15.5h6",
  sessions: "M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14ZM10 6v4.2l2.8 1.8",
  settings: "M3 6h7M14 6h3M3 14h3M10 14h7M12 8a2 2 0 1 0 0-4 2 2 0 0 0 0 4ZM8 16a2 2 0 1 0 0-4 2 2 0 0 0 0 4Z",
  plus: "M10 4v12M4 10h12",
  close: "m5 5 10 10M15 5 5 15",
  previous: "M12 4.5 6.5 10l5.5 5.5",
  next: "M8 4.5 13.5 10 8 15.5",
  upload: "M10 13V4M6 7.5 10 3.5l4 4M3.5 13.5v3h13v-3",
  download: "M10 3.5V13M6 9l4 4 4-4M3.5 13.5v3h13v-3",
  search: "M8.5 14a5.5 5.5 0 1 0 0-11 5.5 5.5 0 0 0 0 11ZM12.5 12.5 17 17",
  tick: "m4.5 10.5 3.7 3.7L15.5 6.5",
  warning: "M10 3 18 16.5H2ZM10 8v4M10 14.3v.1",
  copy: "M7 7h9.5v9.5H7zM3.5 13V3.5H13",
};

/** @typedef {keyof typeof ICONS} IconName */

/**
 * A small drawing beside words. Screen readers skip it.
 * @param {IconName} name
 */
export function icon(name) {
  return svg(
    "svg",
    { class: "icon", viewBox: "0 0 20 20", "aria-hidden": "true", focusable: "false" },
    svg("path", { d: ICONS[name] }),
  );
}

/**
 * A button. `kind` is its look: primary, save, danger, quiet, small, link (several with blanks between them).
 * @param {string} label
 * @param {Attributes & { kind?: string, icon?: IconName | null }} [options]
 */
export function button(label, { kind = "", icon: drawing, ...attributes } = {}) {
  return el(
    "button",
    { type: "button", class: kind.split(" ").includes("link") ? kind : `button ${kind}`.trim(), ...attributes },
    drawing && icon(drawing),
    el("span", {}, label),
  );
}

/**
 * The button that submits a form; `form` is the id of a form that it stands outside of.
 * @param {string} label
 * @param {Attributes & { kind?: string }} [options]
 */
export function submitButton(label, { kind = "primary", ...attributes } = {}) {
  return el("button", { type: "submit", class: `button ${kind}`.trim(), ...attributes }, el("span", {}, label));
}

/**
 * Write on a button of ours.
 * @param {HTMLButtonElement} control
 * @param {string} label
 */
export function relabel(control, label) {
  if (control.lastChild) control.lastChild.textContent = label;
}

/**
 * Do `work` for a control: it is busy meanwhile, and pressing it again does nothing and gives undefined. Errors are
 * thrown to the caller.
 * @template T
 * @param {Element} control
 * @param {() => Promise<T>} work
 * @returns {Promise<T | undefined>}
 */
export async function busyWhile(control, work) {
  if (isBusy(control)) return undefined;
  control.setAttribute("aria-busy", "true");
  try {
    return await work();
  } finally {
    control.removeAttribute("aria-busy");
  }
}

/**
 * Whether pressing does nothing just now.
 * @param {Element} control
 */
export const isInert = (control) => isDisabled(control) || isBusy(control);

/**
 * Give the person a file.
 * @param {string} name
 * @param {string} text
 * @param {string} [type]
 */
export function download(name, text, type = "text/csv;charset=utf-8") {
  const url = URL.createObjectURL(new Blob([text], { type }));
  el("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** Move the focus to the heading of the page, where the element that had it is gone. */
export function focusHeading() {
  /** @type {HTMLElement | null} */ (document.querySelector("main h1"))?.focus({ preventScroll: true });
}

// The few things the console does to its document. Text is only ever set as text.

export const $ = (id) => document.getElementById(id);

const PROPERTIES = new Set(["value", "checked", "selected", "disabled", "multiple", "indeterminate"]);

/** An element. `class`, `dataset` and listeners (`onclick`) are among the attributes; null and false leave one out. */
export function el(name, attributes = {}, ...children) {
  return fill(document.createElement(name), attributes, children);
}

/** The same for a shape. */
export function svg(name, attributes = {}, ...children) {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, children);
}

function fill(element, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (key === "dataset") Object.assign(element.dataset, value);
    else if (PROPERTIES.has(key)) continue;
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(
    ...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false),
  );
  for (const [key, value] of Object.entries(attributes)) {
    if (PROPERTIES.has(key) && value !== undefined && value !== null) element[key] = value;
  }
  return element;
}

let count = 0;

/** An id that no other element has. */
export const uid = (stem = "x") => `${stem}-${++count}`;

/** Somebody else's text: its direction stays its own. */
export const bdi = (text) => el("bdi", {}, text);

const ICONS = {
  overview: "M3.5 16.5v-5M8 16.5v-9M12.5 16.5v-6.5M17 16.5V4",
  users:
    "M7.5 9.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM2 16.5c.4-3 2.5-4.5 5.5-4.5s5.1 1.5 5.5 4.5M13 4a2.8 2.8 0 0 1 0 5.3M15 12.4c1.7.6 2.7 1.9 3 4.1",
  clients: "M3 4.5h14v8.5H3zM7 16.5h6M10 13v3.5",
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

/** A small drawing beside words; it says nothing of its own. */
export function icon(name) {
  return svg(
    "svg",
    { class: "icon", viewBox: "0 0 20 20", "aria-hidden": "true", focusable: "false" },
    svg("path", { d: ICONS[name] }),
  );
}

/** Tell a screen reader, politely and once. */
export function announce(text) {
  const region = $("announcer");
  region.textContent = "";
  setTimeout(() => {
    region.textContent = text;
  }, 80);
}

/** A button. `kind` is its look: primary, save, danger, quiet, small, link (several with blanks between them). */
export function button(label, { kind = "", icon: drawing, ...attributes } = {}) {
  return el(
    "button",
    { type: "button", class: kind.split(" ").includes("link") ? kind : `button ${kind}`.trim(), ...attributes },
    drawing && icon(drawing),
    el("span", {}, label),
  );
}

/** Do `work` for a button: busy meanwhile, and once however often it is pressed. Errors are the caller's. */
export async function busyWhile(control, work) {
  if (!control) return work();
  if (control.getAttribute("aria-busy") === "true") return undefined;
  control.setAttribute("aria-busy", "true");
  try {
    return await work();
  } finally {
    control.removeAttribute("aria-busy");
  }
}

/** Greyed and refusing, but still reachable, so that the focus does not fall off it. */
export function setDisabled(control, disabled) {
  if (disabled) control.setAttribute("aria-disabled", "true");
  else control.removeAttribute("aria-disabled");
}

export const isDisabled = (control) =>
  control.getAttribute("aria-disabled") === "true" || control.getAttribute("aria-busy") === "true";

/** Hand a file to the person. */
export function download(name, text, type = "text/csv;charset=utf-8") {
  const url = URL.createObjectURL(new Blob([text], { type }));
  el("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

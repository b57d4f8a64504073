// The few things that the pages do to their documents. Text is only ever set as text.

/** @import { Attributes, Child } from "./types" */

/**
 * An element of the page that is always there, by its id.
 * @template {HTMLElement} [T=HTMLElement]
 * @param {string} id
 * @param {new () => T} [kind] its class, where more than an HTMLElement is needed
 * @returns {T}
 */
export function $(id, kind) {
  const element = document.getElementById(id);
  if (!(element instanceof (kind ?? HTMLElement))) throw new TypeError(`the page has no such element: ${id}`);
  return /** @type {T} */ (element);
}

// Set as properties: their attributes are only what they are at first.
const PROPERTIES = new Set(["value", "checked", "selected", "disabled", "multiple", "indeterminate"]);

/**
 * An element. `class`, `dataset` and listeners (`onclick`) are among the attributes; null and false leave one out.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} name
 * @param {Attributes} [attributes]
 * @param {...Child} children
 */
export function el(name, attributes = {}, ...children) {
  return fill(document.createElement(name), attributes, children);
}

/**
 * The same for SVG.
 * @template {keyof SVGElementTagNameMap} K
 * @param {K} name
 * @param {Attributes} [attributes]
 * @param {...Child} children
 */
export function svg(name, attributes = {}, ...children) {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, children);
}

/**
 * @template {HTMLElement | SVGElement} E
 * @param {E} element
 * @param {Attributes} attributes
 * @param {Child} children
 */
function fill(element, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (typeof value === "function") element.addEventListener(key.slice(2), /** @type {EventListener} */ (value));
    else if (key === "dataset") Object.assign(element.dataset, value);
    else if (PROPERTIES.has(key)) continue;
    else element.setAttribute(key, value === true ? "" : String(value));
  }
  element.append(...parts(children));
  for (const [key, value] of Object.entries(attributes)) {
    if (PROPERTIES.has(key) && value !== undefined && value !== null) Reflect.set(element, key, value);
  }
  return element;
}

/**
 * The children that are to be shown, as a flat list.
 * @param {Child} children
 * @returns {(Node | string)[]}
 */
export function parts(children) {
  if (children === null || children === undefined || children === false) return [];
  return isList(children) ? children.flatMap(parts) : [children];
}

/**
 * @param {Child} child
 * @returns {child is readonly Child[]}
 */
const isList = (child) => Array.isArray(child);

/**
 * Tell a screen reader, politely and once. Nothing is said while the page says it by moving the focus.
 * @param {string | null} text
 */
export function announce(text) {
  say($("announcer"), text);
}

/**
 * The same, by a live region.
 * @param {HTMLElement} region
 * @param {string | null} text
 */
export function say(region, text) {
  region.textContent = "";
  setTimeout(() => {
    region.textContent = text;
  }, 80);
}

/**
 * Greyed and refusing, but still reachable, so that the focus does not fall off it and its reason can be heard.
 * @param {Element} control
 * @param {boolean} disabled
 */
export function setDisabled(control, disabled) {
  if (disabled) control.setAttribute("aria-disabled", "true");
  else control.removeAttribute("aria-disabled");
}

/** @param {Element} control */
export const isDisabled = (control) => control.getAttribute("aria-disabled") === "true";

/** @param {Element} control */
export const isBusy = (control) => control.getAttribute("aria-busy") === "true";

// Busy buttons, and errors tied to their fields.

/** @import { Flow } from "./flow.js" */

/**
 * Show that a button is at work, with `label` on it meanwhile; or that it is done.
 * @param {Element | null | undefined} button
 * @param {boolean} busy
 * @param {string} [label]
 */
export function setBusy(button, busy, label) {
  if (!(button instanceof HTMLElement)) return;
  if (busy) {
    const before = button.firstChild?.nodeValue ?? "";
    button.dataset.label = before;
    setLabel(button, label ?? before);
    button.setAttribute("aria-busy", "true");
  } else if (button.dataset.label !== undefined) {
    setLabel(button, button.dataset.label);
    delete button.dataset.label;
    button.removeAttribute("aria-busy");
  }
}

/**
 * Write on a button. Elements behind its first text stay.
 * @param {Element} button
 * @param {string} label
 */
export function setLabel(button, label) {
  if (button.firstChild) button.firstChild.nodeValue = label;
}

/**
 * Put words below a field and tie them to it; empty words take them away.
 * @param {Flow} flow
 * @param {string} id
 * @param {string} text
 */
export function fieldError(flow, id, text) {
  const [input, error] = [flow.$(id), flow.$(`${id}-error`)];
  error.textContent = text;
  error.hidden = !text;
  if (text) input.setAttribute("aria-invalid", "true");
  else input.removeAttribute("aria-invalid");
  describe(input, error.id, Boolean(text));
}

/**
 * Add an id to, or take it from, the ids that describe an input. An error is heard first.
 * @param {HTMLElement} input
 * @param {string} id
 * @param {boolean} on
 */
export function describe(input, id, on) {
  const ids = (input.getAttribute("aria-describedby") ?? "").split(" ").filter(Boolean);
  if (ids.includes(id) === on) return;
  const list = on ? [id, ...ids] : ids.filter((other) => other !== id);
  if (list.length) input.setAttribute("aria-describedby", list.join(" "));
  else input.removeAttribute("aria-describedby");
}

// Switches: on or off.

import { uid } from "./dom.js";
import { el, isBusy, isDisabled } from "./shared/dom.js";

/**
 * On or off. `label`, or the id of the element that names it in `labelledby`.
 * @typedef {object} SwitchOptions
 * @property {string} [label]
 * @property {string} [labelledby]
 * @property {string | null} [describedby]
 * @property {boolean} [on]
 * @property {(on: boolean) => void} onchange
 */

/** @param {SwitchOptions} options */
export function switchControl({ label, labelledby, on, onchange, describedby }) {
  const attributes = {
    type: "button",
    class: "switch",
    role: "switch",
    "aria-checked": String(Boolean(on)),
    "aria-label": labelledby ? null : label,
    "aria-labelledby": labelledby,
    "aria-describedby": describedby,
  };
  const control = el("button", attributes, el("span", { class: "switch-thumb" }));
  control.addEventListener("click", () => {
    if (!isDisabled(control) && !isBusy(control)) onchange(control.getAttribute("aria-checked") !== "true");
  });
  return control;
}

/**
 * A switch with a label and a hint.
 * @param {{ name: string, label: string, hint?: string, value: boolean, onchange?: (on: boolean) => void }} options
 */
export function switchField({ name, label, hint, value, onchange }) {
  const id = uid("switch");
  const error = el("p", { class: "field-error", hidden: true });
  const setError = (/** @type {string} */ text) => {
    error.textContent = text;
    error.hidden = !text;
  };
  const control = switchControl({
    labelledby: `${id}-label`,
    describedby: hint ? `${id}-hint` : null,
    on: value,
    onchange(on) {
      control.setAttribute("aria-checked", String(on));
      setError("");
      onchange?.(on);
    },
  });
  const note = hint && el("p", { class: "field-hint", id: `${id}-hint` }, hint);
  const words = el("div", {}, el("span", { class: "label", id: `${id}-label` }, label), note, error);
  return {
    name,
    label,
    input: control,
    element: el("div", { class: "field wide switch-field", dataset: { field: name } }, control, words),
    get value() {
      return control.getAttribute("aria-checked") === "true";
    },
    set value(on) {
      control.setAttribute("aria-checked", String(Boolean(on)));
    },
    setError,
    focus: () => control.focus(),
  };
}

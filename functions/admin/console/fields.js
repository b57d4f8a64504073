// Inputs with their label, hint and error.

import { button, relabel, uid } from "./dom.js";
/** @import { Child, FieldError } from "./shared/types" */
import { language, t } from "./language.js";
import { el } from "./shared/dom.js";

/**
 * A field that a refusal of the server may name. `problem()` gives the error in it, or an empty string.
 * @typedef {object} Target
 * @property {string} name as the API has it
 * @property {Child} [label]
 * @property {(text: string) => void} setError shows an error; an empty text takes it away
 * @property {() => void} focus
 * @property {() => string} [problem]
 * @property {() => Promise<unknown>} [settled] waits until the field's value is the one to save
 */

/**
 * A field on the page.
 * @template V
 * @typedef {Target & { element: HTMLElement, value: V }} Field
 */

/**
 * A field that one types into. `text` is what stands there, whatever `value` makes of it.
 * @template V
 * @template {HTMLElement} [I=HTMLInputElement]
 * @typedef {Field<V> & { input: I, text: string }} InputField
 */

/**
 * The options of all fields. `wide` spans the columns; `group` has labels of its own.
 * @typedef {{ name?: string, label?: Child, hint?: Child, wide?: boolean, group?: boolean }} Frame
 */

/**
 * Builds the parts that all fields share: a label, the control, a hint, and room for an error tied to the control.
 * @template {HTMLElement} I
 * @param {Frame} options
 * @param {I} input
 * @param {HTMLElement} [control] the input with what stands around it
 */
export function frame({ name = "", label, hint, wide, group }, input, control = input) {
  input.id ||= uid("field");
  const { id } = input;
  const error = el("p", { class: "field-error", id: `${id}-error`, hidden: true });
  const note = hint ? el("p", { class: "field-hint", id: `${id}-hint` }, hint) : null;
  const heading = group ? null : el("label", { for: id }, label);
  const look = wide ? "field wide" : "field";
  const element = el("div", { class: look, dataset: { field: name } }, heading, control, error, note);
  const setError = (/** @type {string} */ text) => {
    error.textContent = text;
    error.hidden = !text;
    setInvalid(input, Boolean(text));
    const ids = [text && error.id, note?.id].filter(Boolean).join(" ");
    if (ids) input.setAttribute("aria-describedby", ids);
    else input.removeAttribute("aria-describedby");
  };
  setError("");
  return { name, label, element, input, setError, focus: () => input.focus() };
}

/**
 * @param {Element} input
 * @param {boolean} invalid
 */
export function setInvalid(input, invalid) {
  if (invalid) input.setAttribute("aria-invalid", "true");
  else input.removeAttribute("aria-invalid");
}

/**
 * A frame whose value can be read and written.
 * @template V
 * @template {HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement} I
 * @param {Omit<InputField<V, I>, "value" | "text">} field
 * @param {object} how
 * @param {() => V} how.read
 * @param {(value: V) => void} how.write
 * @param {(value: V) => void} [how.onchange]
 * @param {string} [event]
 * @returns {InputField<V, I>}
 */
function withValue(field, { read, write, onchange }, event = "input") {
  field.input.addEventListener(event, () => {
    field.setError("");
    onchange?.(read());
  });
  return Object.defineProperties(/** @type {InputField<V, I>} */ (field), {
    value: { get: read, set: write },
    text: { get: () => field.input.value },
  });
}

/**
 * `type` and the others as HTML has them; `suffix` is a unit behind the input. Empty is null where `nullable`.
 * @typedef {object} TextOptions
 * @property {string | null} [value]
 * @property {string} [type]
 * @property {boolean} [nullable]
 * @property {(value: string | null) => void} [onchange]
 * @property {string} [suffix]
 * @property {boolean} [mono]
 * @property {string} [placeholder]
 * @property {number} [maxlength]
 * @property {string} [autocomplete]
 * @property {string} [inputmode]
 */

/**
 * One line of text.
 * @param {TextOptions & Frame} options
 */
export function textField({ value = "", type = "text", nullable = false, onchange, suffix, mono, ...rest }) {
  const { placeholder, maxlength, autocomplete = "off", inputmode, ...framed } = rest;
  const input = el("input", {
    type,
    class: mono ? "mono" : null,
    placeholder,
    maxlength,
    autocomplete,
    inputmode,
    spellcheck: "false",
    autocapitalize: "none",
    dir: type === "text" && !mono ? "auto" : null,
  });
  input.value = value ?? "";
  const control = suffix ? el("div", { class: "with-suffix" }, input, el("span", { class: "suffix" }, suffix)) : input;
  return withValue(frame(framed, input, control), {
    read: () => (nullable && input.value.trim() === "" ? null : input.value),
    write(text) {
      input.value = text ?? "";
    },
    onchange,
  });
}

/**
 * Several lines of text.
 * @param {{ value?: string, rows?: number, maxlength?: number, onchange?: (text: string) => void } & Frame} options
 */
export function textAreaField({ value = "", rows, maxlength, onchange, ...framed }) {
  const input = el("textarea", { rows, maxlength, dir: "auto", autocomplete: "off", spellcheck: "true" });
  input.value = value;
  return withValue(frame(framed, input), {
    read: () => input.value,
    write(text) {
      input.value = text;
    },
    onchange,
  });
}

const decimals = new Intl.NumberFormat(language.format, { useGrouping: false, maximumFractionDigits: 4 });
/** A number as one types it: with the language's sign between whole and fraction. @param {number} n */
const plainNumber = (n) => decimals.format(n);

/**
 * `unit` says how many of the value's units one typed unit is: 60 shows seconds as minutes.
 * @typedef {object} NumberOptions
 * @property {number | string | null} value
 * @property {number} [unit]
 * @property {number} min in the value's units
 * @property {number} max
 * @property {string} [suffix]
 * @property {boolean} [nullable]
 * @property {boolean} [fraction] whether the value may be a fraction, of four digits
 * @property {(value: number | string | null) => void} [onchange]
 */

/**
 * A number, rounded to whole units of the value unless that may be a fraction. Other text is given back as it was
 * typed.
 * @param {NumberOptions & Frame} options
 */
export function numberField({ value, unit = 1, min, max, suffix, nullable, fraction, onchange, ...framed }) {
  const input = el("input", { type: "text", inputmode: "decimal", class: "number", autocomplete: "off" });
  const show = (/** @type {number | string | null} */ n) =>
    typeof n === "number" ? plainNumber(+(n / unit).toFixed(fraction ? 4 : 2)) : (n ?? "");
  input.value = show(value);
  const read = () => {
    const text = input.value.trim().replace(",", ".");
    if (text === "" && nullable) return null;
    const typed = Number(text) * unit;
    const rounded = fraction ? +typed.toFixed(4) : Math.round(typed);
    return text !== "" && Number.isFinite(typed) ? rounded : input.value;
  };
  const write = (/** @type {number | string | null} */ n) => {
    input.value = show(n);
  };
  const control = el("div", { class: "with-suffix short" }, input, suffix && el("span", { class: "suffix" }, suffix));
  const field = withValue(frame(framed, input, control), { read, write, onchange });
  return Object.assign(field, {
    problem() {
      const n = read();
      if (n === null && nullable) return "";
      if (typeof n === "number" && (fraction || Number.isInteger(n)) && n >= min && n <= max) return "";
      const range = { min: show(min), max: show(max) };
      return suffix ? t("giveNumberOf", { ...range, unit: suffix }) : t("giveNumber", range);
    },
  });
}

/**
 * A secret: hidden until one asks to see it.
 * @param {Omit<TextOptions, "type"> & Frame & { label: string }} options
 */
export function secretField(options) {
  const { label, autocomplete = "new-password" } = options;
  const field = textField({ ...options, type: "password", autocomplete });
  const show = button(t("show"), { kind: "peek", "aria-pressed": "false", "aria-label": t("showIt", { label }) });
  show.addEventListener("click", () => {
    const on = field.input.type === "password";
    field.input.type = on ? "text" : "password";
    show.setAttribute("aria-pressed", String(on));
    relabel(show, t(on ? "hide" : "show"));
    show.setAttribute("aria-label", t(on ? "hideIt" : "showIt", { label }));
  });
  const row = el("div", { class: "with-peek" });
  field.input.replaceWith(row);
  row.append(field.input, show);
  return field;
}

/**
 * One of several.
 * @typedef {object} SelectOptions
 * @property {string | null} [value]
 * @property {[value: string, label: string][]} options
 * @property {(value: string) => void} [onchange]
 */

/** @param {SelectOptions & Frame} options */
export function selectField({ value, options, onchange, ...framed }) {
  const choices = options.map(([key, label]) => el("option", { value: key }, label));
  const input = el("select", {}, choices);
  input.value = value ?? "";
  const how = {
    read: () => input.value,
    write(/** @type {string} */ key) {
      input.value = key;
    },
    onchange,
  };
  return withValue(frame(framed, input, el("div", { class: "select" }, input)), how, "change");
}

/**
 * @typedef {object} ChoiceOptions
 * @property {string} [name]
 * @property {string} label
 * @property {string | null} value
 * @property {[value: string, label: string, hint: string][]} options
 * @property {(value: string) => void} [onchange]
 * @property {boolean} [two] in two columns
 */

/**
 * One of a few, each with a line of explanation.
 * @param {ChoiceOptions} options
 */
export function choiceField({ name = "", label, value, options, onchange, two = false }) {
  const group = uid("choice");
  const inputs = options.map(([key]) =>
    el("input", { type: "radio", name: group, value: key, id: `${group}-${key}`, checked: key === value }),
  );
  const choices = options.map(([, text, hint], index) => choice(inputs[index], text, hint));
  const look = two ? "choices two" : "choices";
  const element = el("fieldset", { class: look, dataset: { field: name } }, el("legend", {}, label), choices);
  const checked = () => inputs.find((input) => input.checked);
  for (const input of inputs) input.addEventListener("change", () => onchange?.(input.value));
  return {
    name,
    label,
    element,
    get value() {
      return checked()?.value ?? null;
    },
    set value(key) {
      for (const input of inputs) input.checked = input.value === key;
    },
    setError() {},
    focus: () => (checked() ?? inputs[0]).focus(),
  };
}

/**
 * A radio button with its name and a line of explanation below.
 * @param {HTMLInputElement} input
 * @param {Child} name
 * @param {Child} hint
 */
export function choice(input, name, hint) {
  const note = hint && el("span", { class: "choice-hint" }, hint);
  return el(
    "label",
    { class: "choice", for: input.id },
    input,
    el("span", {}, el("span", { class: "choice-name" }, name), note),
  );
}

/**
 * The name of a field as the page shows it; none for a part of it, such as the second of its entries.
 * @param {string} name
 * @param {Target} field
 */
function nameOf(name, { name: whole, label }) {
  return name === whole && typeof label === "string" ? label : "";
}

/**
 * Show the server's errors at their fields; gives back those that have no field here.
 * @param {Target[]} fields
 * @param {FieldError[]} errors
 * @param {(message: string, label: string) => string} words
 */
export function showErrors(fields, errors, words) {
  /** @type {FieldError[]} */
  const homeless = [];
  /** @type {Target | null} */
  let first = null;
  for (const error of errors) {
    const field =
      fields.find(({ name }) => name === error.field) ?? fields.find(({ name }) => isWithin(error.field, name));
    if (!field) homeless.push(error);
    else {
      field.setError(words(error.message, nameOf(error.field, field)));
      first ??= field;
    }
  }
  first?.focus();
  return homeless;
}

/**
 * Whether a name is of a part: `regions.allow[0]` is within `regions.allow`.
 * @param {string} part
 * @param {string} name
 */
export function isWithin(part, name) {
  return name !== "" && (part.startsWith(`${name}.`) || part.startsWith(`${name}[`));
}

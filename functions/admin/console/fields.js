// Inputs with their label, hint and error. Each is `{name, element, input, value, setError(text), focus()}`.

import { bdi, button, el, svg, uid } from "./dom.js";
import { e164, readNumber, regionLabel, regions } from "./regions.js";

/** What all fields share: a label, the control, a hint, and room for an error that is tied to the control. */
function frame({ name, label, hint, wide, group }, input, control = input) {
  const id = input.id || (input.id = uid("field"));
  const error = el("p", { class: "field-error", id: `${id}-error`, hidden: true });
  const note = hint && el("p", { class: "field-hint", id: `${id}-hint` }, hint);
  const element = el(
    "div",
    { class: wide ? "field wide" : "field", dataset: { field: name } },
    group ? null : el("label", { for: id }, label),
    control,
    error,
    note,
  );
  const describe = (wrong) => {
    const ids = [wrong && error.id, note && note.id].filter(Boolean).join(" ");
    if (ids) input.setAttribute("aria-describedby", ids);
    else input.removeAttribute("aria-describedby");
  };
  describe(false);
  return {
    name,
    label,
    element,
    input,
    setError(text) {
      error.textContent = text;
      error.hidden = !text;
      if (text) input.setAttribute("aria-invalid", "true");
      else input.removeAttribute("aria-invalid");
      describe(Boolean(text));
    },
    focus: () => input.focus(),
  };
}

function withValue(field, read, write, onchange, event = "input") {
  field.input.addEventListener(event, () => {
    field.setError("");
    onchange?.(read());
  });
  return Object.defineProperty(field, "value", { get: read, set: write });
}

/** One line of text; empty is null where `nullable`. `type` as HTML has it, `suffix` a unit behind it. */
export function textField({
  value = "",
  type = "text",
  nullable = false,
  onchange,
  suffix,
  mono,
  placeholder,
  maxlength,
  autocomplete = "off",
  inputmode,
  ...rest
}) {
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
  const read = () => (nullable && input.value.trim() === "" ? null : input.value);
  return withValue(frame(rest, input, control), read, (text) => (input.value = text ?? ""), onchange);
}

/** Several lines of text. */
export function textAreaField({ value = "", rows, maxlength, onchange, ...rest }) {
  const input = el("textarea", { rows, maxlength, dir: "auto", autocomplete: "off", spellcheck: "true" });
  input.value = value ?? "";
  return withValue(
    frame(rest, input),
    () => input.value,
    (text) => (input.value = text ?? ""),
    onchange,
  );
}

/** A whole number in units of `unit` (60: seconds shown as minutes). What is no number is given back as it was typed. */
export function numberField({ value, unit = 1, min, max, suffix, nullable, onchange, ...rest }) {
  const input = el("input", { type: "text", inputmode: "decimal", class: "number", autocomplete: "off" });
  const show = (n) => (typeof n === "number" ? String(+(n / unit).toFixed(2)) : (n ?? ""));
  input.value = show(value);
  const read = () => {
    const text = input.value.trim().replace(",", ".");
    if (text === "" && nullable) return null;
    return text !== "" && Number.isFinite(Number(text)) ? Math.round(Number(text) * unit) : input.value;
  };
  const control = el("div", { class: "with-suffix short" }, input, suffix && el("span", { class: "suffix" }, suffix));
  const field = withValue(frame(rest, input, control), read, (n) => (input.value = show(n)), onchange);
  /** The error in it, or an empty string. */
  field.problem = () => {
    const n = read();
    if (n === null && nullable) return "";
    if (typeof n === "number" && Number.isInteger(n) && n >= min && n <= max) return "";
    return `Give a number from ${show(min)} to ${show(max)}${suffix ? ` ${suffix}` : ""}.`;
  };
  return field;
}

/** A secret: hidden until one asks to see it. */
export function secretField(options) {
  const field = textField({ ...options, type: "password", autocomplete: options.autocomplete ?? "new-password" });
  const show = button("Show", { kind: "peek", "aria-pressed": "false", "aria-label": `Show ${options.label}` });
  show.addEventListener("click", () => {
    const on = field.input.type === "password";
    field.input.type = on ? "text" : "password";
    show.setAttribute("aria-pressed", String(on));
    show.lastChild.textContent = on ? "Hide" : "Show";
    show.setAttribute("aria-label", `${on ? "Hide" : "Show"} ${options.label}`);
  });
  const row = el("div", { class: "with-peek" });
  field.input.replaceWith(row);
  row.append(field.input, show);
  return field;
}

/** One of several: `options` are `[value, label]`. */
export function selectField({ value, options, onchange, ...rest }) {
  const input = el(
    "select",
    {},
    options.map(([key, label]) => el("option", { value: key }, label)),
  );
  input.value = value ?? "";
  return withValue(
    frame(rest, input, el("div", { class: "select" }, input)),
    () => input.value,
    (key) => (input.value = key ?? ""),
    onchange,
    "change",
  );
}

/** On or off. Give `label` and, where it needs words, `hint`. */
export function switchControl({ label, labelledby, on, onchange, describedby }) {
  const control = el(
    "button",
    {
      type: "button",
      class: "switch",
      role: "switch",
      "aria-checked": String(Boolean(on)),
      "aria-label": labelledby ? null : label,
      "aria-labelledby": labelledby,
      "aria-describedby": describedby,
    },
    el("span", { class: "switch-thumb" }),
  );
  control.addEventListener("click", () => {
    if (control.getAttribute("aria-disabled") === "true" || control.getAttribute("aria-busy") === "true") return;
    onchange(control.getAttribute("aria-checked") !== "true", control);
  });
  return control;
}

export function switchField({ name, label, hint, value, onchange }) {
  const id = uid("switch");
  const error = el("p", { class: "field-error", hidden: true });
  const control = switchControl({
    labelledby: `${id}-label`,
    describedby: hint ? `${id}-hint` : null,
    on: value,
    onchange(on) {
      control.setAttribute("aria-checked", String(on));
      field.setError("");
      onchange?.(on);
    },
  });
  const field = {
    name,
    label,
    input: control,
    element: el(
      "div",
      { class: "field wide switch-field", dataset: { field: name } },
      control,
      el(
        "div",
        {},
        el("span", { class: "label", id: `${id}-label` }, label),
        hint && el("p", { class: "field-hint", id: `${id}-hint` }, hint),
        error,
      ),
    ),
    get value() {
      return control.getAttribute("aria-checked") === "true";
    },
    set value(on) {
      control.setAttribute("aria-checked", String(Boolean(on)));
    },
    setError(text) {
      error.textContent = text;
      error.hidden = !text;
    },
    focus: () => control.focus(),
  };
  return field;
}

/** A country and a number. A whole number that is pasted (`+852 9215 3799`) selects its country by itself. */
export function phoneField({ name, label, hint, value, region = "US", onchange, autocomplete = "off" }) {
  const given = value ? readNumber(value) : null;
  const country = el(
    "select",
    { id: uid("country") },
    regions().map((item) => el("option", { value: item.region }, regionLabel(item))),
  );
  country.value = given?.region ?? region;
  const input = el("input", {
    id: uid("number"),
    type: "tel",
    inputmode: "tel",
    autocomplete,
    placeholder: "Number, or paste one with its +code",
  });
  input.value = given?.national ?? "";
  const read = () => e164(country.value, input.value);
  const changed = () => {
    field.setError("");
    onchange?.(read());
  };
  const adopt = () => {
    const whole = readNumber(input.value, country.value);
    if (!whole) return;
    country.value = whole.region;
    input.value = whole.national;
  };
  const control = el(
    "div",
    { class: "phone-control", role: "group", "aria-label": label },
    el("div", {}, el("label", { for: country.id }, "Country"), el("div", { class: "select" }, country)),
    el("div", {}, el("label", { for: input.id }, "Number"), input),
  );
  const field = frame({ name, label, hint, wide: true, group: true }, input, control);
  input.addEventListener("input", (event) => {
    // At once for what was pasted; who types a + goes on until the code is whole.
    if (event.inputType?.startsWith("insertFromPaste") || readNumber(input.value)?.national.length > 3) adopt();
    changed();
  });
  input.addEventListener("change", () => {
    adopt();
    changed();
  });
  country.addEventListener("change", changed);
  return Object.defineProperty(field, "value", {
    get: read,
    set(number) {
      const whole = readNumber(number ?? "", country.value);
      if (whole) country.value = whole.region;
      input.value = whole?.national ?? "";
    },
  });
}

/** One of a few, each with a line of explanation: `options` are `[value, label, hint]`. */
export function choiceField({ name, label, value, options, onchange, two = false }) {
  const group = uid("choice");
  const inputs = options.map(([key]) =>
    el("input", { type: "radio", name: group, value: key, id: `${group}-${key}`, checked: key === value }),
  );
  const element = el(
    "fieldset",
    { class: two ? "choices two" : "choices", dataset: { field: name } },
    el("legend", {}, label),
    options.map(([key, text, hint], index) =>
      el(
        "label",
        { class: "choice", for: `${group}-${key}` },
        inputs[index],
        el("span", {}, el("span", { class: "choice-name" }, text), hint && el("span", { class: "choice-hint" }, hint)),
      ),
    ),
  );
  for (const input of inputs) input.addEventListener("change", () => onchange(input.value));
  return {
    name,
    element,
    get value() {
      return inputs.find((input) => input.checked)?.value ?? null;
    },
    set value(key) {
      for (const input of inputs) input.checked = input.value === key;
    },
    setError() {},
    focus: () => (inputs.find((input) => input.checked) ?? inputs[0]).focus(),
  };
}

/** Put the server's `[{field, message}]` at their fields; gives back those that have no field here. */
export function showErrors(fields, errors, words) {
  const homeless = [];
  let first = null;
  for (const { field: name, message } of errors) {
    const field =
      fields.find((one) => one.name === name) ??
      fields.find(
        (one) =>
          one.name && [".", "["].includes(String(name).slice(one.name.length)[0]) && String(name).startsWith(one.name),
      );
    if (!field) homeless.push({ field: name, message });
    else {
      field.setError(words(message));
      first ??= field;
    }
  }
  first?.focus();
  return homeless;
}

/** A tick in a circle, drawn when something is done. */
export const doneMark = () =>
  svg(
    "svg",
    { class: "done", viewBox: "0 0 48 48", "aria-hidden": "true", focusable: "false" },
    svg("circle", { cx: 24, cy: 24, r: 22 }),
    svg("path", { d: "m15 24.5 6.2 6.2L33.5 18" }),
  );

/** A name and what belongs to it, in two columns. */
export function facts(rows) {
  return el(
    "dl",
    { class: "facts" },
    rows
      .filter(Boolean)
      .map(([name, value]) =>
        el("div", {}, el("dt", {}, name), el("dd", {}, typeof value === "string" ? bdi(value) : value)),
      ),
  );
}

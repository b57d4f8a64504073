// The input of a phone number: a country and a number.

/** @import { InputField } from "./fields.js" */
import { uid } from "./dom.js";
import { frame } from "./fields.js";
import { e164, readNumber, regionLabel, regions } from "./regions.js";
import { el } from "./shared/dom.js";

/**
 * @typedef {object} PhoneOptions
 * @property {string} name
 * @property {string} label
 * @property {string} [hint]
 * @property {string | null} [value] in E.164
 * @property {string} [region] chosen at first
 * @property {(number: string) => void} [onchange]
 * @property {string} [autocomplete]
 */

/**
 * A country and a number; the value is in E.164. A whole number that is pasted (`+852 9215 3799`) selects its country.
 * @param {PhoneOptions} options
 */
export function phoneField({ name, label, hint, value, region = "US", onchange, autocomplete = "off" }) {
  const given = value ? readNumber(value) : null;
  const country = countrySelect(given?.region ?? region);
  const placeholder = "Number, or paste one with its +code";
  const input = el("input", { id: uid("number"), type: "tel", inputmode: "tel", autocomplete, placeholder });
  input.value = given?.national ?? "";
  const field = frame({ name, label, hint, wide: true, group: true }, input, phoneControl(label, country, input));
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
  input.addEventListener("input", (event) => {
    // A pasted number at once; for somebody who types a +, when the code must be complete.
    const pasted = event instanceof InputEvent && event.inputType.startsWith("insertFromPaste");
    if (pasted || (readNumber(input.value)?.national ?? "").length > 3) adopt();
    changed();
  });
  input.addEventListener("change", () => {
    adopt();
    changed();
  });
  country.addEventListener("change", changed);
  const write = (/** @type {string} */ number) => {
    const whole = readNumber(number, country.value);
    if (whole) country.value = whole.region;
    input.value = whole?.national ?? "";
  };
  return Object.defineProperties(/** @type {typeof field & InputField<string>} */ (field), {
    value: { get: read, set: write },
    text: { get: () => input.value },
  });
}

/** @param {string} region the one that is chosen */
function countrySelect(region) {
  const options = regions().map((item) => el("option", { value: item.region }, regionLabel(item)));
  const country = el("select", { id: uid("country") }, options);
  country.value = region;
  return country;
}

/**
 * @param {string} label
 * @param {HTMLSelectElement} country
 * @param {HTMLInputElement} input
 */
function phoneControl(label, country, input) {
  return el(
    "div",
    { class: "phone-control", role: "group", "aria-label": label },
    el("div", {}, el("label", { for: country.id }, "Country"), el("div", { class: "select" }, country)),
    el("div", {}, el("label", { for: input.id }, "Number"), input),
  );
}

// The input of a phone number: a country and a number.

import { uid } from "./dom.js";
import { frame } from "./fields.js";
/** @import { InputField } from "./fields.js" */
/** @import { Answer, CheckedNumber } from "./shared/types" */
import { t } from "./language.js";
import { fieldSentence, sentence } from "./refusals.js";
import { e164, readNumber, regionLabel, regions } from "./regions.js";
import { admin } from "./session.js";
import { Problem } from "./shared/api.js";
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
 * @property {(number: CheckedNumber | null) => void} [onunknown] called with a number that was refused because no
 *   numbering plan has it, and with null when it is gone
 * @property {boolean} [settles] judges the number when the field is left, and changes it to the form that is saved
 */

const NUMBER_REFUSALS = ["invalid_request", "destination_blocked"];

/**
 * A field whose number the API judges. `written` is the number as it stands there and the country that is chosen, for a
 * request that takes both; null where there is none. `settled` waits for a judgement that is under way.
 * @typedef {object} Judging
 * @property {{ number: string, region: string } | null} written
 * @property {(how?: { messages?: boolean, focus?: boolean }) => Promise<string>} judged
 * @property {() => Promise<unknown>} settled
 *
 * @typedef {InputField<string> & Judging} PhoneField
 */

/**
 * A country and a number; the value is in E.164, as far as that can be told without a numbering plan. A whole number
 * that is pasted (`+852 9215 3799`) selects its country.
 * @param {PhoneOptions} options
 */
export function phoneField({ name, label, hint, value, region = "US", settles = false, ...more }) {
  const { onchange, onunknown, autocomplete = "off" } = more;
  const given = value ? readNumber(value) : null;
  const country = countrySelect(given?.region ?? region);
  const placeholder = t("numberPlaceholder");
  const input = el("input", { id: uid("number"), type: "tel", inputmode: "tel", autocomplete, placeholder });
  input.value = given?.national ?? "";
  const field = frame({ name, label, hint, wide: true, group: true }, input, phoneControl(label, country, input));
  const judged = judgeOf(field, country, onunknown);
  /** @type {Promise<unknown>} */
  let settling = Promise.resolve();
  const read = () => e164(country.value, input.value);
  const changed = () => {
    field.setError("");
    onunknown?.(null);
    onchange?.(read());
  };
  const left = () => {
    changed();
    if (!settles || !input.value.trim()) return;
    settling = judged({ messages: false, focus: false }).then(
      (number) => number && onchange?.(number),
      () => {}, // the API refuses a wrong number when it is saved
    );
  };
  adoptWhole(country, input, changed, left);
  const whole = Object.assign(field, { judged, settled: () => settling, written: null, value: "", text: "" });
  return Object.defineProperties(/** @type {typeof whole & PhoneField} */ (whole), {
    value: {
      get: read,
      set(/** @type {string} */ number) {
        input.value = "";
        adopt(country, input, number);
      },
    },
    text: { get: () => input.value },
    written: { get: () => writtenIn(country, input) },
  });
}

/**
 * Take a whole number apart: its country is chosen, and the rest stays. Anything else stays as it is.
 * @param {HTMLSelectElement} country
 * @param {HTMLInputElement} input
 * @param {string} text
 */
function adopt(country, input, text) {
  const whole = readNumber(text, country.value);
  if (!whole) return;
  country.value = whole.region;
  input.value = whole.national;
}

/**
 * Call `changed` while somebody types, and `left` when the field is left or another country chosen.
 * @param {HTMLSelectElement} country
 * @param {HTMLInputElement} input
 * @param {() => void} changed
 * @param {() => void} left
 */
function adoptWhole(country, input, changed, left) {
  input.addEventListener("input", (event) => {
    // A pasted number at once; for somebody who types a +, when the code must be complete.
    const pasted = event instanceof InputEvent && event.inputType.startsWith("insertFromPaste");
    if (pasted || (readNumber(input.value)?.national ?? "").length > 3) adopt(country, input, input.value);
    changed();
  });
  input.addEventListener("change", () => {
    adopt(country, input, input.value);
    left();
  });
  country.addEventListener("change", left);
}

/**
 * The number as it is written, for the API to read with its country known; null where there is none.
 * @param {HTMLSelectElement} country
 * @param {HTMLInputElement} input
 */
function writtenIn({ value: region }, { value }) {
  const number = readNumber(value, region) ? e164(region, value) : value;
  return value.trim() ? { number: number.trim().slice(0, 64), region } : null;
}

/**
 * Gives the number in E.164, judged by the API with the country known, which also drops a 0 that is dialled only within
 * the country. The field then shows the number as it is saved. Where it is refused, the field says why, and the number
 * is empty. `messages`: messages are to go to it, so its country and kind must be allowed.
 * @param {Omit<InputField<string>, "value" | "text">} field
 * @param {HTMLSelectElement} country
 * @param {PhoneOptions["onunknown"]} onunknown
 * @returns {Judging["judged"]}
 */
function judgeOf(field, country, onunknown) {
  const { input } = field;
  return async ({ messages = true, focus = true } = {}) => {
    const refuse = (/** @type {string} */ why) => {
      field.setError(why);
      if (focus) field.focus();
      return "";
    };
    field.setError("");
    const written = writtenIn(country, input);
    if (!written) return refuse(t("enterPhone"));
    try {
      /** @type {Answer<CheckedNumber>} */
      const { body } = await admin("POST", "/numbers/check", { body: { ...written, messages } });
      country.value = body.region;
      input.value = body.number.slice(body.calling_code.length);
      return body.number;
    } catch (error) {
      if (!(error instanceof Problem) || !NUMBER_REFUSALS.includes(error.code)) throw error;
      if (messages && onunknown && error.code === "invalid_request") onunknown(await asWritten(written));
      const [first] = error.errors;
      return refuse(first ? fieldSentence(first.message, t("thisNumber")) : sentence(error));
    }
  };
}

/**
 * The number in E.164, whether or not a numbering plan has it; null where it is no number by its form.
 * @param {{ number: string, region: string }} written
 */
async function asWritten(written) {
  try {
    /** @type {Answer<CheckedNumber>} */
    const { body } = await admin("POST", "/numbers/check", { body: { ...written, messages: false } });
    return body;
  } catch (error) {
    if (error instanceof Problem && NUMBER_REFUSALS.includes(error.code)) return null;
    throw error;
  }
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
    el("div", {}, el("label", { for: country.id }, t("country")), el("div", { class: "select" }, country)),
    el("div", {}, el("label", { for: input.id }, t("number")), input),
  );
}

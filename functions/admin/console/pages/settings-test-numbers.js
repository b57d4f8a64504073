// Test numbers: nothing is sent to them, and their passcode is always the same.

/** @import { TestNumber } from "../shared/types" */
/** @import { SettingsDraft } from "./settings-fields.js" */
import { notice, toastError } from "../dialogs.js";
import { bdi, busyWhile, button, icon } from "../dom.js";
import { textField } from "../fields.js";
import { t } from "../language.js";
import { section } from "../page.js";
import { phoneField } from "../phone-field.js";
import { readNumber, spaced } from "../regions.js";
import { may } from "../roles.js";
import { labelOf } from "../settings-schema.js";
import { el, parts } from "../shared/dom.js";
import { table } from "../table.js";
import { regionName } from "../words.js";

const MOST = 10;
const CODE = /^[0-9]{4,10}$/;

/**
 * The section of the test numbers, and its field.
 * @param {SettingsDraft} draft
 */
export function testNumbers(draft) {
  const room = el("div", { class: "stack" });
  const alarm = el("p", { class: "field-error", role: "alert", hidden: true });
  const listed = () => draft.get("test_numbers") ?? [];
  const setError = (/** @type {string} */ text) => {
    alarm.textContent = text;
    alarm.hidden = !text;
  };
  /** @returns {HTMLInputElement | null} */
  const firstInput = () => room.querySelector("input[type=tel]");
  const focus = () => firstInput()?.focus();
  const stage = (/** @type {TestNumber[]} */ list) => {
    setError("");
    draft.set("test_numbers", list);
    redraw();
    focus();
  };
  const redraw = () => room.replaceChildren(...parts([listPart(listed(), stage), alarm, addPart(listed(), stage)]));
  redraw();
  return {
    element: section({ title: t("testNumbers"), lead: t("testNumbersLead") }, room),
    field: { name: "test_numbers", label: labelOf("test_numbers"), setError, focus },
  };
}

/** @typedef {(list: TestNumber[]) => void} Stage */

/**
 * The numbers. The API shows none to a role that may not change them: their passcodes are a second factor.
 * @param {TestNumber[]} list
 * @param {Stage} stage
 */
function listPart(list, stage) {
  if (!may("manage_settings")) return el("p", { class: "soft" }, t("testNumbersUnseen"));
  if (!list.length) return el("p", { class: "soft" }, t("testNumbersNone"));
  const warning = notice({ kind: "warning", title: t("testNumbersWarning"), text: t("testNumbersWarningText") });
  return [warning, el("div", { class: "inset" }, numberTable(list, stage))];
}

/** @param {string} number */
const whole = (number) => spaced(number, readNumber(number)?.calling_code);

/**
 * @param {TestNumber[]} list
 * @param {Stage} stage
 */
function numberTable(list, stage) {
  const remove = (/** @type {TestNumber} */ one) =>
    button(t("removeTestNumber"), {
      kind: "small quiet",
      "aria-label": t("removeTestNumberOf", { number: whole(one.number) }),
      onclick: () => stage(list.filter((other) => other !== one)),
    });
  return table({
    caption: t("testNumbers"),
    items: list,
    columns: [
      { label: t("number"), kind: "main", cell: numberCell },
      { label: t("passcode"), cell: ({ code }) => el("code", {}, code) },
      { label: t("testNumberControls"), kind: "end", unseen: true, cell: remove },
    ],
  });
}

/** @param {TestNumber} one */
function numberCell({ number }) {
  return el(
    "span",
    { class: "phone-name" },
    el("span", {}, regionName(readNumber(number)?.region) ?? t("unknownCountry")),
    el("span", { class: "soft tabular" }, bdi(whole(number))),
  );
}

/**
 * @param {TestNumber[]} list
 * @param {Stage} stage
 */
function addPart(list, stage) {
  if (list.length >= MOST) return el("p", { class: "soft" }, t("testNumbersFull"));
  const phone = phoneField({ name: "test_number", label: t("testNumber") });
  const code = textField({
    name: "test_code",
    label: t("passcode"),
    mono: true,
    inputmode: "numeric",
    maxlength: 10,
    hint: t("testCodeHint"),
  });
  const add = el("button", { type: "submit", class: "button" }, icon("plus"), el("span", {}, t("addTestNumber")));
  const form = el("form", { class: "add-row three", novalidate: true }, phone.element, code.element, add);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const digits = code.text.trim();
    code.setError(CODE.test(digits) ? "" : t("testCodeWrong"));
    try {
      const number = await busyWhile(add, () => phone.judged({ messages: false }));
      if (!number) return;
      if (list.some((one) => one.number === number)) {
        phone.setError(t("testNumberKnown"));
        return phone.focus();
      }
      if (!CODE.test(digits)) return code.focus();
      stage([...list, { number, code: digits }]);
    } catch (error) {
      toastError(error);
    }
  });
  return form;
}

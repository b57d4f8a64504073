// Phones that are to be added, also with a number that no numbering plan has, for a reason.

/** @import { CheckedNumber } from "../shared/types" */
import { openDialog } from "../dialogs.js";
import { bdi, button, submitButton, uid } from "../dom.js";
import { textField } from "../fields.js";
import { t, tp } from "../language.js";
import { readNumber, spaced } from "../regions.js";
import { el, parts } from "../shared/dom.js";
import { regionName } from "../words.js";

/**
 * A phone that is to be added, with the error of the last try; `unknown` where no numbering plan has its number.
 * @typedef {{ number: string, error: string, unknown?: { region: string, override_reason: string } }} Added
 */

const LONGEST_REASON = 128;

/** @param {string} number */
export const wholeNumber = (number) => spaced(number, readNumber(number)?.calling_code);

/** @param {Added} added */
export function addedName({ number, error, unknown }) {
  return el(
    "span",
    { class: "phone-name" },
    el("span", {}, regionName(unknown?.region ?? readNumber(number)?.region) ?? t("unknownCountry")),
    el("span", { class: "soft tabular" }, bdi(wholeNumber(number))),
    unknown && unknownNote(unknown.override_reason),
    error && el("span", { class: "field-error", role: "alert" }, error),
  );
}

/**
 * For below a phone field: an offer to take a number that was refused because no numbering plan has it. `accept` is
 * called with the reason; the field gets `onunknown`.
 * @param {(number: CheckedNumber, reason: string) => void} accept
 */
export function unknownNumbers(accept) {
  const element = el("div", { role: "status" });
  const onunknown = (/** @type {CheckedNumber | null} */ found) => {
    const ask = () => found && askReason(found, (reason) => accept(found, reason));
    element.replaceChildren(...parts(found && button(t("addNevertheless"), { kind: "link", onclick: ask })));
  };
  return { element, onunknown };
}

/** @param {string} reason */
export const unknownNote = (reason) => el("span", { class: "warn" }, tp("inNoPlan", { reason: bdi(reason) }));

/**
 * @param {CheckedNumber} number
 * @param {(reason: string) => void} accept
 */
async function askReason(number, accept) {
  const reason = textField({
    name: "override_reason",
    label: t("overrideReason"),
    hint: t("overrideReasonHint"),
    maxlength: LONGEST_REASON,
  });
  const form = el("form", { id: uid("unknown"), novalidate: true }, explanation(number), reason.element);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = reason.text.trim();
    if (text) return dialog.close(text);
    reason.setError(t("enterReason"));
    reason.focus();
  });
  const dialog = openDialog({
    title: t("addUnknownNumber"),
    body: form,
    actions: [button(t("cancel"), { onclick: () => dialog.close() }), submitButton(t("addNumber"), { form: form.id })],
  });
  const given = await dialog.closed;
  if (typeof given === "string") accept(given);
}

/** @param {CheckedNumber} number */
function explanation({ number, region, calling_code: code }) {
  const place = regionName(region) ?? region;
  return el("p", {}, tp("unknownNumberText", { number: bdi(spaced(number, code)), country: place }));
}

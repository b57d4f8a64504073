// Phones that are to be added, also with a number that no numbering plan has, for a reason.

/** @import { CheckedNumber } from "../shared/types" */
import { openDialog } from "../dialogs.js";
import { bdi, button, submitButton, uid } from "../dom.js";
import { textField } from "../fields.js";
import { readNumber, spaced } from "../regions.js";
import { el, parts } from "../shared/dom.js";
import { regionName } from "../shared/words.js";

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
    el("span", {}, regionName(unknown?.region ?? readNumber(number)?.region) ?? "Unknown country"),
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
    element.replaceChildren(...parts(found && button("Add it nevertheless…", { kind: "link", onclick: ask })));
  };
  return { element, onunknown };
}

/** @param {string} reason */
export const unknownNote = (reason) => el("span", { class: "warn" }, "In no numbering plan: ", bdi(reason));

/**
 * @param {CheckedNumber} number
 * @param {(reason: string) => void} accept
 */
async function askReason(number, accept) {
  const reason = textField({
    name: "override_reason",
    label: "Reason",
    hint: "Kept in the user's history, with your name.",
    maxlength: LONGEST_REASON,
  });
  const form = el("form", { id: uid("unknown"), novalidate: true }, explanation(number), reason.element);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = reason.text.trim();
    if (text) return dialog.close(text);
    reason.setError("Enter a reason.");
    reason.focus();
  });
  const dialog = openDialog({
    title: "Add a number that no numbering plan has",
    body: form,
    actions: [button("Cancel", { onclick: () => dialog.close() }), submitButton("Add number", { form: form.id })],
  });
  const given = await dialog.closed;
  if (typeof given === "string") accept(given);
}

/** @param {CheckedNumber} number */
function explanation({ number, region, calling_code: code }) {
  const place = regionName(region) ?? region;
  return el(
    "p",
    {},
    "The numbering plans that this service knows do not have ",
    bdi(spaced(number, code)),
    ". Add it if a carrier has confirmed that the range is new. ",
    `It counts as a mobile number of this country: ${place}. All limits for that country apply.`,
  );
}

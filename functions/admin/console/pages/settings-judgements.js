// The server's judgement of a text, as the pages of templates and of action types show it.

/** @import { Finding } from "../shared/types" */
import { notice, noticeOf } from "../dialogs.js";
import { bdi, button, icon } from "../dom.js";
import { language, t } from "../language.js";
import { fieldSentence } from "../refusals.js";
import { Problem } from "../shared/api.js";
import { el, parts } from "../shared/dom.js";

/** @param {"GSM-7" | "UCS-2"} alphabet */
export const alphabetWords = (alphabet) => t(alphabet === "GSM-7" ? "alphabet_GSM" : "alphabet_UCS");

/** @param {Finding[]} found */
function findingList(found) {
  const lines = found.map(({ message }) => el("li", {}, bdi(fieldSentence(t("finding", { message })))));
  return el("ul", {}, lines);
}

/**
 * @param {unknown} error
 * @param {() => void} again
 */
export function refusalNotice(error, again) {
  if (error instanceof Problem && error.errors.length) {
    const text = language.sentences(...error.errors.map(({ message }) => fieldSentence(message)));
    return notice({ kind: "error", title: t("textUnsaveable"), text });
  }
  return noticeOf(error, [button(t("tryAgain"), { kind: "small", onclick: again })]);
}

/**
 * The problems and warnings of a text, or `fine`. Its segments have a place of their own.
 * @param {{ problems: Finding[], warnings: Finding[] }} verdict
 * @param {string} fine
 */
export function judgement({ problems, warnings: all }, fine) {
  const warnings = all.filter(({ code }) => code !== "segments");
  return parts([
    problems.length ? notice({ kind: "error", title: t("textUnsaveable"), text: findingList(problems) }) : null,
    warnings.length ? notice({ kind: "warning", title: t("textBetter"), text: findingList(warnings) }) : null,
    problems.length || warnings.length ? null : el("p", { class: "good-text" }, icon("tick"), fine),
  ]);
}

// The server's judgement of a text, as the pages of templates and of action types show it.

/** @import { Finding } from "../shared/types" */
import { notice, noticeOf } from "../dialogs.js";
import { bdi, button, icon } from "../dom.js";
import { known, language, t } from "../language.js";
import { fieldSentence } from "../refusals.js";
import { Problem } from "../shared/api.js";
import { el, parts } from "../shared/dom.js";
import { COMMA } from "./settings-fields.js";

/** @param {"GSM-7" | "UCS-2"} alphabet */
export const alphabetWords = (alphabet) => t(alphabet === "GSM-7" ? "alphabet_GSM" : "alphabet_UCS");

/**
 * A finding as the end of a sentence about the text. One that the console does not know is in English.
 * @param {Finding} finding
 * @param {{ deed?: boolean }} [of] whether it is about the sentence of an action type
 */
export function problemWords({ code, message, about }, { deed = false } = {}) {
  const key = deed && known(`finding_deed_${code}`) ? `finding_deed_${code}` : `finding_${code}`;
  return known(key, { about: about.map(namedWords).join(COMMA) || "–" }) ?? message;
}

/**
 * "ć (write c)" of "ć → c"
 * @param {string} named
 */
function namedWords(named) {
  const [letter, instead] = named.split(" → ");
  return instead ? t("letterInstead", { letter, instead: instead.trim() || t("blank") }) : letter;
}

/**
 * @param {Finding[]} found
 * @param {{ deed?: boolean }} of
 */
function findingList(found, of) {
  const lines = found.map((one) => el("li", {}, bdi(t("findingIs", { problem: problemWords(one, of) }))));
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
 * @param {{ deed?: boolean }} [of] whether it is the sentence of an action type
 */
export function judgement({ problems, warnings: all }, fine, of = {}) {
  const warnings = all.filter(({ code }) => code !== "segments");
  return parts([
    problems.length ? notice({ kind: "error", title: t("textUnsaveable"), text: findingList(problems, of) }) : null,
    warnings.length ? notice({ kind: "warning", title: t("textBetter"), text: findingList(warnings, of) }) : null,
    problems.length || warnings.length ? null : el("p", { class: "good-text" }, icon("tick"), fine),
  ]);
}

// The words about jobs on many users.

/** @import { Child, EventDetail, JobLine } from "../shared/types" */
/** @import { Key } from "../language.js" */
import { known, t, tn } from "../language.js";
import { el } from "../shared/dom.js";
import { number } from "../words.js";

export const DEEDS = [
  "mfa_on",
  "mfa_off",
  "invite",
  "unlock",
  "disable",
  "enable",
  "set_owner",
  "set_locale",
  "delete",
];

/** Whether the deed only helps users to log in. @param {string} deed */
export const helps = (deed) => deed === "invite" || deed === "unlock";

/** The deed of a job in words. @param {string} deed */
export const deedName = (deed) => known(`deed_${deed}`) ?? deed;

/** @param {JobLine} line */
export const whyOf = ({ code = "", detail = "" }) => (code ? (known(`jobCode_${code}`) ?? detail) : "");

/** @param {[name: string, value: number, kind?: string][]} entries */
export function tally(entries) {
  const boxes = entries.map(([name, value, kind = ""]) =>
    el("div", { dataset: { kind } }, el("dt", {}, name), el("dd", {}, number(value))),
  );
  return el("dl", { class: "tally" }, boxes);
}

/**
 * @param {EventDetail} detail of an event
 * @param {string} sentence
 * @returns {Child}
 */
const linked = ({ job = "" }, sentence) => el("a", { href: `#/jobs/${job}` }, sentence);

/** A job was started. @param {EventDetail} detail */
export const jobStarted = (detail) =>
  linked(detail, tn("jobStarted", detail.users ?? 0, { deed: deedName(detail.deed ?? "") }));

/** A job has ended. @param {EventDetail} detail */
export const jobEnded = (detail) =>
  linked(detail, t(/** @type {Key} */ (`jobEnded_${detail.state ?? "done"}`), { deed: deedName(detail.deed ?? "") }));

// The words about jobs on many users.

/** @import { Child, EventDetail } from "../shared/types" */
/** @import { Key } from "../language.js" */
import { known, t, tn } from "../language.js";
import { el } from "../shared/dom.js";

/** The deed of a job in words. @param {string} deed */
export const deedName = (deed) => known(`deed_${deed}`) ?? deed;

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

// What the tab keeps of a change under way, so that a reload goes on with it. None of it logs in.

/** @import { PhoneChallenge } from "../../shared/types" */
import { KeptLogin } from "../../shared/kept-login.js";

/**
 * A first factor under way: the invitation's token, then the enrolment token. `enrolled`: the factor is there.
 * @typedef {{ invitation?: string, token?: string, loginName?: string, enrolled?: boolean }} Enrolment
 */

/** @type {KeptLogin<Enrolment>} */
export const keptEnrolment = new KeptLogin("second-factor.enrolment");

/** The phone whose passcode is on its way. @type {KeptLogin<PhoneChallenge>} */
export const keptPhone = new KeptLogin("second-factor.phone");

/** The new contact email whose code is on its way, and the code's reference. */
/** @type {KeptLogin<{ email: string, prefix: string }>} */
export const keptEmail = new KeptLogin("second-factor.email");

/** Forget all of it: another person may use the tab next. */
export function forgetChanges() {
  for (const kept of [keptEnrolment, keptPhone, keptEmail]) kept.forget();
}

// Whose factors a page changes, and by which token: a person's who is logged in, or who sets up a first factor.

/** @import { Context } from "../context.js" */
import { keptEnrolment } from "./kept.js";

/** @typedef {{ token: string, enrols: boolean }} Owner */

/** How old a login may be where a person begins to change something: they need some minutes more. */
const FRESH_MS = 8 * 60_000;

/**
 * The owner of the factors; null if a login is needed first, which is shown then.
 * @param {Context} context
 * @returns {Owner | null}
 */
export function ownerOf(context) {
  const enrolment = context.session ? null : keptEnrolment.read();
  if (enrolment?.token) return { token: enrolment.token, enrols: true };
  const token = freshToken(context);
  return token === null ? null : { token, enrols: false };
}

/**
 * The access token of a login that is new enough for a change; null if there is none, and a login is shown.
 * @param {Context} context
 */
export function freshToken(context) {
  const { session } = context;
  if (session && Date.now() - session.at < FRESH_MS) return session.token;
  context.askForLogin(session ? { text: "stepUp", fresh: true } : undefined);
  return null;
}

/**
 * Go on after a change of a factor: to the account with these words, or with the enrolment.
 * @param {Context} context
 * @param {Owner} owner
 * @param {"phoneAdded" | "authenticatorAdded"} words
 */
export function factorAdded(context, { enrols }, words) {
  if (!enrols) return context.goWith("security", words);
  keptEnrolment.keep({ ...keptEnrolment.read(), enrolled: true });
  return context.router.go("recovery-codes", { replace: true });
}

// The state of the second step on a page, and the requests that are under way. The access token lives in this module's
// memory and nowhere else.

/** @import { Challenge, MfaRequired, PhoneChoice } from "./shared/types" */
/** @import { Step } from "./passcode-screen.js" */
import { OneAtATime, Polls } from "./passcode-work.js";
import { clock, Keys } from "./shared/api.js";
import { KeptLogin } from "./shared/kept-login.js";

/** A phone, with why nothing can be sent to it. @typedef {PhoneChoice & { refused?: string }} OfferedPhone */

/** A deletion: its id, the set's id and name, the deed in words, and whether a right passcode has confirmed it. */
/** @typedef {{ id: string, set: string, name: string, summary: string, confirmed: boolean }} Deletion */

/**
 * The session of an MFA token: the second step of a login, or the confirmation of a `deletion`. `name` is the login
 * name.
 * @typedef {Omit<MfaRequired, "phones" | "status" | "locked_until"> & { name: string, phones: OfferedPhone[],
 *   deletion?: Deletion }} Session
 */

/**
 * @typedef {object} State
 * @property {Session | null} session while an MFA token is there
 * @property {Challenge | null} challenge the live one
 * @property {string | null} phoneId the phone that was chosen
 * @property {number | null} blockedUntil after too_many_sends, in milliseconds
 * @property {number | null} lockEnd in milliseconds; null where only an administrator unlocks
 * @property {string | null} token the access token
 * @property {((button: Element) => void) | null} retry what "Try again" repeats
 * @property {AbortController | null} listening waits for the browser to read the passcode from the message
 */

/**
 * The part of the state that a reload needs.
 * @typedef {Pick<State, "challenge" | "phoneId" | "lockEnd"> & { session: Session, step: Step, turn: number,
 *   offset: number }} Kept
 */

export const keys = new Keys();
/** Its name is the page's own. @type {KeptLogin<Kept>} */
export const kept = new KeptLogin("");
export const oneAtATime = new OneAtATime();
export const polls = new Polls();

/** @type {State} */
export const state = {
  session: null,
  challenge: null,
  phoneId: null,
  blockedUntil: null,
  lockEnd: null,
  token: null,
  retry: null,
  listening: null,
};

/** @param {Session} session */
export function sessionOpened(session) {
  forgetSession();
  state.session = session;
  keys.secret = session.mfa_token;
}

/**
 * Keep the session at this step for a reload.
 * @param {Step} step
 */
export function keepSession(step) {
  const { session, challenge, phoneId, lockEnd } = state;
  if (session) kept.keep({ session, challenge, phoneId, lockEnd, step, turn: keys.turn, offset: clock.offset });
}

/** Forget the session. The challenge is dropped before, with what the page shows of it. */
export function forgetSession() {
  keys.forget();
  kept.forget();
  Object.assign(state, { session: null, token: null, phoneId: null, blockedUntil: null, lockEnd: null, retry: null });
}

/** The session, at a step that needs one. */
export function current() {
  if (state.session === null) throw new TypeError("there is no MFA token");
  return state.session;
}

/** @param {Challenge} of */
export const isOpen = ({ status, expires_at: expiry }) => status === "pending" && Date.parse(expiry) > clock.now();

/** Whether a passcode is on its way to a phone. */
export const pending = () => state.challenge !== null && state.challenge.channel !== "email" && isOpen(state.challenge);

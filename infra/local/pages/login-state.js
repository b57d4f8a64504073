// What a login knows and what is under way. The access token lives in this module's memory and nowhere else.

/** @import { Challenge, MfaRequired, PhoneChoice } from "./shared/types" */
/** @import { Step } from "./login-screen.js" */
import { OneAtATime, Polls } from "./login-action.js";
import { clock, Keys } from "./shared/api.js";
import { KeptLogin } from "./shared/kept-login.js";

/** A phone, with why nothing can be sent to it. @typedef {PhoneChoice & { refused?: string }} OfferedPhone */

/**
 * What `POST /v1/login` answered, and the name.
 * @typedef {Omit<MfaRequired, "phones"> & { name: string, phones: OfferedPhone[] }} LoginState
 */

/**
 * @typedef {object} State
 * @property {LoginState | null} login after the password, until the access token
 * @property {Challenge | null} challenge the live one
 * @property {string | null} phoneId the phone that was chosen
 * @property {number | null} blockedUntil after too_many_sends, in milliseconds
 * @property {number | null} lockEnd in milliseconds; null where only an administrator unlocks
 * @property {string | null} token the access token
 * @property {((button: Element) => void) | null} retry what "Try again" repeats
 * @property {AbortController | null} listening waits for the browser to read the passcode from the message
 */

/**
 * What a reload needs of a login.
 * @typedef {Pick<State, "challenge" | "phoneId" | "lockEnd"> & { login: LoginState, step: Step, turn: number,
 *   offset: number }} Kept
 */

export const keys = new Keys();
/** @type {KeptLogin<Kept>} */
export const kept = new KeptLogin("backup-client.login");
export const action = new OneAtATime();
export const polls = new Polls();

/** @type {State} */
export const state = {
  login: null,
  challenge: null,
  phoneId: null,
  blockedUntil: null,
  lockEnd: null,
  token: null,
  retry: null,
  listening: null,
};

/** @param {LoginState} login */
export function passwordChecked(login) {
  forgetLogin();
  state.login = login;
  keys.secret = login.mfa_token;
}

/**
 * Keep the login at this step for a reload.
 * @param {Step} step
 */
export function keepLogin(step) {
  const { login, challenge, phoneId, lockEnd } = state;
  if (login) kept.keep({ login, challenge, phoneId, lockEnd, step, turn: keys.turn, offset: clock.offset });
}

/** Forget who logged in. The challenge is dropped before, with what the page shows of it. */
export function forgetLogin() {
  keys.forget();
  kept.forget();
  Object.assign(state, { login: null, token: null, phoneId: null, blockedUntil: null, lockEnd: null, retry: null });
}

/** The login, at a step that comes after the password. */
export function current() {
  if (state.login === null) throw new TypeError("the password was not checked yet");
  return state.login;
}

/** @param {Challenge} of */
export const isOpen = ({ status, expires_at: expiry }) => status === "pending" && Date.parse(expiry) > clock.now();

/** Whether a passcode is on its way to a phone. */
export const pending = () => state.challenge !== null && state.challenge.channel !== "email" && isOpen(state.challenge);

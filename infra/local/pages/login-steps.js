// The steps of a login, and every way from one to another.

/** @import { Approved, Authenticated } from "./shared/types" */
/** @import { Step } from "./login-screen.js" */
import { sayAgain, tick } from "./login-countdowns.js";
import { describe, fieldError, input, setLabel } from "./login-dom.js";
import { drawHelp } from "./login-help.js";
import * as draw from "./login-screen.js";
import { notice, screen } from "./login-screen.js";
import { action, current, forgetLogin, keepLogin, pending, polls, state } from "./login-state.js";
import { checkSignature, decode } from "./login-token.js";
import { clock } from "./shared/api.js";
import { $, announce } from "./shared/dom.js";
import { lockEnd as endOf } from "./shared/words.js";

/** An answer that has the access token. @typedef {Authenticated | Approved} Granted */

/**
 * Go to a step.
 * @param {Step} step
 * @param {HTMLElement} [focus]
 */
export function go(step, focus) {
  screen.clear("main");
  clearLoginErrors();
  drawHelp(step, {
    email: state.login?.help.email,
    channel: step === "code" ? state.challenge?.channel : "sms",
    phones: state.login?.phones ?? [],
  });
  if (step !== "code" && step !== "no-phone" && step !== "phones") closeHelp();
  screen.show(step, focus);
  mark(step);
  tick();
}

let goingBack = false;

/**
 * Keep the step for a reload, and give it a place in the browser's history.
 * @param {Step} step
 */
function mark(step) {
  if (step !== "login") keepLogin(step);
  if (history.state?.step === step) return;
  if (step === "login" || goingBack) history.replaceState({ step }, "");
  else history.pushState({ step }, "");
}

/**
 * The browser went back or forward to a step. Nothing is sent, and the login goes on.
 * @param {Step} step
 */
export function revisit(step) {
  action.abort();
  goingBack = true;
  if (step !== "login" && state.token !== null) go("token");
  else if (step === "login" && (state.login ?? state.token)) {
    go("login", $("password"));
    const text = state.login ? "You have entered your password already." : "You are logged in.";
    notice({ kind: "info", text, offers: ["go-on"] });
  } else if (state.login === null) start();
  else if (state.lockEnd !== null && state.lockEnd > clock.now()) go("locked");
  else if (step === "code" && state.challenge) go("code", $("code"));
  else choosePhone();
  goingBack = false;
}

/** Go on with the login that is under way. */
export function goOn() {
  if (state.token !== null) go("token");
  else if (state.lockEnd !== null) go("locked");
  else if (state.challenge) go("code", $("code"));
  else choosePhone();
}

/** Fold the help in. */
export function closeHelp() {
  $("help", HTMLDetailsElement).open = false;
}

/** Forget the challenge, and stop waiting for its message. */
export function dropChallenge() {
  state.challenge = null;
  keepLogin(screen.step);
  $("phones-pending").hidden = true;
  polls.stop();
  state.listening?.abort();
}

// Step 1: name and password

/** Begin again, with nothing known but the name. */
export function start() {
  action.abort();
  dropChallenge();
  forgetLogin();
  for (const slot of ["main", "delivery", "session"]) screen.clear(slot);
  clearLoginErrors();
  input("password").value = "";
  peek(false);
  for (const id of ["token-raw", "token-claims", "token-header"]) $(id).replaceChildren();
  closeHelp();
  go("login", input("login-name").value ? $("password") : $("login-name"));
}

/** Take away what was wrong with the name and the password. */
export function clearLoginErrors() {
  fieldError("login-name", "");
  fieldError("password", "");
  describe($("login-name"), "password-error", false);
}

/**
 * Show the password, or hide it.
 * @param {boolean} on
 */
export function peek(on) {
  input("password").type = on ? "text" : "password";
  $("peek").setAttribute("aria-pressed", String(on));
  setLabel($("peek"), on ? "Hide" : "Show");
}

/** The MFA token is over: begin again, and say why. */
export function sessionOver() {
  start();
  notice(
    {
      kind: "warning",
      title: "Your login took too long",
      text: "To keep your account safe it was ended. Enter your password to log in again.",
      offers: [],
    },
    { silent: true },
  );
  announce("Your login took too long and was ended. Enter your password to log in again.");
}

/** Forget the access token. */
export function signOut() {
  start();
  notice({ kind: "info", text: "You are signed out." }, { silent: true });
  announce("You are signed out.");
}

/** Give the login up. */
export function cancel() {
  start();
  notice({ kind: "info", text: "The login was cancelled." }, { silent: true });
  announce("The login was cancelled.");
}

// Step 2: which phone

/** Offer the phones; without one, what can be done instead. */
export function choosePhone() {
  const { phones, help, channels } = current();
  if (!phones.length) {
    const { email } = help;
    $("no-phone-email").hidden = !email;
    $("no-phone-to").hidden = !email;
    $("no-phone-to").textContent = email ? `The email goes to ${email}, your contact email.` : "";
    return go("no-phone");
  }
  draw.drawPhones(phones, state.phoneId, { pending: pending() });
  draw.drawWays("phones-ways", channels, "sms");
  go("phones");
}

// Locked

/**
 * Nothing can be sent or verified until a time; null where only an administrator unlocks.
 * @param {string | null} lockedUntil
 */
export function lock(lockedUntil) {
  dropChallenge();
  state.lockEnd = endOf(lockedUntil, clock.now());
  sayAgain();
  screen.clear("session");
  draw.drawLock(state.lockEnd);
  go("locked");
}

/** Go on after a lock: with the phones while the login lives, else from the beginning. */
export function afterLock() {
  state.lockEnd = null;
  if (Date.parse(state.login?.expires_at ?? "") > clock.now()) choosePhone();
  else start();
}

// The end

/**
 * The login has succeeded: show its token.
 * @param {Granted} answer
 * @param {string} name
 */
export function finish(answer, name) {
  dropChallenge();
  forgetLogin();
  state.token = answer.token;
  input("code").value = "";
  for (const slot of ["main", "delivery", "session"]) screen.clear(slot);
  const decoded = decode(answer.token);
  draw.drawToken(decoded, { name, lasts: answer.expires_in });
  go("token");
  checkSignature(decoded).then((signature) => {
    if (state.token === answer.token) draw.drawSignature(signature);
  });
}

// Draws the countdowns of a login, announces them, and acts when they end.

/** @import { Challenge } from "./shared/types" */
/** @import { LoginState } from "./login-state.js" */
import { input } from "./login-dom.js";
import * as draw from "./login-screen.js";
import { notice, screen } from "./login-screen.js";
import { action, isOpen, state } from "./login-state.js";
import { clock } from "./shared/api.js";
import { announce } from "./shared/dom.js";
import { countdown, duration } from "./shared/words.js";

const SPOKEN_S = [60, 20]; // when the countdown is announced

/** What has been announced about the current send. @type {Set<string | number>} */
const spoken = new Set();

/**
 * What to do when a time is over: the login's, or that of a challenge whose form is still open.
 * @typedef {{ session: () => void, challenge: (of: Challenge) => void }} Ends
 */

/** @type {Ends} */
let ends = { session() {}, challenge() {} };

/**
 * Say what to do when a time is over.
 * @param {Ends} whatToDo
 */
export function atEnd(whatToDo) {
  ends = whatToDo;
}

/** Announce everything again: there is another send, or a lock. */
export function sayAgain() {
  spoken.clear();
}

/**
 * Say something about this send, once.
 * @param {string} what
 * @param {string} text
 */
function say(what, text) {
  if (spoken.has(what)) return;
  spoken.add(what);
  announce(text);
}

/**
 * How long until a passcode may be sent, in milliseconds; null for now.
 * @param {number} now
 */
export function resendLeft(now) {
  const { challenge, blockedUntil } = state;
  if (screen.step === "phones" && challenge?.channel === "email") return null; // a message has a cooldown of its own
  const times = [blockedUntil ?? 0, Date.parse(challenge?.resend_available_at ?? "")].filter((time) => time > now);
  return times.length ? Math.max(...times) - now : null;
}

/** Draw everything that depends on the time. */
export function tick() {
  const now = clock.now();
  for (const span of document.querySelectorAll("span[data-until]")) {
    const left = Number(span.getAttribute("data-until")) - now;
    span.textContent = countdown(left);
    if (left <= 0) span.dispatchEvent(new Event("over"));
  }
  if (screen.step === "locked") tickLock(now);
  if (!["phones", "no-phone", "code"].includes(screen.step)) return;
  if (!state.login) return;
  tickSession(state.login, now);
  if (!state.login) return; // it was over
  draw.drawResend(resendLeft(now));
  if (screen.step === "code" && state.challenge) tickChallenge(state.challenge, now);
}

/** @param {number} now */
function tickLock(now) {
  if (state.lockEnd === null) return;
  draw.drawLockLeft(state.lockEnd - now);
  if (state.lockEnd <= now) say("unlocked", "The lock is over. You can try again now.");
}

/**
 * @param {LoginState} login
 * @param {number} now
 */
function tickSession(login, now) {
  const left = Date.parse(login.expires_at) - now;
  if (left <= 0 && !action.busy) ends.session();
  else if (left <= 60_000 && !screen.slot("session")?.firstChild) {
    const text = "This login ends soon. You would have to enter your password again";
    notice({ kind: "warning", text, until: now + left }, { slot: "session" });
  }
}

/**
 * @param {Challenge} of
 * @param {number} now
 */
function tickChallenge(of, now) {
  const expires = Date.parse(of.expires_at);
  const total = expires - Date.parse(of.sent_at);
  const left = of.status === "expired" ? 0 : expires - now;
  draw.drawTimeLeft(left, total);
  if (isOpen(of)) {
    sayTimeLeft(left, total);
    if (resendLeft(now) === null) say("resend", "You can resend the passcode now.");
  } else if (!input("code").disabled && !action.busy) ends.challenge(of);
}

/**
 * Announce the countdown at its moments, each once.
 * @param {number} left in milliseconds
 * @param {number} total
 */
function sayTimeLeft(left, total) {
  const due = SPOKEN_S.filter((seconds) => left <= seconds * 1000 && seconds * 1000 < total * 0.8).at(-1);
  if (!due || spoken.has(due)) return;
  for (const seconds of SPOKEN_S) if (seconds >= due) spoken.add(seconds);
  announce(`The passcode expires in ${duration(left)}.`);
}

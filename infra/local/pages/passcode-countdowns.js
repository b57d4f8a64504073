// Draws the countdowns of a passcode and of its session, announces them, and acts when they end.

/** @import { Challenge } from "./shared/types" */
/** @import { Session } from "./passcode-state.js" */
import { input } from "./passcode-fields.js";
import { purpose } from "./passcode-purpose.js";
import * as draw from "./passcode-screen.js";
import { notice, screen } from "./passcode-screen.js";
import { isOpen, oneAtATime, state } from "./passcode-state.js";
import { clock } from "./shared/api.js";
import { announce } from "./shared/dom.js";
import { countdown, duration } from "./shared/words.js";

const SPOKEN_S = [60, 20]; // when the countdown is announced

/** The announcements about the current send so far. @type {Set<string | number>} */
const spoken = new Set();

/** Called when the time of a challenge is over and its form is still open. @type {(of: Challenge) => void} */
let challengeOver = () => {};

/**
 * Say what to do when the time of a challenge is over.
 * @param {(of: Challenge) => void} whatToDo
 */
export function atEnd(whatToDo) {
  challengeOver = whatToDo;
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
  if (!state.session) return;
  tickSession(state.session, now);
  if (!state.session) return; // it was over
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
 * @param {Session} session
 * @param {number} now
 */
function tickSession(session, now) {
  const left = Date.parse(session.expires_at) - now;
  if (left <= 0 && !oneAtATime.busy) purpose.sessionOver();
  else if (left <= 60_000 && !screen.slot("session")?.firstChild) {
    notice({ kind: "warning", text: purpose.endsSoon, until: now + left }, { slot: "session" });
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
  } else if (!input("code").disabled && !oneAtATime.busy) challengeOver(of);
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

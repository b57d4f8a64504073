// Draws the countdowns of a passcode and of its session, announces them, and acts when they end.

/** @import { Challenge } from "../shared/types" */
/** @import { Flow, Session } from "./flow.js" */
import { clock } from "../shared/api.js";
import { countdown } from "../shared/words.js";
import { closeOver } from "./challenge.js";
import * as draw from "./drawing.js";
import { isOpen } from "./flow.js";
import { notice, slot } from "./screen.js";

const SPOKEN_S = [60, 20]; // when the countdown is announced

/**
 * Say something about this send, once.
 * @param {Flow} flow
 * @param {string} what
 * @param {string} text
 */
function say(flow, what, text) {
  if (flow.spoken.has(what)) return;
  flow.spoken.add(what);
  flow.announce(text);
}

/**
 * How long until a passcode may be sent, in milliseconds; null for now.
 * @param {Flow} flow
 * @param {number} now
 */
export function resendLeft({ state, step }, now) {
  const { challenge, blockedUntil } = state;
  if (step === "choose" && challenge?.channel === "email") return null; // a message has a cooldown of its own
  const times = [blockedUntil ?? 0, Date.parse(challenge?.resend_available_at ?? "")].filter((time) => time > now);
  return times.length ? Math.max(...times) - now : null;
}

/**
 * Draw everything that depends on the time.
 * @param {Flow} flow
 */
export function tick(flow) {
  const now = clock.now();
  for (const span of flow.all("span[data-until]")) {
    const left = Number(span.dataset.until) - now;
    span.textContent = countdown(left);
    if (left <= 0) span.dispatchEvent(new Event("over"));
  }
  if (flow.step === "locked") tickLock(flow, now);
  if (!["choose", "code", "own"].includes(flow.step) || !flow.state.session) return;
  tickSession(flow, flow.state.session, now);
  if (!flow.state.session) return; // it was over
  draw.drawResend(flow, resendLeft(flow, now));
  if (flow.step === "code" && flow.state.challenge) tickChallenge(flow, flow.state.challenge, now);
}

/**
 * @param {Flow} flow
 * @param {number} now
 */
function tickLock(flow, now) {
  const { lockEnd } = flow.state;
  if (lockEnd === null) return;
  draw.drawLockLeft(flow, lockEnd - now);
  if (lockEnd <= now) say(flow, "unlocked", flow.text("canTryNow"));
}

/**
 * @param {Flow} flow
 * @param {Session} session
 * @param {number} now
 */
function tickSession(flow, session, now) {
  const left = Date.parse(session.expires_at) - now;
  if (left <= 0 && !flow.oneAtATime.busy) flow.purpose.sessionOver(flow);
  else if (left <= 60_000 && !slot(flow, "session")?.firstChild) {
    notice(flow, { kind: "warning", text: flow.own("endsSoon") }, { slot: "session" });
  }
}

/**
 * @param {Flow} flow
 * @param {Challenge} of
 * @param {number} now
 */
function tickChallenge(flow, of, now) {
  const expires = Date.parse(of.expires_at);
  const total = expires - Date.parse(of.sent_at);
  const left = of.status === "expired" ? 0 : expires - now;
  draw.drawTimeLeft(flow, left, total);
  if (isOpen(of)) {
    sayTimeLeft(flow, left, total);
    if (resendLeft(flow, now) === null) say(flow, "resend", flow.text("canResend"));
  } else if (!flow.input("code").disabled && !flow.oneAtATime.busy) closeOver(flow, of);
}

/**
 * Announce the countdown at its moments, each once.
 * @param {Flow} flow
 * @param {number} left in milliseconds
 * @param {number} total
 */
function sayTimeLeft(flow, left, total) {
  const due = SPOKEN_S.filter((seconds) => left <= seconds * 1000 && seconds * 1000 < total * 0.8).at(-1);
  if (!due || flow.spoken.has(due)) return;
  for (const seconds of SPOKEN_S) if (seconds >= due) flow.spoken.add(seconds);
  flow.announce(flow.text("expiresIn", { time: flow.language.duration(left) }));
}

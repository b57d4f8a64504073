// The steps from the choice of a phone on, and every way from one to another.

/** @import { Step } from "./passcode-screen.js" */
import { sayAgain, tick } from "./passcode-countdowns.js";
import { drawHelp } from "./passcode-help.js";
import { purpose } from "./passcode-purpose.js";
import * as draw from "./passcode-screen.js";
import { notice, screen } from "./passcode-screen.js";
import { current, forgetSession, keepSession, oneAtATime, pending, polls, state } from "./passcode-state.js";
import { clock } from "./shared/api.js";
import { $ } from "./shared/dom.js";
import { lockEnd as endOf } from "./shared/words.js";

/**
 * Go to a step.
 * @param {Step} step
 * @param {HTMLElement} [focus]
 */
export function go(step, focus) {
  screen.clear("main");
  purpose.arrive(step);
  drawHelp(step, {
    email: state.session?.help.email,
    channel: step === "code" ? state.challenge?.channel : "sms",
    phones: state.session?.phones ?? [],
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
  if (step !== purpose.first) keepSession(step);
  if (history.state?.step === step) return;
  if (step === purpose.first || goingBack) history.replaceState({ step }, "");
  else history.pushState({ step }, "");
}

/**
 * The browser went back or forward to a step. Nothing is sent, and the session goes on.
 * @param {Step} step
 */
export function revisit(step) {
  oneAtATime.abort();
  goingBack = true;
  const first = step === purpose.first;
  const end = purpose.end();
  if (!first && end !== null) go(end);
  else if (first && (state.session || end !== null)) {
    go(step, purpose.focus());
    notice({ kind: "info", text: purpose.waits(), offers: ["go-on"] });
  } else if (state.session === null) purpose.start();
  else if (state.lockEnd !== null && state.lockEnd > clock.now()) go("locked");
  else if (step === "code" && state.challenge) go("code", $("code"));
  else choosePhone();
  goingBack = false;
}

/** Go on with what is under way. */
export function goOn() {
  const end = purpose.end();
  if (end !== null) go(end);
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
  keepSession(screen.step);
  $("phones-pending").hidden = true;
  polls.stop();
  state.listening?.abort();
}

/** Forget everything: the page begins again. */
export function forgetAll() {
  oneAtATime.abort();
  dropChallenge();
  forgetSession();
  for (const slot of ["main", "delivery", "session"]) screen.clear(slot);
  closeHelp();
}

// The phones

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

/** Go on after a lock: with the phones while the session lives, else from the beginning. */
export function afterLock() {
  state.lockEnd = null;
  if (Date.parse(state.session?.expires_at ?? "") > clock.now()) choosePhone();
  else purpose.start();
}

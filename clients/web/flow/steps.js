// The steps from the choice on, and every way from one to another.

/** @import { FactorMethod, MfaRequired } from "../shared/types" */
/** @import { Flow, Session, Step } from "./flow.js" */
import { clock } from "../shared/api.js";
import { lockEnd as endOf } from "../shared/words.js";
import { tick } from "./countdowns.js";
import * as draw from "./drawing.js";
import { fieldError } from "./fields.js";
import { drawHelp } from "./help.js";
import { clear, notice, show } from "./screen.js";

/**
 * The answer to a login, or an opened action, as a session.
 * @param {Omit<MfaRequired, "status" | "locked_until" | "help"> & { help: MfaRequired["help"] | null }} answer
 * @param {string} name the login name
 * @returns {Session}
 */
export function sessionOf(answer, name) {
  const { mfa_token, expires_at, phones, channels, methods, trusted_device_days } = answer;
  const help = answer.help ?? { email: null };
  const byPhone = phones.length ? channels.filter((channel) => channel !== "email") : [];
  /** @type {Session["methods"]} */
  const usable = methods ?? (help.email ? [...byPhone, "email"] : byPhone);
  return { name, mfa_token, expires_at, phones, channels, help, methods: usable, trusted_device_days };
}

/**
 * Go to a step.
 * @param {Flow} flow
 * @param {Step} step
 * @param {HTMLElement} [focus]
 */
export function go(flow, step, focus) {
  clear(flow, "main");
  flow.purpose.arrive(flow, step);
  drawHelp(flow, step);
  if (flow.state.session) draw.drawTrust(flow);
  show(flow, step, focus);
  mark(flow, step);
  tick(flow);
}

/**
 * Keep the step for a reload, and give it a place in the browser's history.
 * @param {Flow} flow
 * @param {Step} step
 */
function mark(flow, step) {
  const { purpose, place } = flow;
  if (step !== purpose.first || step === "choose") flow.keepSession();
  if (!flow.usesHistory || history.state?.[place] === step) return;
  const state = { ...history.state, [place]: step };
  if (step === purpose.first || flow.goingBack || history.state?.[place] === undefined) history.replaceState(state, "");
  else history.pushState(state, "");
}

/**
 * The browser went back or forward to a step. Nothing is sent, and the session goes on.
 * @param {Flow} flow
 * @param {Step} step
 */
export function revisit(flow, step) {
  const { state, purpose } = flow;
  flow.oneAtATime.abort();
  flow.goingBack = true;
  const first = step === purpose.first;
  if (flow.step === "done") go(flow, "done");
  else if (first && step !== "choose" && state.session) {
    go(flow, step, purpose.focus(flow));
    notice(flow, { kind: "info", text: flow.own("waits"), offers: ["go-on"] });
  } else if (state.session === null) purpose.start(flow);
  else if (state.lockEnd !== null && state.lockEnd > clock.now()) go(flow, "locked");
  else if (step === "code" && state.challenge) go(flow, "code", flow.$("code"));
  else if (step === "own") askForOwn(flow, state.method);
  else choose(flow);
  flow.goingBack = false;
}

/**
 * Go on with what is under way.
 * @param {Flow} flow
 */
export function goOn(flow) {
  const { state } = flow;
  if (state.session === null) flow.purpose.start(flow);
  else if (state.lockEnd !== null) go(flow, "locked");
  else if (state.challenge) go(flow, "code", flow.$("code"));
  else begin(flow);
}

/**
 * Begin the second step: with the code of an authenticator app where that is the best way, else with a choice.
 * @param {Flow} flow
 */
export function begin(flow) {
  if (flow.current.methods[0] === "totp") askForOwn(flow, "totp");
  else choose(flow);
}

/**
 * A step back, as the button above a step goes.
 * @param {Flow} flow
 */
export function back(flow) {
  const direct = flow.step === "own" && flow.current.methods[0] === "totp" && flow.state.method === "totp";
  if (flow.step === "choose" || direct) flow.purpose.start(flow);
  else choose(flow);
}

/**
 * Fold the help in.
 * @param {Flow} flow
 */
export function closeHelp(flow) {
  flow.$("help", HTMLDetailsElement).open = false;
}

/**
 * Forget the challenge, and stop waiting for its message.
 * @param {Flow} flow
 */
export function dropChallenge(flow) {
  flow.state.challenge = null;
  flow.keepSession();
  flow.$("pending").hidden = true;
  flow.polls.stop();
  flow.state.listening?.abort();
}

/**
 * Forget everything: the component begins again.
 * @param {Flow} flow
 */
export function forgetAll(flow) {
  flow.oneAtATime.abort();
  dropChallenge(flow);
  flow.forgetSession();
  flow.input("code").value = "";
  flow.input("own").value = "";
  clear(flow, "main", "delivery", "session");
  closeHelp(flow);
}

/**
 * Offer the phones and every other way; without one, what can be done instead.
 * @param {Flow} flow
 */
export function choose(flow) {
  draw.drawChoice(flow);
  go(flow, "choose");
}

/**
 * Ask for a code of the person's own.
 * @param {Flow} flow
 * @param {FactorMethod} method
 */
export function askForOwn(flow, method) {
  flow.state.method = method;
  flow.input("own").value = "";
  fieldError(flow, "own", "");
  draw.drawOwn(flow);
  draw.drawAttempts(flow, "own", null);
  closeHelp(flow);
  go(flow, "own", flow.$("own"));
}

/**
 * The passcode was right, and this page did not hear of it: it was reloaded, or the answer was lost. The same passcode
 * again gets the same answer.
 * @param {Flow} flow
 */
export function approvedUnheard(flow) {
  draw.drawChallenge(flow, /** @type {import("../shared/types").Challenge} */ (flow.state.challenge));
  go(flow, "code", flow.$("code"));
  draw.drawForm(flow, "open");
  notice(flow, { kind: "info", title: flow.text("sameAgain"), text: flow.text("sameAgainText") });
}

/**
 * Nothing can be sent or verified until a time; null where only an administrator unlocks.
 * @param {Flow} flow
 * @param {string | null} lockedUntil
 */
export function lock(flow, lockedUntil) {
  dropChallenge(flow);
  flow.state.lockEnd = endOf(lockedUntil, clock.now());
  flow.spoken.clear();
  clear(flow, "session");
  draw.drawLock(flow, flow.state.lockEnd);
  go(flow, "locked");
}

/**
 * Go on after a lock: with the choice while the session lives, else from the beginning.
 * @param {Flow} flow
 */
export function afterLock(flow) {
  flow.state.lockEnd = null;
  if (Date.parse(flow.state.session?.expires_at ?? "") > clock.now()) choose(flow);
  else flow.purpose.start(flow);
}

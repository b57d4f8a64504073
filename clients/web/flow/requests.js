// Requests to the service, and what their refusals lead to.

/** @import { Challenge } from "../shared/types" */
/** @import { Flow, OfferedPhone, Session } from "./flow.js" */
/** @import { Doing } from "./wording.js" */
import { clock, Problem, Unreachable } from "../shared/api.js";
import { can, close, troubles } from "./challenge.js";
import { tick } from "./countdowns.js";
import * as draw from "./drawing.js";
import { describe, fieldError } from "./fields.js";
import { explain, explainSilence } from "./refusals.js";
import { notice } from "./screen.js";
import { approvedUnheard, choose, dropChallenge, lock } from "./steps.js";

/** Refusals of a poll that say that no passcode will be accepted any more. */
const POLL_ENDS = ["invalid_token", "too_many_attempts", "challenge_superseded", "challenge_not_found"];

/**
 * Do `work` for a button, alone; its refusal is put into words.
 * @param {Flow} flow
 * @param {Doing} doing
 * @param {Element} button
 * @param {string} label on the button meanwhile
 * @param {(signal: AbortSignal) => Promise<void>} work
 */
export function act(flow, doing, button, label, work) {
  const refused = (/** @type {unknown} */ error) => {
    flow.state.retry = (clicked) => act(flow, doing, button.isConnected ? button : clicked, label, work);
    refuse(flow, error, doing);
  };
  const done = () => {
    if (flow.step !== flow.purpose.first || flow.step === "choose") flow.keepSession();
    tick(flow);
  };
  return flow.oneAtATime.run(button, label, work, { refused, done });
}

/**
 * Ask whether the message was delivered.
 * @param {Flow} flow
 */
export async function poll(flow) {
  const { state, oneAtATime } = flow;
  if (oneAtATime.busy || !state.challenge) return;
  const asked = state.challenge;
  /** @type {Challenge} */
  let fresh;
  try {
    fresh = await flow.api.getChallenge(flow.current.mfa_token, asked.id);
  } catch (error) {
    if (state.challenge !== asked || oneAtATime.busy || !(error instanceof Problem)) return;
    if (POLL_ENDS.includes(error.code)) refuse(flow, error, "poll");
    return;
  }
  if (state.challenge !== asked || oneAtATime.busy) return; // a later answer has taken its place
  if (fresh.status === "approved") {
    flow.polls.stop();
    state.challenge = { ...fresh, status: "pending" };
    return approvedUnheard(flow);
  }
  state.challenge = fresh;
  if (fresh.status === "locked") return lock(flow, fresh.locked_until);
  draw.drawChallenge(flow, fresh);
  troubles(flow, fresh);
  tick(flow);
  if (["delivered", "undelivered", "failed"].includes(fresh.delivery?.status ?? "")) flow.polls.stop();
}

// Refusals

/**
 * @param {Flow} flow
 * @param {unknown} error
 * @param {Doing} doing
 */
function refuse(flow, error, doing) {
  if (error instanceof Unreachable) {
    notice(flow, explainSilence(flow), { can: can(flow), focus: true });
  } else if (error instanceof Problem) {
    if (!leaves(flow, error, doing)) stays(flow, error, doing);
  } else {
    console.error(error);
    const title = flow.text("pageBroken");
    notice(flow, { kind: "error", title, text: flow.text("reload") }, { focus: true });
  }
}

/**
 * Refusals that lead to another step; true where this was one.
 * @param {Flow} flow
 * @param {Problem} problem
 * @param {Doing} doing
 */
function leaves(flow, problem, doing) {
  const { code, body, retryAt } = problem;
  if (flow.purpose.leaves(flow, problem, doing)) return true;
  if (code === "invalid_token" && doing !== "login") flow.purpose.sessionOver(flow);
  else if (code === "too_many_attempts") lock(flow, body.locked_until ?? isoTime(retryAt));
  else if (code === "invalid_code" && (body.attempts_remaining === 0 || body.locked_until))
    lock(flow, body.locked_until ?? null);
  else if (code === "no_phone" && flow.state.session) {
    flow.current.phones = [];
    choose(flow);
  } else return false;
  return true;
}

/**
 * Refusals that are shown on the step at hand.
 * @param {Flow} flow
 * @param {Problem} problem
 * @param {Doing} doing
 */
function stays(flow, problem, doing) {
  const { code } = problem;
  learnFrom(flow, problem, doing);
  const content = explain(flow, problem, doing);
  if (code === "challenge_expired" && flow.state.challenge) {
    close(flow, content, true);
    poll(flow); // when it may be resent
    return;
  }
  if (["challenge_superseded", "challenge_used", "challenge_not_found"].includes(code)) {
    dropChallenge(flow);
    draw.drawForm(flow, "ended");
  }
  if (content.field && flow.$(`step-${flow.step}`).contains(flow.$(content.field))) {
    showFieldError(flow, content.field, content.text, code);
    return;
  }
  notice(flow, content, { can: can(flow), focus: true, onUntil: (box) => takeAway(flow, box) });
  if (doing === "resend") poll(flow); // whether the earlier passcode still works
}

/**
 * @param {Flow} flow
 * @param {string} field
 * @param {string} text
 * @param {string} code
 */
function showFieldError(flow, field, text, code) {
  fieldError(flow, field, text);
  if (code === "invalid_credentials") {
    flow.$("login-name").setAttribute("aria-invalid", "true");
    describe(flow.$("login-name"), "password-error", true);
    flow.input("password").value = "";
  }
  flow.$(field).focus();
  if (field === "code" || field === "own") flow.input(field).select();
}

/**
 * Learn from a refusal about the challenge and the phone.
 * @param {Flow} flow
 * @param {Problem} problem
 * @param {Doing} doing
 */
function learnFrom(flow, { code, body, retryAt }, doing) {
  const { challenge, session, phoneId } = flow.state;
  const sameLane = doing !== "email" || challenge?.channel === "email"; // emails and messages have separate cooldowns
  if (doing === "own") draw.drawAttempts(flow, "own", body.attempts_remaining ?? null);
  if (challenge) {
    if (body.attempts_remaining !== undefined) challenge.attempts_remaining = body.attempts_remaining;
    if (code === "code_superseded" && body.prefix) challenge.prefix = body.prefix;
    if (code === "challenge_expired") challenge.status = "expired";
    if (code === "resend_too_soon" && retryAt && sameLane) challenge.resend_available_at = isoTime(retryAt);
    if (["phone_unusable", "destination_blocked"].includes(code)) challenge.resend_available_at = isoTime(clock.now());
    draw.drawChallenge(flow, challenge);
  }
  if (["too_many_sends", "resend_too_soon"].includes(code) && sameLane) flow.state.blockedUntil = retryAt;
  const phone = session?.phones.find(({ id }) => id === phoneId);
  if (session && phone) learnOfPhone(flow, session, phone, code);
}

/**
 * @param {Flow} flow
 * @param {Session} session
 * @param {OfferedPhone} phone
 * @param {string} code
 */
function learnOfPhone(flow, session, phone, code) {
  if (code === "phone_unusable") phone.refused = "refusedPhone";
  if (code === "destination_blocked") phone.refused = "blockedPhone";
  if (code === "phone_not_found") session.phones = session.phones.filter((other) => other !== phone);
  if (flow.step !== "choose") return;
  flow.state.phoneId = null;
  draw.drawChoice(flow);
}

/**
 * @param {Flow} flow
 * @param {HTMLElement} box
 */
function takeAway(flow, box) {
  if (!box.isConnected) return;
  const hadFocus = box.contains(flow.root.activeElement);
  box.remove();
  flow.announce(flow.text("canTryNow"));
  if (hadFocus) flow.$(`${flow.step}-title`).focus();
}

/** @param {number | null | undefined} ms */
const isoTime = (ms) => (ms === null || ms === undefined ? null : new Date(ms).toISOString());

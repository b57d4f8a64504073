// Requests to the service, and what their refusals lead to.

/** @import { Answer, Challenge } from "./shared/types" */
/** @import { Session, OfferedPhone } from "./passcode-state.js" */
/** @import { Doing } from "./passcode-words.js" */
import { can, close, troubles } from "./passcode-challenge.js";
import { tick } from "./passcode-countdowns.js";
import { describe, fieldError, input } from "./passcode-fields.js";
import { purpose } from "./passcode-purpose.js";
import { explain, explainSilence } from "./passcode-refusals.js";
import * as draw from "./passcode-screen.js";
import { notice, screen } from "./passcode-screen.js";
import { current, keepSession, oneAtATime, pending, polls, state } from "./passcode-state.js";
import { choosePhone, dropChallenge, lock } from "./passcode-steps.js";
import { clock, Problem, request, Unreachable } from "./shared/api.js";
import { $, announce } from "./shared/dom.js";

/** Refusals of a poll that say that no passcode will be accepted any more. */
const POLL_ENDS = ["invalid_token", "too_many_attempts", "challenge_superseded", "challenge_not_found"];

/**
 * One call of the API.
 * @template T
 * @param {string} method
 * @param {string} path
 * @param {import("./shared/types").RequestOptions} options
 */
export async function call(method, path, options) {
  /** @type {Answer<T>} */
  const { body } = await request(method, path, options);
  return body;
}

/**
 * Do `work` for a button, alone; its refusal is put into words.
 * @param {Doing} doing
 * @param {Element} button
 * @param {string} label on the button meanwhile
 * @param {(signal: AbortSignal) => Promise<void>} work
 * @param {() => void} [again] what "Try again" does, where that is not the same work
 */
export function act(doing, button, label, work, again) {
  const refused = (/** @type {unknown} */ error) => {
    state.retry = again ?? ((clicked) => act(doing, button.isConnected ? button : clicked, label, work));
    refuse(error, doing);
  };
  const done = () => {
    if (screen.step !== purpose.first) keepSession(screen.step);
    tick();
  };
  return oneAtATime.run(button, label, work, { refused, done });
}

/** Ask whether the message was delivered. */
export async function poll() {
  if (oneAtATime.busy || !state.challenge) return;
  const asked = state.challenge;
  /** @type {Challenge} */
  let fresh;
  try {
    fresh = await call("GET", `/v1/challenges/${encodeURIComponent(asked.id)}`, { token: current().mfa_token });
  } catch (error) {
    if (state.challenge !== asked || oneAtATime.busy || !(error instanceof Problem)) return;
    if (POLL_ENDS.includes(error.code)) refuse(error, "poll");
    return;
  }
  if (state.challenge !== asked || oneAtATime.busy) return; // a later answer has taken its place
  if (fresh.status === "approved") return approvedUnheard(fresh);
  state.challenge = fresh;
  if (fresh.status === "locked") return lock(fresh.locked_until);
  draw.drawChallenge(fresh, current());
  troubles(fresh);
  tick();
  if (["delivered", "undelivered", "failed"].includes(fresh.delivery?.status ?? "")) polls.stop();
}

/**
 * The passcode was right, and this page did not hear of it: it was reloaded, or the answer was lost.
 * @param {Challenge} fresh
 */
function approvedUnheard(fresh) {
  polls.stop();
  state.challenge = { ...fresh, status: "pending" };
  purpose.approvedUnheard();
}

// Refusals

/**
 * @param {unknown} error
 * @param {Doing} doing
 */
function refuse(error, doing) {
  if (error instanceof Unreachable) {
    notice(explainSilence(navigator.onLine, doing), { can, focus: true });
  } else if (error instanceof Problem) {
    if (!leaves(error, doing)) stays(error, doing);
  } else {
    console.error(error);
    const text = "Please load it again.";
    notice({ kind: "error", title: "Something went wrong on this page", text }, { focus: true });
  }
}

/**
 * Refusals that lead to another step; true where this was one.
 * @param {Problem} problem
 * @param {Doing} doing
 */
function leaves(problem, doing) {
  const { code, body, retryAt } = problem;
  if (purpose.leaves(problem, doing)) return true;
  if (code === "invalid_token" && doing !== "login") purpose.sessionOver();
  else if (code === "too_many_attempts") lock(body.locked_until ?? isoTime(retryAt));
  else if (code === "invalid_code" && (body.attempts_remaining === 0 || body.locked_until))
    lock(body.locked_until ?? null);
  else if (code === "no_phone") {
    current().phones = [];
    choosePhone();
  } else return false;
  return true;
}

/**
 * Refusals that are shown on the step at hand.
 * @param {Problem} problem
 * @param {Doing} doing
 */
function stays(problem, doing) {
  const { code } = problem;
  learnFrom(problem, doing);
  const { prefix, channel } = state.challenge ?? {};
  const content = explain(problem, { doing, prefix, channel, now: clock.now() });
  if (code === "challenge_expired" && state.challenge) {
    close(content, true);
    poll(); // when it may be resent
    return;
  }
  if (["challenge_superseded", "challenge_used", "challenge_not_found"].includes(code)) {
    dropChallenge();
    draw.drawForm("ended");
  }
  if (content.field && $(`step-${screen.step}`).contains($(content.field))) {
    showFieldError(content.field, content.text, code);
    return;
  }
  notice(content, { can, focus: true, onUntil: takeAway });
  if (doing === "resend") poll(); // whether the earlier passcode still works
}

/**
 * @param {string} field
 * @param {string} text
 * @param {string} code
 */
function showFieldError(field, text, code) {
  fieldError(field, text);
  if (code === "invalid_credentials") {
    $("login-name").setAttribute("aria-invalid", "true");
    describe($("login-name"), "password-error", true);
    input("password").value = "";
  }
  $(field).focus();
  if (field === "code") input("code").select();
}

/**
 * Learn from a refusal about the challenge and the phone.
 * @param {Problem} problem
 * @param {Doing} doing
 */
function learnFrom({ code, body, retryAt }, doing) {
  const { challenge } = state;
  const sameLane = doing !== "email" || challenge?.channel === "email"; // emails and messages have separate cooldowns
  if (challenge) {
    if (body.attempts_remaining !== undefined) challenge.attempts_remaining = body.attempts_remaining;
    if (code === "code_superseded" && body.prefix) challenge.prefix = body.prefix;
    if (code === "challenge_expired") challenge.status = "expired";
    if (code === "resend_too_soon" && retryAt && sameLane) challenge.resend_available_at = isoTime(retryAt);
    if (["phone_unusable", "destination_blocked"].includes(code)) challenge.resend_available_at = isoTime(clock.now());
    draw.drawChallenge(challenge, current());
  }
  if (["too_many_sends", "resend_too_soon"].includes(code) && sameLane) state.blockedUntil = retryAt;
  const phone = state.session?.phones.find(({ id }) => id === state.phoneId);
  if (state.session && phone) learnOfPhone(state.session, phone, code);
}

/**
 * @param {Session} session
 * @param {OfferedPhone} phone
 * @param {string} code
 */
function learnOfPhone(session, phone, code) {
  if (code === "phone_unusable") phone.refused = "Cannot get our messages";
  if (code === "destination_blocked") phone.refused = "We may not send to this number";
  if (code === "phone_not_found") session.phones = session.phones.filter((other) => other !== phone);
  if (screen.step === "phones") draw.drawPhones(session.phones, null, { pending: pending() });
}

/** @param {HTMLElement} box */
function takeAway(box) {
  if (!box.isConnected) return;
  const hadFocus = box.contains(document.activeElement);
  box.remove();
  announce("You can try again now.");
  if (hadFocus) $(`${screen.step}-title`).focus();
}

/** @param {number | null | undefined} ms */
const isoTime = (ms) => (ms === null || ms === undefined ? null : new Date(ms).toISOString());

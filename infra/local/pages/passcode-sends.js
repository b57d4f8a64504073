// Sends a passcode, and verifies it.

import { passcodeFromMessage } from "./passcode-autofill.js";
/** @import { Approved, Challenge, Channel } from "./shared/types" */
import { troubles } from "./passcode-challenge.js";
import { sayAgain } from "./passcode-countdowns.js";
import { fieldError, input } from "./passcode-fields.js";
import { purpose } from "./passcode-purpose.js";
import { act, call, poll } from "./passcode-requests.js";
import * as draw from "./passcode-screen.js";
import { notice, screen } from "./passcode-screen.js";
import { current, keys, oneAtATime, polls, state } from "./passcode-state.js";
import { closeHelp, go } from "./passcode-steps.js";
import * as words from "./passcode-words.js";
import { $, announce } from "./shared/dom.js";
import { readPasscode } from "./shared/words.js";

const POLL_AFTER_S = [5, 10, 20, 40]; // how long after a send to ask what became of it

/** The body of a request that sends. @typedef {{ phone_id?: string, channel?: Channel }} SendBody */

/**
 * Send a passcode to the phone that is chosen.
 * @param {Element} [button]
 * @param {Channel} [channel]
 */
export function sendToChosen(button = $("phones-submit"), channel = "sms") {
  const chosen = document.querySelector('[name="phone"]:checked');
  if (!(chosen instanceof HTMLInputElement)) return;
  state.phoneId = chosen.value;
  send(button, { phone_id: state.phoneId, channel });
}

/**
 * Reach the phone another way: the one that is chosen, or the one the last passcode went to.
 * @param {Element} button
 * @param {Channel} channel
 */
export function sendBy(button, channel) {
  if (screen.step === "phones") sendToChosen(button, channel);
  else send(button, { channel });
}

/**
 * Send a passcode: of the challenge there is, or of a new one.
 * @param {Element} button
 * @param {SendBody} [body]
 */
export function send(button, body = {}) {
  const resend = state.challenge !== null && !(state.challenge.channel === "email" && body.phone_id);
  const path = resend ? `/v1/challenges/${encodeURIComponent(state.challenge?.id ?? "")}/resend` : "/v1/challenges";
  // A resend is in the language of the first message.
  const asked = resend ? body : { ...body, locale: navigator.language || undefined };
  post(resend ? "resend" : "send", button, path, asked);
}

/**
 * Send a passcode to the contact email.
 * @param {Element} button
 */
export function sendEmail(button) {
  post("email", button, "/v1/recovery", {});
}

/**
 * @param {"send" | "resend" | "email"} doing
 * @param {Element} button
 * @param {string} path
 * @param {SendBody} body
 */
function post(doing, button, path, body) {
  const channel = body.channel ?? (doing === "resend" ? state.challenge?.channel : null);
  act(doing, button, channel === "voice" ? "Calling…" : "Sending…", async (signal) => {
    /** @type {Challenge} */
    const answer = await keys.around(`${path} ${JSON.stringify(body)}`, (key) =>
      call("POST", path, { body, token: current().mfa_token, key, signal }),
    );
    opened(answer, doing === "resend");
  });
}

/**
 * A passcode is on its way: show the form for it.
 * @param {Challenge} answer
 * @param {boolean} again
 */
export function opened(answer, again) {
  state.challenge = answer;
  state.blockedUntil = null;
  sayAgain();
  for (const slot of ["main", "delivery"]) screen.clear(slot);
  input("code").value = "";
  closeHelp();
  fieldError("code", "");
  draw.drawForm("open");
  draw.drawChallenge(answer, current());
  go("code", $("code"));
  if (again) notice({ kind: "info", ...words.sentAgain(answer) }, { silent: true });
  troubles(answer);
  polls.plan(poll, ...POLL_AFTER_S);
  listenForPasscode(answer);
}

/**
 * The fault of a passcode as it was typed, or empty.
 * @param {string} text
 * @param {Challenge} of
 */
function passcodeFault(text, of) {
  const { digits, prefix } = readPasscode(text);
  const which = words.whichMessage(of);
  if (!text.trim()) return `Enter the passcode from the ${which}.`;
  if (digits === null) return `A passcode has 4 to 10 digits and no letters. Look for it in the ${which}.`;
  if (prefix === null || prefix === of.prefix) return "";
  return `That passcode is from the message with reference ${prefix}. Use the newer one: the ${which}.`;
}

/** Verify the passcode that was typed. */
export function verify() {
  if (oneAtATime.busy || input("code").disabled || !state.challenge) return;
  screen.clear();
  const text = input("code").value;
  const wrong = passcodeFault(text, state.challenge);
  fieldError("code", wrong);
  if (wrong) {
    $("code").focus();
    return input("code").select();
  }
  const path = `/v1/challenges/${encodeURIComponent(state.challenge.id)}/verify`;
  const body = { code: readPasscode(text).digits };
  act("verify", $("verify"), "Verifying…", async (signal) => {
    /** @type {Approved} */
    const answer = await keys.around(`${path} ${body.code}`, (key) =>
      call("POST", path, { body, token: current().mfa_token, key, signal }),
    );
    purpose.approved(answer, current().name);
  });
}

/** @param {Challenge} of */
async function listenForPasscode(of) {
  state.listening?.abort();
  if (of.channel === "email") return;
  state.listening = new AbortController();
  const code = await passcodeFromMessage(state.listening.signal);
  if (code === null || screen.step !== "code" || input("code").disabled) return;
  input("code").value = code;
  announce("The passcode was filled in from the message.");
}

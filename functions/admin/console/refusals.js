// Every refusal in words: what happened, and what to do about it.

/** @import { Words } from "./shared/types" */
import { clock, Problem, Unreachable } from "./shared/api.js";
import { duration } from "./shared/words.js";
import { localTime } from "./words.js";

/** The session was ended instead of renewed; the page that made the request is gone. */
export class SessionLost extends Error {}

/**
 * By code: a title, and a text for when the server has none. @type {Record<string, [title: string, text: string]>}
 */
const WORDS = {
  invalid_credentials: ["", "The login name or the password is not right."],
  invalid_token: ["The session has ended", "Log in again to go on."],
  forbidden: ["That is not allowed", ""],
  not_found: ["That is not there", "It may have been removed meanwhile."],
  user_not_found: ["There is no such user", "It may have been deleted meanwhile."],
  phone_not_found: ["That phone is no longer there", "It was removed meanwhile."],
  client_not_found: ["There is no such client", "It may have been deleted meanwhile."],
  challenge_not_found: ["This test has ended", "Start it again."],
  action_not_found: ["There is no such action", "It may be over."],
  action_pending: ["", "The action is not approved yet."],
  action_approved: ["", "The action is approved already."],
  action_denied: ["", "The action was denied."],
  action_redeemed: ["", "The action was redeemed already."],
  action_expired: ["", "The action expired. Open another."],
  no_phone: ["No phone is registered for you", "Ask another administrator to add your number."],
  step_up_required: ["Log in again to do this", "It needs a login with a second factor in the last few minutes."],
  last_factor: ["That is the last second factor", "Add another one first."],
  conflict: ["", "It exists already."],
  precondition_failed: ["Someone else has changed this meanwhile", "Load it again to see what is there now."],
  precondition_required: ["Something has changed meanwhile", "Load the page again."],
  invalid_code: ["", "That passcode is not right."],
  code_superseded: ["", "That passcode is from an earlier message."],
  challenge_expired: ["", "The passcode has expired. Resend it to get a new one."],
  challenge_used: ["This passcode was used already", "Start again to get a new one."],
  challenge_superseded: [
    "A newer login has taken this one’s place",
    "If it was not you, someone knows your password: change it.",
  ],
  too_many_attempts: ["Locked for now", "Too many wrong passcodes were entered."],
  resend_too_soon: ["", "A passcode was sent just now. It may take a moment to arrive."],
  too_many_sends: ["No more messages for now", "Too many were sent without success."],
  rate_limited: ["That was a bit much at once", "Too many requests have come from here."],
  destination_blocked: [
    "",
    "Messages to this region or kind of number are not allowed. Give a mobile number in a region that Settings allow.",
  ],
  phone_unusable: ["", "The network refuses messages to this number for good."],
  settings_incomplete: [
    "The settings are not complete",
    "Account SID, Auth Token and sender are needed before a message can be sent.",
  ],
  sms_unavailable: [
    "Messages cannot be sent right now",
    "Twilio did not accept the message. Check the account in Settings, or try again in a moment.",
  ],
  temporarily_unavailable: ["The service cannot answer right now", "Try again in a moment."],
  mfa_not_supported: ["A passcode is needed", "This page asked in a way that cannot give one. Load it again."],
  internal_error: ["Something went wrong on the server", ""],
  invalid_request: ["That cannot be saved as it is", ""],
};

// For these the server's own words say more.
const SAY_DETAIL = new Set(["forbidden", "conflict", "destination_blocked", "phone_unusable", "sms_unavailable"]);

/**
 * Anything that can go wrong, in words; the title may be empty where the text stands beside a field.
 * @param {unknown} error
 * @returns {Words}
 */
export function explain(error) {
  if (error instanceof Unreachable) {
    return navigator.onLine
      ? { title: "The service could not be reached", text: "Check your connection, then try again." }
      : { title: "You are offline", text: "Connect to the internet, then try again." };
  }
  if (error instanceof SessionLost) return { title: "You are logged out", text: "" };
  if (!(error instanceof Problem)) {
    console.error(error);
    return { title: "Something went wrong on this page", text: "Load it again. What was saved is safe." };
  }
  return { title: (WORDS[error.code] ?? UNKNOWN)[0], text: textOf(error) };
}

/** @type {[string, string]} */
const UNKNOWN = ["That did not work", ""];

/** @param {Problem} error */
function textOf(error) {
  const { code, body } = error;
  const [, text] = WORDS[code] ?? UNKNOWN;
  /** @type {string[]} */
  const said = [];
  if (code === "invalid_request" && error.errors.length)
    said.push(...error.errors.map(({ field, message }) => fieldSentence(message, field.replaceAll("_", " "))));
  else if (SAY_DETAIL.has(code) && body.detail) said.push(body.detail);
  else said.push(text || body.detail || "");
  if (code === "internal_error" && body.correlation_id) said.push(`For the logs: ${body.correlation_id}`);
  if (code === "unknown") said.push(`(HTTP ${error.status})`);
  const wait = waiting(error);
  if (wait) said.push(wait);
  return said.filter(Boolean).join(" ");
}

/**
 * "Try again in 12 minutes, at 14:32." where the refusal says when.
 * @param {Problem} error
 */
export function waiting(error) {
  const until = error.body.locked_until ? Date.parse(error.body.locked_until) : error.retryAt;
  if (!until || Number.isNaN(until) || until <= clock.now()) return "";
  const left = until - clock.now();
  return left > 120_000 ? `Try again in ${duration(left)}, at ${localTime(until)}.` : `Try again in ${duration(left)}.`;
}

/**
 * Title and text in one sentence, for a toast or a field.
 * @param {unknown} error
 */
export function sentence(error) {
  const { title, text } = explain(error);
  return [title, text].filter(Boolean).join(". ").replace(/\.\. /g, ". ");
}

/**
 * The server's message about a field, such as "must not be empty", as a sentence about it.
 * @param {string} message
 * @param {string} [label] the field's name on the page
 */
export function fieldSentence(message, label = "") {
  const text = String(message).trim();
  const about = label && /^(is|has|may|must|needs|lists)\b/.test(text) ? `${label} ${text}` : text;
  const whole = about.charAt(0).toUpperCase() + about.slice(1);
  return /[.!?]$/.test(whole) ? whole : `${whole}.`;
}

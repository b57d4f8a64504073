// Every refusal in words: what happened, and what to do about it.

/** @import { Words } from "./shared/types" */
import { known, language, t } from "./language.js";
import { clock, Problem, Unreachable } from "./shared/api.js";
import { duration, localTime } from "./words.js";

/** The session was ended instead of renewed; the page that made the request is gone. */
export class SessionLost extends Error {}

// For these the server's own words say more.
const SAY_DETAIL = new Set(["forbidden", "conflict", "destination_blocked", "phone_unusable", "sms_unavailable"]);

/** Those that the login says in the same words. @type {Record<string, string>} */
const LOGIN = {
  invalid_credentials: t("wrongCredentials"),
  invalid_code: t("wrongPasscode"),
  code_superseded: t("earlierPasscode"),
  challenge_expired: t("passcodeExpired"),
};

/**
 * Anything that can go wrong, in words; the title may be empty where the text stands beside a field.
 * @param {unknown} error
 * @returns {Words}
 */
export function explain(error) {
  if (error instanceof Unreachable) {
    return navigator.onLine
      ? { title: t("unreachable_title"), text: t("unreachable_text") }
      : { title: t("offline_title"), text: t("offline_text") };
  }
  if (error instanceof SessionLost) return { title: t("youAreLoggedOut"), text: "" };
  if (!(error instanceof Problem)) {
    console.error(error);
    return { title: t("pageBroken"), text: t("pageBrokenText") };
  }
  return { title: titleOf(error.code), text: textOf(error) };
}

/**
 * A code that the console knows has a title, a text, or both.
 * @param {string} code
 */
function titleOf(code) {
  return known(`refused_${code}`) ?? (ourText(code) === undefined ? t("didNotWork") : "");
}

/** @param {string} code */
const ourText = (code) => LOGIN[code] ?? known(`refusedText_${code}`);

/** @param {Problem} error */
function textOf(error) {
  const { code, body } = error;
  const text = ourText(code);
  /** @type {string[]} */
  const said = [];
  if (code === "invalid_request" && error.errors.length)
    said.push(...error.errors.map(({ field, message }) => fieldSentence(message, field.replaceAll("_", " "))));
  else if (SAY_DETAIL.has(code) && body.detail) said.push(body.detail);
  else said.push(text || body.detail || "");
  if (code === "internal_error" && body.correlation_id) said.push(t("forTheLogs", { id: body.correlation_id }));
  if (code === "unknown") said.push(`(HTTP ${error.status})`);
  const wait = waiting(error);
  if (wait) said.push(wait);
  return language.sentences(...said);
}

/**
 * "Try again in 12 minutes, at 14:32." where the refusal says when.
 * @param {Problem} error
 */
export function waiting(error) {
  const until = error.body.locked_until ? Date.parse(error.body.locked_until) : error.retryAt;
  if (!until || Number.isNaN(until) || until <= clock.now()) return "";
  const left = until - clock.now();
  return left > 120_000
    ? t("tryAgainInAt", { time: duration(left), at: localTime(until) })
    : t("tryAgainIn", { time: duration(left) });
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
 * The server's message about a field, such as "must not be empty", as a sentence about it. It is in English.
 * @param {string} message
 * @param {string} [label] the field's name on the page
 */
export function fieldSentence(message, label = "") {
  const text = String(message).trim();
  const about = label && /^(is|has|may|must|needs|lists)\b/.test(text) ? t("aboutField", { label, text }) : text;
  const whole = about.charAt(0).toUpperCase() + about.slice(1);
  return /[.!?]$/.test(whole) ? whole : `${whole}.`;
}

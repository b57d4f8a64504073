// A sentence for every refusal that the account's pages have no words of their own for. No DOM in here.

/** @import { PageLanguage } from "../words.js" */
import { clock, outcomeUnknown, Problem, Unreachable } from "../../shared/api.js";

/**
 * Words in a box. `again`: the same request may succeed.
 * @typedef {{ kind: "info" | "warning" | "error", title?: string, text: string, reference?: string | null,
 *   again?: boolean }} Explained
 */

/** The beginning of the keys of the words, by code. @type {Record<string, string>} */
const WORDS = {
  forbidden: "forbidden",
  conflict: "changed",
  precondition_failed: "changed",
  not_found: "gone",
  user_not_found: "gone",
  phone_not_found: "phoneGone",
  last_factor: "lastFactor",
  resend_too_soon: "tooSoon",
  too_many_sends: "tooMany",
  too_many_attempts: "tooManyWrong",
  phone_unusable: "unusable",
  destination_blocked: "blocked",
  sms_unavailable: "unavailable",
  settings_incomplete: "incomplete",
  challenge_expired: "over",
  challenge_used: "used",
  challenge_superseded: "newer",
  challenge_not_found: "ended",
  rate_limited: "limited",
  temporarily_unavailable: "busy",
  internal_error: "broken",
};

/**
 * @param {PageLanguage} language
 * @param {unknown} error
 * @returns {Explained}
 */
export function explain(language, error) {
  if (error instanceof Unreachable) {
    const key = navigator.onLine ? "silence" : "offline";
    return { ...words(language, key), again: true };
  }
  if (!(error instanceof Problem)) {
    console.error(error);
    return { kind: "error", title: language.text("pageBroken"), text: language.text("reload") };
  }
  const { code, retryAt, body, status } = error;
  if (!Object.hasOwn(WORDS, code)) {
    return { ...words(language, "unknown"), reference: code === "unknown" ? `HTTP ${status}` : code };
  }
  const explained = words(language, WORDS[code]);
  const until = retryAt ?? Date.parse(body.locked_until ?? "");
  const wait = until > clock.now() ? language.text("waitIn", { time: language.duration(until - clock.now()) }) : "";
  return {
    ...explained,
    text: language.sentences(explained.text, wait),
    reference: code === "internal_error" ? body.correlation_id : null,
    again: outcomeUnknown(error),
  };
}

/**
 * Words by the beginning of their keys.
 * @param {PageLanguage} language
 * @param {string} key
 * @returns {Explained}
 */
function words(language, key) {
  const part = (/** @type {string} */ end) =>
    language.text(/** @type {Parameters<PageLanguage["text"]>[0]} */ (`${key}_${end}`));
  return { kind: "error", title: part("title"), text: part("text") };
}

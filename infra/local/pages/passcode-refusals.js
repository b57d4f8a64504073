// A sentence for every way in which a passcode can fail. A page's own sentences are in its purpose. No DOM in here.

/** @import { Channel } from "./shared/types" */
/** @import { Problem } from "./shared/api.js" */
/** @import { Doing, Notice, Offer } from "./passcode-words.js" */
import { purpose } from "./passcode-purpose.js";
import { hasReference, messageNoun, whichMessage } from "./passcode-words.js";

/**
 * The situation that a refusal's words depend on. `prefix` is the reference of the message to look for.
 * @typedef {{ doing?: Doing, prefix?: string, channel?: Channel, now: number }} Situation
 */

/**
 * The situation, with its consequences: whether it was about an email, and the name of the message.
 * @typedef {Situation & { byEmail: boolean, noun: string, which: string, until: number | null }} Case
 */

/**
 * A refusal in words. The page shows those of the offers that exist there.
 * @param {Problem} problem
 * @param {Situation} situation
 * @returns {Notice}
 */
export function explain(problem, situation) {
  const { doing, channel } = situation;
  const about = {
    ...situation,
    byEmail: doing === "email" || (doing === "resend" && channel === "email"),
    noun: messageNoun(channel),
    which: whichMessage(situation),
    until: problem.retryAt ?? null,
  };
  return (purpose.refusals[problem.code] ?? REFUSALS[problem.code] ?? unknownRefusal)(problem, about);
}

/**
 * @param {string} title
 * @param {string} text
 * @param {Partial<Notice>} [more]
 * @returns {Notice}
 */
export const error = (title, text, more = {}) => ({ kind: "error", title, text, offers: [], ...more });

/**
 * @param {string} title
 * @param {string} text
 * @param {Partial<Notice>} [more]
 * @returns {Notice}
 */
export const warning = (title, text, more = {}) => ({ ...error(title, text, more), kind: "warning" });

/** @type {Offer[]} */
const ELSEWHERE = ["another-phone", "email"];

/** @typedef {(problem: Problem, about: Case) => Notice} Refusal */

/** The passcode. @type {Record<string, Refusal>} */
const PASSCODE_REFUSALS = {
  forbidden: (_, { byEmail }) =>
    byEmail
      ? error(
          "No email can be sent to you",
          "There is no contact email for your account, or it may not be used. Ask your administrator.",
          { offers: ["another-phone"] },
        )
      : error("That is not allowed", "Your account may not do this. Ask your administrator."),
  invalid_code: (_, { which }) =>
    error("", `That passcode is not right. Check the ${which}, then try again.`, { field: "code" }),
  code_superseded: ({ body }, { noun, which, channel, prefix }) => {
    const earlier = `That passcode is from an earlier ${noun}`;
    const newer = hasReference(channel) ? `one with reference ${prefix}` : which;
    const text = body.prefix ? `. Use the ${newer}.` : ", and the latest one could not be sent. Resend it.";
    return error("", earlier + text, { field: "code" });
  },
  challenge_expired: () =>
    warning("The passcode has expired", "A passcode works for a few minutes only. Resend it to get a new one.", {
      offers: ["resend"],
    }),
};

/** Sending. @type {Record<string, Refusal>} */
const SEND_REFUSALS = {
  resend_too_soon: (_, { until }) =>
    warning("A passcode was sent just now", "It may take a moment to arrive. You can send another one", { until }),
  phone_unusable: () =>
    error(
      "This phone cannot get our messages",
      [
        "Its network refuses them for good: the number may be a landline, no longer in service,",
        "or have asked us to stop.",
      ].join(" "),
      { offers: ELSEWHERE },
    ),
  destination_blocked: () =>
    error(
      "We cannot send to this phone",
      "Its region or its kind of number is not allowed here. A landline can only be called.",
      { offers: ["call", ...ELSEWHERE] },
    ),
  phone_not_found: () =>
    error("That phone is no longer registered", "It has been removed from your account.", { offers: ELSEWHERE }),
  no_phone: () =>
    error("There is no phone to send to", "Ask your administrator to add your phone number.", { offers: ["email"] }),
  sms_unavailable: (_, { until, byEmail }) =>
    byEmail
      ? error("Emails cannot be sent right now", "This is on our side. You can try again", {
          until,
          offers: ["another-phone"],
        })
      : error("Messages cannot be sent right now", "This is on our side, not your phone’s. You can try again", {
          until,
          offers: ["retry", "email"],
        }),
  settings_incomplete: (_, { byEmail }) =>
    error(
      byEmail ? "Emails are not set up yet" : "Sending is not set up yet",
      "The administrator has yet to complete the settings of this service.",
      { offers: [byEmail ? "another-phone" : "email"] },
    ),
};

/** @type {Refusal} */
const changed = () => error("Something has changed meanwhile", "Please try again.", { offers: ["retry"] });

/** @type {Record<string, Refusal>} */
const REFUSALS = {
  ...PASSCODE_REFUSALS,
  ...SEND_REFUSALS,
  rate_limited: (_, { until }) =>
    warning("That was a bit much at once", "Too many requests have come from here. You can try again", { until }),
  internal_error: ({ body }) => {
    const reference = body.correlation_id ?? body.instance ?? null;
    const text = reference ? "If you ask for help, quote this reference:" : "Please try again in a moment.";
    return error("Something went wrong on our side", text, { reference, offers: ["retry"] });
  },
  conflict: () =>
    error("That did not go together", "An earlier request like this one was still open. Please try again.", {
      offers: ["retry"],
    }),
  precondition_failed: changed,
  precondition_required: changed,
  invalid_request: invalidRequest,
};

/** @type {Refusal} */
export function invalidRequest({ errors }, { doing, byEmail }) {
  const [first] = errors;
  if (doing === "verify")
    return error("", "That does not look like a passcode. Enter the digits of the message.", { field: "code" });
  if (byEmail)
    return error(
      "We cannot send you an email",
      "There may be no contact email for your account. Ask your administrator.",
    );
  return error(
    "The service did not understand that",
    first ? `${first.field}: ${first.message}.` : "Please load this page again, then try once more.",
  );
}

/** @type {Refusal} */
function unknownRefusal({ code, status, body }) {
  return error("That did not work", body.detail || "The service gave an answer that this page does not know.", {
    reference: code === "unknown" ? `HTTP ${status}` : code,
    offers: ["retry"],
  });
}

/**
 * The notice when no answer came at all.
 * @param {boolean} online
 * @param {Doing} doing
 * @returns {Notice}
 */
export function explainSilence(online, doing) {
  const safe = ["open", "send", "resend", "email"].includes(doing) ? " Nothing will be sent twice." : "";
  return online
    ? {
        kind: "error",
        title: "We could not reach the service",
        text: `Check your connection, then try again.${safe}`,
        offers: ["retry"],
      }
    : {
        kind: "error",
        title: "You are offline",
        text: `Connect to the internet, then try again.${safe}`,
        offers: ["retry"],
      };
}

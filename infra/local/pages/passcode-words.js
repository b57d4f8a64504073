// The words beside a passcode: destinations, times, delivery. No DOM in here.

/** @import { Challenge, Channel, PhoneChoice } from "./shared/types" */
import { LANGUAGE, maskedPhone } from "./shared/words.js";

/**
 * The thing that a person tries to do, for the words of its refusal. "poll" is what the page does by itself.
 * @typedef {"login" | "open" | "send" | "resend" | "email" | "verify" | "deny" | "finish" | "poll"} Doing
 */

/**
 * A way out that a notice offers.
 * @typedef {"resend" | "another-phone" | "call" | "email" | "retry" | "restart" | "start-over" |
 *   "go-on" | "again"} Offer
 */

/**
 * Words in a box. `until` is when something can be done again (in milliseconds; null: in a moment), `field` the input
 * that the words belong to, `reference` a code to quote.
 * @typedef {object} Notice
 * @property {"info" | "warning" | "error"} kind
 * @property {string} [title]
 * @property {string} text
 * @property {number | null} [until]
 * @property {string} [field]
 * @property {string | null} [reference]
 * @property {Offer[]} [offers]
 */

// Phones

/**
 * The challenge's destination, written like the phone it went to where we know that phone.
 * @param {Challenge} challenge
 * @param {PhoneChoice[]} phones
 * @param {{ email: string | null }} [help]
 */
export function destinationName(challenge, phones, help) {
  if (challenge.channel === "email") return help?.email ?? challenge.destination;
  const matching = phones.filter((phone) => `${phone.calling_code} - ${phone.masked_number}` === challenge.destination);
  const names = new Set(matching.map(maskedPhone));
  return names.size === 1 ? [...names][0] : challenge.destination;
}

/**
 * The report of a send, in the first product's words: the text before and after the destination.
 * @param {Channel} channel
 * @param {string} continues what the passcode lets a person do
 * @returns {[string, string]}
 */
export function sentSentence(channel, continues) {
  const rest = `. Please enter the passcode to ${continues}.`;
  switch (channel) {
    case "email":
      return ["Email with a passcode was already sent to ", rest];
    case "voice":
      return ["A call with the passcode was already made to the phone number ", rest];
    case "whatsapp":
      return ["WhatsApp message with a passcode was already sent to the phone number ", rest];
    default:
      return ["SMS message with a passcode was already sent to the phone number ", rest];
  }
}

/** @type {Partial<Record<Channel, string>>} */
const NOUNS = { email: "email", voice: "call", whatsapp: "WhatsApp message" };

/** @param {Channel} [channel] */
export const messageNoun = (channel = "sms") => NOUNS[channel] ?? "message";

/**
 * Whether the message has a reference in it. Calls and WhatsApp’s own wording have none: there the newest one counts.
 * @param {Channel} [channel]
 */
export const hasReference = (channel) => channel !== "voice" && channel !== "whatsapp";

/**
 * The message to look into: "message with reference XYWD", "latest call".
 * @param {{ channel?: Channel, prefix?: string }} challenge
 */
export function whichMessage({ channel, prefix }) {
  return hasReference(channel) ? `${messageNoun(channel)} with reference ${prefix}` : `latest ${messageNoun(channel)}`;
}

/**
 * Where the digits are, below the input.
 * @param {Challenge} challenge
 */
export function hint(challenge) {
  return challenge.channel === "voice"
    ? "The call says the digits twice."
    : `The passcode is in the ${whichMessage(challenge)}.`;
}

/**
 * Ways to reach a phone: the words on the button that changes to it, and on the button that resends by it.
 * @type {Record<Exclude<Channel, "email">, { instead: string, again: string }>}
 */
export const WAYS = {
  sms: { instead: "Text me instead", again: "Resend passcode" },
  voice: { instead: "Call me instead", again: "Call me again" },
  whatsapp: { instead: "Use WhatsApp instead", again: "Resend passcode" },
};

/**
 * The notice after another passcode was sent.
 * @param {Challenge} challenge
 */
export function sentAgain(challenge) {
  const last = challenge.sends_remaining === 0 ? " It is the last one that can be sent for now." : "";
  const earlier = `Earlier passcodes no longer work.${last}`;
  if (challenge.channel === "voice")
    return { title: "We are calling you", text: `Type the digits that you hear. ${earlier}` };
  return { title: "A new passcode was sent", text: `Use the ${whichMessage(challenge)}. ${earlier}` };
}

// Times

/**
 * "(00:04:41)", the countdown as the first product drew it.
 * @param {number} ms
 */
export function longCountdown(ms) {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return `(${parts.map((part) => String(part).padStart(2, "0")).join(":")})`;
}

/**
 * The local time of day, with the date where it is not today: "14:32", "25 Nov, 09:05".
 * @param {number} time
 * @param {number} now
 */
export function localTime(time, now) {
  const sameDay = new Date(time).toDateString() === new Date(now).toDateString();
  return new Intl.DateTimeFormat(
    LANGUAGE,
    sameDay ? { timeStyle: "short" } : { dateStyle: "medium", timeStyle: "short" },
  ).format(time);
}

/**
 * A full local date and time, as in the token's table.
 * @param {number} time
 */
export function localDate(time) {
  return new Intl.DateTimeFormat(LANGUAGE, { dateStyle: "medium", timeStyle: "long" }).format(time);
}

// Passcodes

/**
 * A warning when few attempts are left; null when there are enough.
 * @param {number | null} left
 * @param {string} locks what is locked then
 */
export function attemptsWarning(left, locks) {
  if (left === 1) return `This is the last attempt. Another wrong passcode locks ${locks} for a while.`;
  if (left === 2) return `2 attempts are left. After that ${locks} is locked for a while.`;
  return null;
}

// Delivery

/**
 * Whether no message will ever reach the number.
 * @param {Challenge} challenge
 */
export const isRefusedForGood = ({ delivery }) => Boolean(delivery?.permanent);

/**
 * The quiet line below the sentence: its look, and its words.
 * @param {Challenge} challenge
 */
export function deliveryLine(challenge) {
  const noun = messageNoun(challenge.channel);
  if (challenge.channel === "voice") return callLine(challenge.delivery?.status);
  switch (challenge.delivery?.status) {
    case "delivered":
    case "read":
      return { state: "delivered", text: challenge.channel === "email" ? "Delivered" : "Delivered to the phone" };
    case "sent":
      return { state: "sent", text: challenge.channel === "email" ? "Email sent" : "Handed to the mobile network" };
    case "undelivered":
    case "failed":
      return { state: "trouble", text: `The ${noun} was not delivered` };
    case "unknown":
      return { state: "trouble", text: `We do not know whether the ${noun} went out` };
    default:
      return { state: "sending", text: `The ${noun} is on its way` };
  }
}

/** @param {string | undefined} status */
function callLine(status) {
  if (status === "undelivered" || status === "failed")
    return { state: "trouble", text: "The call did not get through" };
  if (status === "unknown") return { state: "trouble", text: "We do not know whether the call went out" };
  if (status === "delivered") return { state: "delivered", text: "The call has ended" };
  return status === "sent"
    ? { state: "sent", text: "Your phone is ringing" }
    : { state: "sending", text: "We are calling you" };
}

/**
 * The notice when a message was not delivered, or null.
 * @param {Challenge} challenge
 * @param {{ others: boolean }} options `others`: whether there is another phone
 * @returns {Notice | null}
 */
export function deliveryTrouble(challenge, { others }) {
  const { status, meaning } = challenge.delivery ?? {};
  const why = meaning ? `${meaning[0].toUpperCase()}${meaning.slice(1)}.` : "The network did not say why.";
  const noun = messageNoun(challenge.channel);
  if (isRefusedForGood(challenge)) {
    const next = others ? "Please choose another one." : "Please ask your administrator to change it.";
    return {
      kind: "warning",
      title: "The carrier refused this number",
      text: `${why} ${next}`,
      offers: ["another-phone", "email"],
    };
  }
  if (status === "undelivered" || status === "failed") {
    return {
      kind: "warning",
      title: challenge.channel === "voice" ? "The call did not get through" : `The ${noun} could not be delivered`,
      text:
        challenge.channel === "voice"
          ? `${why} Have us call again, or choose another way.`
          : `${why} Resend the passcode, or have it sent somewhere else.`,
      offers: ["another-phone", "call", "email"],
    };
  }
  if (status === "unknown") {
    return {
      kind: "warning",
      title: `Your ${noun} may be late`,
      text: "We got no answer about it. It may still arrive, and its passcode will work; if it does not, resend it.",
      offers: ["email"],
    };
  }
  return null;
}

/**
 * How a sentence that waits for `until` continues: the page writes a running countdown behind it.
 * @param {number} until
 * @param {number} now
 */
export function untilWords(until, now) {
  return until - now > 120_000 ? `at ${localTime(until, now)}, in ` : "in ";
}

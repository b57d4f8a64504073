// The words beside a passcode: destinations, hints, delivery. No DOM in here.

/** @import { Challenge, Channel } from "../shared/types" */
/** @import { Strings } from "../locales/index.js" */
/** @import { Flow } from "./flow.js" */

/**
 * The thing that a person tries to do, for the words of its refusal. "poll" is what the component does by itself, "own"
 * the code of an authenticator app and the like.
 * @typedef {"login" | "send" | "resend" | "email" | "verify" | "own" | "deny" | "poll"} Doing
 */

/**
 * A way out that a notice offers.
 * @typedef {"resend" | "another-phone" | "call" | "email" | "retry" | "restart" | "start-over" | "go-on"} Offer
 */

/**
 * Words in a box. `until` is when it can be tried again (in milliseconds; null: in a moment), `field` the input that
 * the words belong to, `reference` a code to quote.
 * @typedef {object} Notice
 * @property {"info" | "warning" | "error"} kind
 * @property {string} [title]
 * @property {string} text
 * @property {number | null} [until]
 * @property {string} [field]
 * @property {string | null} [reference]
 * @property {Offer[]} [offers]
 */

/**
 * The challenge's destination, written like the phone it went to where we know that phone.
 * @param {Flow} flow
 * @param {Challenge} challenge
 */
export function destinationName({ language, current }, challenge) {
  if (challenge.channel === "email") return current.help?.email ?? challenge.destination;
  const matching = current.phones.filter(({ calling_code: code, masked_number: number }) => {
    return `${code} - ${number}` === challenge.destination;
  });
  const names = new Set(matching.map((phone) => language.phone(phone)));
  return names.size === 1 ? [...names][0] : challenge.destination;
}

/**
 * Whether the message has a reference in it. Calls and WhatsApp’s own wording have none: there the newest one counts.
 * @param {Channel} channel
 */
export const hasReference = (channel) => channel !== "voice" && channel !== "whatsapp";

/**
 * Where the digits are.
 * @param {Flow} flow
 */
export function hint(flow) {
  const { channel = "sms", prefix = "" } = flow.state.challenge ?? {};
  return flow.text(/** @type {keyof Strings} */ (`hint_${channel}`), { prefix });
}

/**
 * The notice after another passcode was sent.
 * @param {Flow} flow
 * @param {Challenge} challenge
 * @returns {Notice}
 */
export function sentAgain(flow, challenge) {
  const byVoice = challenge.channel === "voice";
  const last = challenge.sends_remaining === 0 ? flow.text("lastSend") : "";
  return {
    kind: "info",
    title: flow.text(byVoice ? "call_sending" : "sentAgain"),
    text: flow.sentences(byVoice ? flow.text("callDigits") : hint(flow), flow.text("earlierDead"), last),
  };
}

/**
 * "(00:04:41)", the countdown as the first product drew it.
 * @param {number} ms
 */
export function longCountdown(ms) {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return `(${parts.map((part) => String(part).padStart(2, "0")).join(":")})`;
}

// Delivery

/**
 * Whether no message will ever reach the number.
 * @param {Challenge} challenge
 */
export const isRefusedForGood = ({ delivery }) => Boolean(delivery?.permanent);

/** The look of each status of delivery. @type {Record<string, "delivered" | "sent" | "failed" | "unknown">} */
const LOOKS = {
  delivered: "delivered",
  read: "delivered",
  sent: "sent",
  undelivered: "failed",
  failed: "failed",
  unknown: "unknown",
};

/**
 * The quiet line below the sentence: its look, and its words.
 * @param {Flow} flow
 * @param {Challenge} challenge
 */
export function deliveryLine(flow, { channel, delivery }) {
  const look = LOOKS[delivery?.status ?? ""] ?? "sending";
  const trouble = look === "failed" || look === "unknown";
  const spoken = channel === "voice" && look !== "unknown";
  const end = look === "sent" && channel === "email" ? "delivered" : look;
  const key = spoken ? `call_${end}` : `line_${end}`;
  return { state: trouble ? "trouble" : look, text: flow.text(/** @type {keyof Strings} */ (key)) };
}

/**
 * The notice when a message was not delivered, or null.
 * @param {Flow} flow
 * @param {Challenge} challenge
 * @returns {Notice | null}
 */
export function deliveryTrouble(flow, challenge) {
  const { status } = challenge.delivery ?? {};
  const why = reason(flow, challenge);
  if (isRefusedForGood(challenge)) {
    const others = flow.current.phones.some(({ id }) => id !== flow.state.phoneId);
    const next = flow.text(others ? "chooseOther" : "askForOther");
    const title = flow.text("carrierRefused");
    return { kind: "warning", title, text: flow.sentences(why, next), offers: ["another-phone", "email"] };
  }
  if (status === "undelivered" || status === "failed") {
    const byVoice = challenge.channel === "voice";
    return {
      kind: "warning",
      title: flow.text(byVoice ? "call_failed" : "undelivered"),
      text: flow.sentences(why, flow.text(byVoice ? "callElsewhere" : "sendElsewhere")),
      offers: ["another-phone", "call", "email"],
    };
  }
  if (status !== "unknown") return null;
  return { kind: "warning", title: flow.text("mayBeLate"), text: flow.text("mayBeLateText"), offers: ["email"] };
}

/**
 * The network's reason, which the API has in English only.
 * @param {Flow} flow
 * @param {Challenge} challenge
 */
function reason({ language }, { delivery }) {
  const { meaning } = delivery ?? {};
  return meaning && language.tag === "en" ? `${meaning[0].toUpperCase()}${meaning.slice(1)}.` : "";
}

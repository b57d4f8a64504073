// Parts of the console's login: its choices, its words, and what it remembers.

/** @import { Challenge, Channel, Child, MfaRequired, PhoneChoice } from "./shared/types" */
/** @import { Step } from "./login-trail.js" */
import { bdi, uid } from "./dom.js";
import { choice } from "./fields.js";
import { el } from "./shared/dom.js";
import { KeptLogin } from "./shared/kept-login.js";
import { RememberedName } from "./shared/remembered-name.js";
import { maskedPhone } from "./shared/words.js";

export const rememberedName = new RememberedName("mfa-console.login-name");

/** The box that has the name remembered. */
export function rememberBox() {
  const input = el("input", { type: "checkbox", id: uid("remember"), checked: Boolean(rememberedName.recall()) });
  const label = el("label", { for: input.id }, "Remember my login name on this device");
  return { input, element: el("div", { class: "check" }, input, label) };
}

/**
 * What a reload needs of a login.
 * @typedef {object} Kept
 * @property {MfaRequired} login
 * @property {string} name
 * @property {Challenge | null} challenge
 * @property {string} phoneId
 * @property {Step} step
 * @property {number} turn of the idempotency keys
 * @property {number} offset of the server's clock
 */

/** @type {KeptLogin<Kept>} */
export const kept = new KeptLogin("mfa-console.login");

/**
 * @param {HTMLElement} back
 * @returns {Child}
 */
export function noPhoneParts(back) {
  const lead = [
    "Your password is right, but there is no phone that a passcode can be sent to. ",
    "Ask another administrator to add your number, then log in again.",
  ];
  return [el("p", { class: "lead" }, lead), el("div", { class: "actions" }, back)];
}

/**
 * @param {string} wait
 * @param {HTMLElement} back
 * @returns {Child}
 */
export function lockedParts(wait, back) {
  const lead = ["Too many wrong passcodes were entered. ", wait, " Another administrator can unlock you sooner."];
  const advice = "If it was not you who entered them, someone else may know your password: change it.";
  return [el("p", { class: "lead" }, lead), el("p", {}, advice), el("div", { class: "actions" }, back)];
}

// These end the passcode's step: another phone may do.
export const CHOOSE_AGAIN = [
  "challenge_superseded",
  "challenge_used",
  "challenge_not_found",
  "phone_unusable",
  "destination_blocked",
];

const HELP = {
  password: [
    "Forgot your login name or password? Another administrator can look up your name, or set a new password.",
    "If there is no other administrator, the operators of this service can let you in. Their runbook says how.",
  ],
  phones: [
    "The passcode goes to the phone that you choose. Text messages need no internet.",
    "Has your number changed? Another administrator can enter the new one.",
  ],
  code: [
    "Is the phone switched on, and has it got a signal? A message may take a minute or two to arrive.",
    "You can have the passcode sent to another of your phones.",
    "Has your number changed? Another administrator can enter the new one.",
  ],
};

/**
 * The help below a step.
 * @param {keyof typeof HELP} step
 */
export function helpBox(step) {
  const lines = HELP[step].map((text) => el("li", {}, text));
  return el("details", { class: "help" }, el("summary", {}, "Need help logging in?"), el("ul", {}, lines));
}

/** @param {PhoneChoice[]} phones */
export function phoneChoices(phones) {
  const group = uid("phone");
  const choices = phones.map((phone, index) => {
    const id = `${group}-${index}`;
    const input = el("input", { type: "radio", name: group, id, value: phone.id, checked: index === 0 });
    const hint = phone.verified ? "Verified" : "Not yet verified: the first passcode does that";
    return choice(input, maskedPhone(phone), hint);
  });
  const legend = "Please select phone number to receive passcode via SMS message to continue login.";
  return el("fieldset", { class: "choices" }, el("legend", {}, legend), choices);
}

/**
 * Names the destination of the passcode, in the first product's words.
 * @param {Channel} channel
 * @param {PhoneChoice} phone
 * @returns {Child[]}
 */
export function sentLead(channel, phone) {
  return [
    channel === "voice"
      ? "A call with the passcode was already made to"
      : "SMS message with a passcode was already sent to",
    " the phone number ",
    el("strong", {}, bdi(maskedPhone(phone))),
    ". Please enter the passcode to continue login.",
  ];
}

/**
 * The token's claims, unchecked: only to say early what the server would say anyway.
 * @param {string} token
 * @returns {{ kind?: string } | null}
 */
export function payload(token) {
  try {
    return JSON.parse(atob(token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/")));
  } catch {
    return null;
  }
}

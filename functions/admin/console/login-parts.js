// Parts of the console's login: its choices, its words, and what it remembers.

import { bdi, uid } from "./dom.js";
import { choice } from "./fields.js";
/** @import { Challenge, Channel, Child, MfaRequired, PhoneChoice } from "./shared/types" */
/** @import { Step } from "./login-trail.js" */
import { t, tp } from "./language.js";
import { el } from "./shared/dom.js";
import { KeptLogin } from "./shared/kept-login.js";
import { RememberedName } from "./shared/remembered-name.js";
import { maskedPhone } from "./words.js";

export const rememberedName = new RememberedName("mfa-console.login-name");

/** The box that has the name remembered. */
export function rememberBox() {
  const input = el("input", { type: "checkbox", id: uid("remember"), checked: Boolean(rememberedName.recall()) });
  const label = el("label", { for: input.id }, t("remember"));
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
  return [el("p", { class: "lead" }, t("noPhoneLead")), el("div", { class: "actions" }, back)];
}

/**
 * @param {string} wait
 * @param {HTMLElement} back
 * @returns {Child}
 */
export function lockedParts(wait, back) {
  const lead = wait ? t("lockedLeadUntil", { wait }) : t("lockedLead");
  return [el("p", { class: "lead" }, lead), el("p", {}, t("lockedAdvice")), el("div", { class: "actions" }, back)];
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
  password: [t("help_forgot"), t("help_operators")],
  phones: [t("help_chosenPhone"), t("help_numberChanged")],
  code: [t("help_signal"), t("help_elsewhere"), t("help_numberChanged")],
};

/**
 * The help below a step.
 * @param {keyof typeof HELP} step
 */
export function helpBox(step) {
  const lines = HELP[step].map((text) => el("li", {}, text));
  return el("details", { class: "help" }, el("summary", {}, t("help")), el("ul", {}, lines));
}

/** @param {PhoneChoice[]} phones */
export function phoneChoices(phones) {
  const group = uid("phone");
  const choices = phones.map((phone, index) => {
    const id = `${group}-${index}`;
    const input = el("input", { type: "radio", name: group, id, value: phone.id, checked: index === 0 });
    const hint = t(phone.verified ? "verified" : "notVerified");
    return choice(input, maskedPhone(phone), hint);
  });
  return el("fieldset", { class: "choices" }, el("legend", {}, t("choosePhone")), choices);
}

/**
 * Names the destination of the passcode, in the first product's words.
 * @param {Channel} channel
 * @param {PhoneChoice} phone
 * @returns {Child[]}
 */
export function sentLead(channel, phone) {
  return tp(channel === "voice" ? "sentCall" : "sentSms", { phone: el("strong", {}, bdi(maskedPhone(phone))) });
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

// How each step looks. Everything here draws the values it is given; steps.js decides which step comes next.

/** @import { Challenge, Channel, Method } from "../shared/types" */
/** @import { Strings } from "../locales/index.js" */
/** @import { Flow, OfferedPhone } from "./flow.js" */
import { clock } from "../shared/api.js";
import { el, isBusy, setDisabled } from "../shared/dom.js";
import { countdown } from "../shared/words.js";
import { describe, setLabel } from "./fields.js";
import { link } from "./markup.js";
import * as wording from "./wording.js";

const LOW_MS = 60_000;
/** Ways to reach a phone beside a text message, in the order of their buttons. @type {Channel[]} */
const PHONE_WAYS = ["sms", "voice", "whatsapp"];

/**
 * The ways by which this person's phones can be reached now.
 * @param {Flow} flow
 */
export const channelsOf = ({ current }) =>
  PHONE_WAYS.filter((channel) => current.channels.includes(channel) && current.methods.includes(channel));

// The choice

/**
 * The phones, and every other way.
 * @param {Flow} flow
 */
export function drawChoice(flow) {
  const { current, state, pending } = flow;
  const { phones, methods, help } = current;
  const byPhone = phones.length > 0 && channelsOf(flow).length > 0;
  const email = methods.includes("email") ? (help?.email ?? null) : null;
  const only = !byPhone && !methods.includes("totp") && !methods.includes("recovery_code");
  flow.$("choose-title").textContent = byPhone
    ? flow.text("chooseTitle")
    : only
      ? flow.own("noPhoneTitle")
      : flow.text("chooseWay");
  flow.$("choose-lead").textContent = byPhone ? flow.own("choosePhone") : only ? flow.own("noPhoneLead") : "";
  flow.$("send").hidden = !byPhone;
  flow.$("choose-email").hidden = byPhone || !email;
  flow.$("email-to").hidden = byPhone || !email;
  flow.$("email-to").textContent = email && !byPhone ? flow.text("emailGoesTo", { email }) : "";
  drawPhones(flow, byPhone ? phones : [], state.phoneId);
  flow.$("pending").hidden = !pending;
  const chosen = channelsOf(flow)[0];
  const others = byPhone ? channelsOf(flow).filter((channel) => channel !== chosen) : [];
  drawWays(flow, "choose-ways", [...others, ...ownWays(methods)]);
}

/** @param {Method[]} methods */
const ownWays = (methods) => methods.filter((method) => method === "totp" || method === "recovery_code");

/**
 * @param {Flow} flow
 * @param {OfferedPhone[]} phones
 * @param {string | null} chosenId
 */
function drawPhones(flow, phones, chosenId) {
  const usable = phones.find((phone) => phone.id === chosenId) ?? phones.find((phone) => !phone.refused) ?? phones[0];
  flow.$("phones").replaceChildren(...phones.map((phone, index) => phoneChoice(flow, phone, index, phone === usable)));
}

/**
 * @param {Flow} flow
 * @param {OfferedPhone} phone
 * @param {number} index
 * @param {boolean} checked
 */
function phoneChoice(flow, phone, index, checked) {
  const note = flow.text(phone.refused ?? (phone.verified ? "verified" : "notVerified"));
  const id = `phone-${index}`;
  const radio = { type: "radio", name: "phone", id, value: phone.id, checked, "aria-describedby": `${id}-note` };
  return el(
    "label",
    { class: "choice", part: "choice", for: id },
    el("input", radio),
    el(
      "span",
      { class: "choice-text" },
      el("span", { class: "choice-number" }, flow.language.phone(phone)),
      el("span", { class: "choice-note", id: `${id}-note` }, note),
    ),
  );
}

/**
 * Other ways as links. Those that are there already stay, with the focus on them.
 * @param {Flow} flow
 * @param {string} id of the place
 * @param {Method[]} ways
 */
function drawWays(flow, id, ways) {
  const place = flow.$(id);
  const before = [...place.querySelectorAll("button")].map((button) => button.dataset.way);
  if (before.join() !== ways.join()) {
    place.replaceChildren(
      ...ways.map((way) => {
        const sends = way !== "totp" && way !== "recovery_code";
        /** @type {Record<string, string>} */
        const dataset = sends ? { way, resend: "" } : { way };
        return link("way", flow.text(/** @type {keyof Strings} */ (`way_${way}`)), { dataset });
      }),
    );
  }
  place.hidden = !ways.length;
}

// The passcode

/**
 * Draw the challenge. The text that the person has typed and the focus stay as they are.
 * @param {Flow} flow
 * @param {Challenge} challenge
 */
export function drawChallenge(flow, challenge) {
  const { channel } = challenge;
  const byEmail = channel === "email";
  const { phones } = flow.current;
  const to = el("strong", {}, el("bdi", {}, wording.destinationName(flow, challenge)));
  const sent = flow.language.parts(/** @type {keyof Strings} */ (`sent_${channel}`), { to });
  flow.$("code-lead").replaceChildren(...sent, " ", flow.own("enter"));
  flow.$("code-prefix").textContent = challenge.prefix;
  flow.$("code-hint").textContent = wording.hint(flow);
  for (const part of flow.$("code-box").querySelectorAll("span")) part.hidden = !wording.hasReference(channel);
  drawDelivery(flow, challenge);
  drawAttempts(flow, "code", challenge.attempts_remaining);
  describe(flow.$("code"), "code-hint", true);
  describe(flow.$("code"), "code-lead", true);
  const others = byEmail ? phones.length > 0 : phones.length > 1;
  flow.$("another-phone").hidden = !others && ownWays(flow.current.methods).length === 0;
  flow.$("another-phone").textContent = flow.text(others ? (byEmail ? "usePhone" : "anotherPhone") : "anotherWay");
  for (const id of ["resend", "resend-expired"]) {
    if (!isBusy(flow.$(id))) setLabel(flow.$(id), flow.text(channel === "voice" ? "callAgain" : "resend"));
  }
  drawWays(flow, "code-ways", byEmail ? [] : channelsOf(flow).filter((other) => other !== channel));
}

/**
 * @param {Flow} flow
 * @param {Challenge} challenge
 */
function drawDelivery(flow, challenge) {
  const line = wording.deliveryLine(flow, challenge);
  flow.$("delivery").dataset.state = line.state;
  flow.$("delivery-text").textContent = line.text;
}

/**
 * A warning when few attempts are left.
 * @param {Flow} flow
 * @param {"code" | "own"} field
 * @param {number | null} left
 */
export function drawAttempts(flow, field, left) {
  const warning = left === 1 ? flow.text("attempts_1") : left === 2 ? flow.text("attempts_2") : "";
  const place = flow.$(`${field}-attempts`);
  place.textContent = warning;
  place.hidden = !warning;
  describe(flow.$(field), place.id, Boolean(warning));
}

/**
 * An "open" challenge takes a passcode, a "closed" one (expired, failed) only a resend, an "ended" one nothing more.
 * @param {Flow} flow
 * @param {"open" | "closed" | "ended"} state
 */
export function drawForm(flow, state) {
  const open = state === "open";
  flow.input("code").disabled = !open;
  for (const id of ["verify", "resend", "delivery", "code-hint"]) flow.$(id).hidden = !open;
  if (state === "ended") flow.$("code-ways").hidden = true;
  flow.$("code-links").querySelector(".aside-text")?.toggleAttribute("hidden", !open);
  flow.$("resend-expired").hidden = state !== "closed";
  flow
    .$("code-form")
    .querySelector(".times")
    ?.toggleAttribute("hidden", state === "ended");
  flow.$("time-bar").hidden = state === "ended";
}

/**
 * @param {Flow} flow
 * @param {number} left in milliseconds
 * @param {number} total
 */
export function drawTimeLeft(flow, left, total) {
  flow.$("timer").textContent = wording.longCountdown(left);
  flow.$("time-label").textContent = flow.text(left <= 0 ? "expired" : left <= LOW_MS ? "lastMinute" : "timeLeft");
  flow.$("code-form").toggleAttribute("data-low", left <= LOW_MS);
  flow.$("time-bar", HTMLProgressElement).value = total > 0 ? Math.max(0, Math.min(1, left / total)) : 0;
}

/**
 * Every button that sends, with the time until it may.
 * @param {Flow} flow
 * @param {number | null} left in milliseconds; null for now
 */
export function drawResend(flow, left) {
  for (const button of flow.all("[data-resend], #send")) {
    if (isBusy(button)) continue;
    setDisabled(button, left !== null);
    const wait = button.querySelector("[data-resend-in]");
    if (wait) wait.textContent = left === null ? "" : ` ${flow.text("inTime", { time: countdown(left) })}`;
  }
}

// A code of one's own

/** @param {Flow} flow */
export function drawOwn(flow) {
  const { method } = flow.state;
  const words = (/** @type {string} */ part) => flow.text(/** @type {keyof Strings} */ (`own_${method}_${part}`));
  flow.$("own-title").textContent = words("title");
  flow.$("own-lead").textContent = words("lead");
  const label = flow.root.querySelector("label[for=own]");
  if (label) label.textContent = words("label");
  const input = flow.input("own");
  input.inputMode = method === "totp" ? "numeric" : "text";
  input.autocomplete = method === "totp" ? "one-time-code" : "off";
  describe(input, "own-lead", true);
}

/**
 * Offer to trust this device, where that is possible.
 * @param {Flow} flow
 */
export function drawTrust(flow) {
  const days = flow.current.trusted_device_days ?? 0;
  for (const place of flow.all("[data-trust]")) place.hidden = days === 0;
  for (const label of flow.all("[data-trust-label]"))
    label.textContent = flow.text("trustDevice", { time: flow.language.days(days) });
}

// Locked

/**
 * @param {Flow} flow
 * @param {number | null} end in milliseconds; null where only an administrator unlocks
 */
export function drawLock(flow, end) {
  const when = end === null ? "" : flow.language.time(end, clock.now());
  flow.$("locked-lead").textContent =
    end === null ? flow.text("lockedForGood") : flow.text("lockedUntil", { time: when });
  flow.$("locked-timer").hidden = end === null;
  flow.$("locked-again").hidden = end === null;
}

/**
 * @param {Flow} flow
 * @param {number} left in milliseconds
 */
export function drawLockLeft(flow, left) {
  flow.$("locked-timer").textContent = countdown(left);
  setDisabled(flow.$("locked-again"), left > 0);
}

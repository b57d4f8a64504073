// How each step looks. Everything here draws the values it is given; passcode-steps.js decides which step comes next.

/** @import { Challenge, Channel, Child } from "./shared/types" */
/** @import { Notice, Offer } from "./passcode-words.js" */
/** @import { Session, OfferedPhone } from "./passcode-state.js" */
import { describe, input, setLabel } from "./passcode-fields.js";
import { purpose } from "./passcode-purpose.js";
import * as words from "./passcode-words.js";
import { clock } from "./shared/api.js";
import { $, announce, el, isBusy, setDisabled } from "./shared/dom.js";
import { countdown, duration, maskedPhone } from "./shared/words.js";

/** A step of a page: the id of its section, after "step-". @typedef {string} Step */

const LOW_MS = 60_000;

export const screen = {
  step: /** @type {Step} */ (""),

  /**
   * Show one step and move the focus into it: to its heading, or to `focus`.
   * @param {Step} step
   * @param {HTMLElement} [focus]
   */
  show(step, focus) {
    this.step = step;
    for (const section of document.querySelectorAll(".step")) {
      section.toggleAttribute("hidden", section.id !== `step-${step}`);
    }
    $("card").dataset.step = step;
    document.title = `${$(`${step}-title`).textContent} · Backup client`;
    drawProgress($(`step-${step}`).dataset.progress);
    (focus ?? $(`${step}-title`)).focus({ preventScroll: true });
    window.scrollTo({ top: 0 });
  },

  /**
   * Where a notice of this name belongs on the step that is shown.
   * @param {string} name
   */
  slot(name) {
    const step = $(`step-${this.step}`);
    const slot = `[data-slot="${name}"]`;
    const found = name === "session" ? document.querySelector(slot) : step.querySelector(slot);
    return found ?? step.querySelector("[data-slot]");
  },

  clear(name = "main") {
    for (const slot of document.querySelectorAll(`[data-slot="${name}"]`)) slot.replaceChildren();
  },
};

/** @param {string | undefined} progress how many of the steps are done */
function drawProgress(progress) {
  const reached = Number(progress ?? Number.NaN);
  $("steps").hidden = progress === undefined;
  [...$("steps").children].forEach((item, index) => {
    item.toggleAttribute("data-done", index < reached);
    if (index === reached) item.setAttribute("aria-current", "step");
    else item.removeAttribute("aria-current");
  });
}

// Notices

/** @type {Record<Offer, string>} */
const OFFERS = {
  resend: "Resend passcode",
  "another-phone": "Use another phone",
  call: "Call me instead",
  email: "Email me a passcode",
  retry: "Try again",
  restart: "Back to login",
  "start-over": "Send a new passcode",
  "go-on": "Continue",
  again: "Begin again",
};

/**
 * `can` says which offers exist here; `focus` moves the focus to the notice, where it answers something that the person
 * did; else it is announced, unless `silent`. `onUntil` is called when its time has come.
 * @typedef {object} NoticeOptions
 * @property {string} [slot]
 * @property {(offer: Offer) => boolean} [can]
 * @property {boolean} [focus]
 * @property {boolean} [silent]
 * @property {(box: HTMLElement) => void} [onUntil]
 */

/**
 * Show words with ways out.
 * @param {Notice} content
 * @param {NoticeOptions} [options]
 */
export function notice(content, { slot = "main", can = () => true, focus = false, silent = false, onUntil } = {}) {
  const offers = (content.offers ?? []).filter(can).map(offerButton);
  const left = untilSpan(content.until);
  const box = el(
    "div",
    { class: "notice", tabindex: "-1", dataset: { kind: content.kind } },
    content.title ? el("p", { class: "notice-title" }, content.title) : null,
    el(
      "p",
      {},
      content.text,
      untilWords(content.until, left),
      content.reference ? [" ", el("code", {}, content.reference)] : null,
    ),
    offers.length ? el("div", { class: "notice-actions" }, offers) : null,
  );
  left?.addEventListener("over", () => onUntil?.(box));
  screen.slot(slot)?.replaceChildren(box);
  if (focus) {
    box.focus();
    box.scrollIntoView({ block: "nearest" });
  } else if (!silent) {
    const wait = content.until ? ` in ${duration(content.until - clock.now())}` : "";
    announce([content.title, content.text + wait].filter(Boolean).join(". "));
  }
  return box;
}

/**
 * A running countdown. passcode-countdowns.js draws it and dispatches "over" at its end.
 * @param {number | null | undefined} until
 */
function untilSpan(until) {
  if (until === null || until === undefined) return null;
  return el("span", { class: "until", dataset: { until } }, countdown(until - clock.now()));
}

/**
 * @param {number | null | undefined} until
 * @param {HTMLElement | null} left
 * @returns {Child}
 */
function untilWords(until, left) {
  if (until === undefined) return null;
  return until === null ? " in a moment." : [` ${words.untilWords(until, clock.now())}`, left, "."];
}

/**
 * @param {Offer} offer
 * @param {number} index
 */
function offerButton(offer, index) {
  const resends = offer === "resend" || offer === "call";
  const primary = index === 0 && offer !== "email";
  return el(
    "button",
    {
      type: "button",
      class: primary ? "button primary small" : "button small",
      dataset: resends ? { do: offer, resend: "" } : { do: offer },
    },
    purpose.offers[offer] ?? OFFERS[offer],
    resends ? el("span", { class: "in", dataset: { resendIn: "" }, "aria-hidden": "true" }) : null,
  );
}

// Step 2

/**
 * @param {OfferedPhone[]} phones
 * @param {string | null} chosenId
 * @param {{ pending: boolean }} state `pending`: a passcode is on its way already
 */
export function drawPhones(phones, chosenId, { pending }) {
  const usable = phones.find((phone) => phone.id === chosenId) ?? phones.find((phone) => !phone.refused) ?? phones[0];
  $("phones").replaceChildren(...phones.map((phone, index) => phoneChoice(phone, index, phone === usable)));
  $("phones-pending").hidden = !pending;
}

/**
 * @param {OfferedPhone} phone
 * @param {number} index
 * @param {boolean} checked
 */
function phoneChoice(phone, index, checked) {
  const note = phone.refused ?? (phone.verified ? "Verified" : "Not verified yet: the first passcode does that");
  const id = `phone-${index}`;
  const radio = { type: "radio", name: "phone", id, value: phone.id, checked, "aria-describedby": `${id}-note` };
  return el(
    "label",
    { class: "choice", for: id },
    el("input", radio),
    el(
      "span",
      { class: "choice-text" },
      el("span", { class: "choice-number" }, maskedPhone(phone)),
      el("span", { class: "choice-note", id: `${id}-note` }, note),
    ),
  );
}

// Step 3

/**
 * The other channels by which the phone can be reached, as links: those that are offered here.
 * @param {string} id of the place
 * @param {Channel[]} offered
 * @param {Channel} used
 */
export function drawWays(id, offered, used) {
  const others = WAYS.filter((channel) => offered.includes(channel) && channel !== used);
  const before = [...$(id).querySelectorAll("button")].map((button) => button.dataset.channel);
  if (before.join() !== others.join()) {
    $(id).replaceChildren(
      ...others.map((channel) => {
        const dataset = { do: "way", channel, resend: "" };
        return el("button", { type: "button", class: "link", dataset }, words.WAYS[channel].instead);
      }),
    );
  }
  $(id).hidden = !others.length;
}

const WAYS = /** @type {(keyof typeof words.WAYS)[]} */ (Object.keys(words.WAYS));

/**
 * Draw the challenge. The text that the person has typed and the focus stay as they are.
 * @param {Challenge} challenge
 * @param {Session} session
 */
export function drawChallenge(challenge, { phones, help, channels }) {
  const { channel } = challenge;
  const byEmail = channel === "email";
  const [before, after] = words.sentSentence(channel, purpose.continues);
  $("code-lead").replaceChildren(before, el("strong", {}, words.destinationName(challenge, phones, help)), after);
  $("code-prefix").textContent = challenge.prefix;
  $("code-hint").textContent = words.hint(challenge);
  for (const part of $("code-box").querySelectorAll("span")) part.hidden = !words.hasReference(channel);
  drawDelivery(challenge);
  drawAttempts(challenge.attempts_remaining);
  describe($("code"), "code-hint", true);
  describe($("code"), "code-lead", true);
  $("another-phone").hidden = byEmail ? phones.length === 0 : phones.length < 2;
  $("another-phone").textContent = byEmail ? "Use a phone" : "Use another phone";
  const again = channel === "email" ? "Resend passcode" : words.WAYS[channel].again;
  for (const id of ["resend", "resend-expired"]) {
    if (!isBusy($(id))) setLabel($(id), again);
  }
  drawWays("code-ways", byEmail ? [] : channels, channel);
}

/** @param {Challenge} challenge */
function drawDelivery(challenge) {
  const line = words.deliveryLine(challenge);
  $("delivery").dataset.state = line.state;
  $("delivery-text").textContent = line.text;
}

/** @param {number | null} left */
export function drawAttempts(left) {
  const warning = words.attemptsWarning(left, purpose.locks);
  $("code-attempts").textContent = warning ?? "";
  $("code-attempts").hidden = !warning;
  describe($("code"), "code-attempts", Boolean(warning));
}

/**
 * An "open" challenge takes a passcode, a "closed" one (expired, failed) only a resend, an "ended" one nothing more.
 * @param {"open" | "closed" | "ended"} state
 */
export function drawForm(state) {
  const open = state === "open";
  input("code").disabled = !open;
  for (const id of ["verify", "resend", "delivery", "code-hint"]) $(id).hidden = !open;
  if (state === "ended") $("code-ways").hidden = true;
  $("code-links").querySelector(".aside-text")?.toggleAttribute("hidden", !open);
  $("resend-expired").hidden = state !== "closed";
  $("code-form")
    .querySelector(".times")
    ?.toggleAttribute("hidden", state === "ended");
  $("time-bar").hidden = state === "ended";
}

/**
 * @param {number} left in milliseconds
 * @param {number} total
 */
export function drawTimeLeft(left, total) {
  const over = left <= 0;
  $("timer").textContent = words.longCountdown(left);
  $("time-label").textContent = over ? "Expired" : left <= LOW_MS ? "Less than a minute left" : "Time left";
  $("code-form").toggleAttribute("data-low", left <= LOW_MS);
  $("time-bar", HTMLProgressElement).value = total > 0 ? Math.max(0, Math.min(1, left / total)) : 0;
}

/**
 * Every button that resends, with the time until it may.
 * @param {number | null} left in milliseconds; null for now
 */
export function drawResend(left) {
  for (const button of document.querySelectorAll("[data-resend], #phones-submit")) {
    if (isBusy(button)) continue;
    setDisabled(button, left !== null);
    const wait = button.querySelector("[data-resend-in]");
    if (wait) wait.textContent = left === null ? "" : ` in ${countdown(left)}`;
  }
}

// Locked

/** @param {number | null} end in milliseconds; null where only an administrator unlocks */
export function drawLock(end) {
  const when = end === null ? "until an administrator unlocks it" : `until ${words.localTime(end, clock.now())}`;
  $("locked-lead").textContent =
    `Too many wrong passcodes were entered. To keep your account safe, no passcode is sent or accepted ${when}.`;
  $("locked-timer").hidden = end === null;
  $("locked-again").hidden = end === null;
}

/** @param {number} left in milliseconds */
export function drawLockLeft(left) {
  $("locked-timer").textContent = countdown(left);
  setDisabled($("locked-again"), left > 0);
}

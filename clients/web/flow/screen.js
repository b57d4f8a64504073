// Which step is shown, and the notices on it.

/** @import { Child } from "../shared/types" */
/** @import { Flow, Step } from "./flow.js" */
/** @import { Notice, Offer } from "./wording.js" */
import { clock } from "../shared/api.js";
import { el } from "../shared/dom.js";
import { countdown } from "../shared/words.js";

/**
 * Show one step and move the focus into it: to its heading, or to `focus`.
 * @param {Flow} flow
 * @param {Step} step
 * @param {HTMLElement} [focus]
 */
export function show(flow, step, focus) {
  const before = flow.step;
  flow.step = step;
  for (const section of flow.all(".step")) section.hidden = section.id !== `step-${step}`;
  // A component that has just begun leaves the focus of the page where it is.
  if (before || focus || flow.usesHistory) (focus ?? flow.$(`${step}-title`)).focus({ preventScroll: true });
  if (before && before !== step) flow.$("top").scrollIntoView({ block: "nearest" });
  flow.emit("step", { step, title: flow.$(`${step}-title`).textContent });
}

/**
 * Where a notice of this name belongs on the step that is shown.
 * @param {Flow} flow
 * @param {string} name
 */
export function slot(flow, name) {
  const step = flow.$(`step-${flow.step}`);
  const place = `[data-slot="${name}"]`;
  return (name === "session" ? flow.$("session") : step.querySelector(place)) ?? step.querySelector("[data-slot]");
}

/**
 * @param {Flow} flow
 * @param {...string} names
 */
export function clear(flow, ...names) {
  for (const name of names) for (const place of flow.all(`[data-slot="${name}"]`)) place.replaceChildren();
}

/** The words of the ways out. @type {Record<Offer, keyof import("../locales/index.js").Strings>} */
const OFFERS = {
  resend: "resend",
  "another-phone": "anotherPhone",
  call: "way_voice",
  email: "way_email",
  retry: "tryAgain",
  restart: "beginAgain",
  "start-over": "sendNew",
  "go-on": "goOn",
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
 * @param {Flow} flow
 * @param {Notice} content
 * @param {NoticeOptions} [options]
 */
export function notice(flow, content, { slot: name = "main", can = () => true, focus, silent, onUntil } = {}) {
  const offers = (content.offers ?? []).filter(can).map((offer, index) => offerButton(flow, offer, index));
  const left = untilSpan(content.until);
  const box = el(
    "div",
    { class: "notice", part: "notice", tabindex: "-1", dataset: { kind: content.kind } },
    content.title ? el("p", { class: "notice-title" }, content.title) : null,
    el("p", {}, content.text, waiting(flow, content.until, left), reference(content)),
    offers.length ? el("div", { class: "notice-actions" }, offers) : null,
  );
  left?.addEventListener("over", () => onUntil?.(box));
  slot(flow, name)?.replaceChildren(box);
  if (focus) {
    box.focus();
    box.scrollIntoView({ block: "nearest" });
  } else if (!silent) {
    const wait = content.until
      ? flow.text("waitIn", { time: flow.language.duration(content.until - clock.now()) })
      : "";
    flow.announce(flow.sentences(content.title ? `${content.title}.` : "", content.text, wait));
  }
  return box;
}

/**
 * @param {Notice} content
 * @returns {Child}
 */
const reference = ({ reference: text }) => (text ? [" ", el("code", {}, text)] : null);

/**
 * A running countdown. countdowns.js draws it and dispatches "over" at its end.
 * @param {number | null | undefined} until
 */
function untilSpan(until) {
  if (until === null || until === undefined) return null;
  return el("span", { class: "until", dataset: { until } }, countdown(until - clock.now()));
}

/**
 * @param {Flow} flow
 * @param {number | null | undefined} until
 * @param {HTMLElement | null} left
 * @returns {Child}
 */
function waiting({ language }, until, left) {
  if (until === undefined) return null;
  if (until === null || left === null) return [" ", language.text("waitMoment")];
  const now = clock.now();
  if (until - now <= 120_000) return [" ", language.parts("waitIn", { time: left })];
  return [" ", language.parts("waitAt", { at: language.time(until, now), time: left })];
}

/**
 * @param {Flow} flow
 * @param {Offer} offer
 * @param {number} index
 */
function offerButton(flow, offer, index) {
  const resends = offer === "resend" || offer === "call";
  const primary = index === 0 && offer !== "email";
  return el(
    "button",
    {
      type: "button",
      class: primary ? "button primary small" : "button small",
      part: primary ? "button primary" : "button",
      dataset: resends ? { do: offer, resend: "" } : { do: offer },
    },
    flow.text(OFFERS[offer]),
    resends ? waitSpan() : null,
  );
}

/** The time until a button may send, behind its words. */
export const waitSpan = () => el("span", { class: "in", dataset: { resendIn: "" }, "aria-hidden": "true" });

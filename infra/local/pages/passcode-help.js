// The help below every step.

/** @import { Channel, Child } from "./shared/types" */
/** @import { Step } from "./passcode-screen.js" */
/** @import { OfferedPhone } from "./passcode-state.js" */
import { purpose } from "./passcode-purpose.js";
import { $, el, parts } from "./shared/dom.js";

/**
 * The facts that the help depends on.
 * @typedef {{ email?: string | null, channel?: Channel, phones: OfferedPhone[] }} HelpContext
 */

/**
 * @param {Step} step
 * @param {HelpContext} context
 */
export function drawHelp(step, context) {
  const help = parts(helpFor(step, context));
  $("help").hidden = help.length === 0;
  $("help-body").replaceChildren(...help);
}

/**
 * @param {Step} step
 * @param {HelpContext} context
 * @returns {Child}
 */
function helpFor(step, { email, channel, phones }) {
  const own = purpose.help(step, { email, channel, phones });
  if (own !== undefined) return own;
  const tips = [...tipsFor(channel)];
  if (phones.length > 1 && channel !== "email") tips.push("You can have the passcode sent to another of your phones.");
  const list = tips.map((text) => el("li", {}, text));
  return [
    step === "no-phone" ? null : el("ul", {}, list),
    email && channel !== "email" && step !== "no-phone" ? emailHelp(email) : null,
    el("p", {}, "Has your number changed? Your administrator can enter the new one."),
  ];
}

/** @param {Channel} [channel] */
function tipsFor(channel) {
  const signal = "Is the phone switched on, and has it got a signal?";
  if (channel === "email")
    return ["Look into the folder for spam, too.", "An email may take a minute or two to arrive."];
  if (channel === "voice") return [signal, "The call comes from a number that you may not know."];
  return [`${signal} Text messages need no internet.`, "A text message may take a minute or two to arrive."];
}

/**
 * @param {string} email masked
 * @returns {Child}
 */
function emailHelp(email) {
  return [
    el(
      "p",
      {},
      "No phone at hand? A passcode can be sent to your contact email ",
      el("strong", {}, email),
      " instead. To keep your account safe, your verified phones are told about it.",
    ),
    el("button", { type: "button", class: "button small", dataset: { do: "email" } }, "Email me a passcode"),
  ];
}

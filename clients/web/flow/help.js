// The help below every step.

/** @import { Channel, Child } from "../shared/types" */
/** @import { Flow, Step } from "./flow.js" */
import { el, parts } from "../shared/dom.js";
import { link } from "./markup.js";

/**
 * @param {Flow} flow
 * @param {Step} step
 */
export function drawHelp(flow, step) {
  const own = flow.purpose.help(flow, step);
  const help = parts(own === undefined ? helpWithCodes(flow, step) : own);
  flow.$("help").hidden = help.length === 0;
  flow.$("help-body").replaceChildren(...help);
}

/**
 * @param {Flow} flow
 * @param {Step} step
 * @returns {Child}
 */
function helpWithCodes(flow, step) {
  const { session, challenge } = flow.state;
  if (step === "locked" || !session) return null;
  const channel = step === "code" ? challenge?.channel : "sms";
  const email = session.methods.includes("email") ? session.help.email : null;
  const tips = step === "own" || !session.phones.length ? [] : tipsFor(flow, channel);
  return [
    tips.length
      ? el(
          "ul",
          {},
          tips.map((text) => el("li", {}, text)),
        )
      : null,
    email && channel !== "email" ? emailHelp(flow, email) : null,
    el("p", {}, flow.text("numberChanged")),
    flow.purpose.name === "login"
      ? el(
          "p",
          {},
          flow.text("lostAll"),
          " ",
          link("own", flow.text("way_temporary_code"), { dataset: { way: "temporary_code" } }),
        )
      : null,
  ];
}

/**
 * @param {Flow} flow
 * @param {Channel} [channel]
 */
function tipsFor(flow, channel) {
  if (channel === "email") return [flow.text("tipSpam"), flow.text("tipSlow")];
  return [flow.text("tipSignal"), flow.text(channel === "voice" ? "tipCaller" : "tipSlow")];
}

/**
 * @param {Flow} flow
 * @param {string} email masked
 * @returns {Child}
 */
const emailHelp = (flow, email) => [
  el("p", {}, flow.language.parts("emailInstead", { email: el("strong", {}, el("bdi", {}, email)) })),
  el(
    "button",
    { type: "button", class: "button small", part: "button", dataset: { do: "email" } },
    flow.text("way_email"),
  ),
];

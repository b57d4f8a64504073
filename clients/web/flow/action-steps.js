// The steps that only an action has: the deed above each step, the way to refuse it, and its ends.

/** @import { ActionOpened } from "../shared/types" */
/** @import { Flow } from "./flow.js" */
import { Problem } from "../shared/api.js";
import { el, svg } from "../shared/dom.js";
import { describe } from "./fields.js";
import { link, section, slotFor } from "./markup.js";
import { act } from "./requests.js";
import { forgetAll, go } from "./steps.js";

/** How an action ended without an approval. @typedef {"denied" | "expired" | "used" | "gone" | "cancelled"} End */

/** By the code of a refusal that ends an action. @type {Record<string, End>} */
export const ENDS = {
  action_denied: "denied",
  action_expired: "expired",
  action_redeemed: "used",
  action_not_found: "gone",
};

/** @param {Flow} flow */
export const sections = (flow) => [confirmedSection(flow), keptSection(flow)];

/** @param {Flow} flow */
function confirmedSection(flow) {
  const tick = svg("svg", { class: "done", viewBox: "0 0 48 48", "aria-hidden": "true", focusable: "false" });
  tick.append(svg("circle", { cx: 24, cy: 24, r: 22 }), svg("path", { d: "m15 24.5 6.2 6.2L33.5 18" }));
  return section(
    flow,
    "confirmed",
    flow.text("confirmed"),
    tick,
    el("p", { class: "lead", id: "confirmed-lead" }),
    slotFor("main"),
  );
}

/** @param {Flow} flow */
const keptSection = (flow) =>
  section(flow, "kept", flow.text("notConfirmed"), el("p", { class: "lead", id: "kept-lead" }), slotFor("main"));

/**
 * Show the deed in the words of the message, and the way to refuse it, on every step that is about it.
 * @param {Flow} flow
 */
export function drawDeed(flow) {
  const summary = flow.state.session?.deed?.summary;
  if (summary === undefined) return;
  for (const place of flow.all("[data-deed]")) place.replaceChildren(deed(flow, summary));
  for (const place of flow.all("[data-deny]")) place.replaceChildren(denial(flow));
  const words = flow.$("step-code").querySelector(".deed");
  if (words) words.id = "code-deed";
  describe(flow.$("code"), "code-deed", true);
}

/**
 * @param {Flow} flow
 * @param {string} summary
 */
const deed = (flow, summary) =>
  el(
    "p",
    { class: "deed", part: "deed" },
    flow.language.parts("deed", { deed: el("strong", {}, el("bdi", {}, summary)) }),
    el("small", {}, flow.text("deedHint")),
  );

/** @param {Flow} flow */
const denial = (flow) => el("p", { class: "aside" }, flow.text("notAsked"), " ", link("deny", flow.text("notMe")));

/**
 * The passcode was right.
 * @param {Flow} flow
 */
export function confirm(flow) {
  const summary = flow.current.deed?.summary ?? "";
  forgetAll(flow);
  flow.$("confirmed-lead").textContent = summary;
  go(flow, "confirmed");
}

/**
 * The action is over, and nothing was confirmed.
 * @param {Flow} flow
 * @param {End} why
 */
export function end(flow, why) {
  const id = flow.state.session?.deed?.id;
  forgetAll(flow);
  flow.$("kept-lead").textContent = flow.text(`kept_${why}`);
  go(flow, "kept");
  flow.emit(why === "cancelled" ? "cancelled" : "denied", { id, reason: why });
}

/**
 * "This was not me": its passcodes are dead, and the administrator can see it.
 * @param {Flow} flow
 * @param {HTMLElement} button
 */
export function deny(flow, button) {
  act(flow, "deny", button, flow.text("pleaseWait"), async (signal) => {
    const { mfa_token: token, deed: refused } = flow.current;
    await flow.api.denyAction(token, refused?.id ?? "", { signal });
    end(flow, "denied");
  });
}

/** By the status of an action that is over. @type {Record<string, End | undefined>} */
const OVER = { denied: "denied", expired: "expired", redeemed: "used" };

/**
 * Read the action before it is shown: it may be over, and the answer has the server's clock.
 * @param {Flow} flow
 * @param {ActionOpened} action
 */
export async function lookAt(flow, { id, mfa_token: token }) {
  try {
    return OVER[(await flow.api.getAction(token, id)).status];
  } catch (error) {
    // Without an answer, the next request says what is wrong.
    if (!(error instanceof Problem)) return undefined;
    return error.code === "invalid_token" ? "expired" : ENDS[error.code];
  }
}

/**
 * Whether the action is the one under way here.
 * @param {Flow} flow
 * @param {ActionOpened} action
 */
export const isUnderWay = (flow, action) => flow.kept.read()?.session.deed?.id === action.id;

// The form for the passcode while its challenge runs out or its message does not arrive.

/** @import { Challenge } from "../shared/types" */
/** @import { Flow } from "./flow.js" */
/** @import { Notice, Offer } from "./wording.js" */
import { Problem } from "../shared/api.js";
import * as draw from "./drawing.js";
import { fieldError } from "./fields.js";
import { explain } from "./refusals.js";
import { clear, notice, slot } from "./screen.js";
import { deliveryTrouble, isRefusedForGood } from "./wording.js";

/**
 * Whether a way out exists just now.
 * @param {Flow} flow
 * @returns {(offer: Offer) => boolean}
 */
export const can = (flow) => (offer) => {
  const { session, challenge, phoneId } = flow.state;
  const byEmail = challenge?.channel === "email";
  if (offer === "another-phone") {
    return flow.step !== "choose" && (session?.phones.some((phone) => phone.id !== phoneId || byEmail) ?? false);
  }
  if (offer === "email") return Boolean(session?.methods.includes("email")) && !byEmail;
  if (offer === "call") {
    const called = flow.step === "code" && (byEmail || challenge?.channel === "voice");
    return session !== null && draw.channelsOf(flow).includes("voice") && !called;
  }
  return true;
};

/**
 * The challenge takes no more passcodes; say so, and offer the resend.
 * @param {Flow} flow
 * @param {Notice} content
 * @param {boolean} [answered] whether that is the answer to something the person did
 */
export function close(flow, content, answered = false) {
  const here = flow.$("code-form").contains(flow.root.activeElement) || answered;
  draw.drawForm(flow, "closed");
  fieldError(flow, "code", "");
  draw.drawAttempts(flow, "code", null);
  flow.polls.stop();
  if (flow.step === "choose") flow.$("pending").hidden = true;
  if (flow.step !== "code") return;
  const offers = content.offers?.filter((offer) => offer !== "resend");
  notice(flow, { ...content, offers }, { can: can(flow), focus: here });
}

/** @param {Flow} flow */
function closeExpired(flow) {
  close(flow, explain(flow, new Problem(410, { code: "challenge_expired" })));
}

/**
 * Close a challenge that is open on the screen, and no longer here.
 * @param {Flow} flow
 * @param {Challenge} of
 */
export function closeOver(flow, of) {
  if (of.status !== "failed") closeExpired(flow);
  else if (slot(flow, "main")?.firstChild)
    draw.drawForm(flow, "closed"); // it says why already
  else close(flow, deliveryTrouble(flow, of) ?? notSent(flow));
}

/**
 * @param {Flow} flow
 * @returns {Notice}
 */
const notSent = (flow) => ({
  kind: "warning",
  title: flow.text("undelivered"),
  text: flow.text("sendElsewhere"),
  offers: ["another-phone", "email"],
});

/**
 * Show why the message was not delivered.
 * @param {Flow} flow
 * @param {Challenge} of
 */
export function troubles(flow, of) {
  const phone = flow.current.phones.find(({ id }) => id === flow.state.phoneId);
  if (phone && isRefusedForGood(of)) phone.refused = "carrierRefused";
  if (flow.step !== "code" || of.status === "failed") return; // a failed one is closed, with the same words
  const content = deliveryTrouble(flow, of);
  const shown = slot(flow, "delivery")?.firstElementChild;
  if (!content) clear(flow, "delivery");
  else if (shown?.firstElementChild?.textContent !== content.title)
    notice(flow, content, { slot: "delivery", can: can(flow) });
}

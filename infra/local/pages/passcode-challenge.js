// The form for the passcode while its challenge runs out or its message does not arrive.

/** @import { Challenge } from "./shared/types" */
/** @import { Notice, Offer } from "./passcode-words.js" */
import { fieldError } from "./passcode-fields.js";
import { explain } from "./passcode-refusals.js";
import * as draw from "./passcode-screen.js";
import { notice, screen } from "./passcode-screen.js";
import { current, polls, state } from "./passcode-state.js";
import * as words from "./passcode-words.js";
import { clock, Problem } from "./shared/api.js";
import { $ } from "./shared/dom.js";

/** @type {Notice} */
const NOT_SENT = {
  kind: "warning",
  title: "The passcode could not be sent",
  text: "Resend it, or have it sent somewhere else.",
  offers: ["another-phone", "email"],
};

/**
 * Whether a way out exists just now.
 * @param {Offer} offer
 */
export function can(offer) {
  const byEmail = state.challenge?.channel === "email";
  if (offer === "another-phone") {
    const others = state.session?.phones.some((phone) => phone.id !== state.phoneId || byEmail) ?? false;
    return screen.step !== "phones" && others;
  }
  if (offer === "email") return Boolean(state.session?.help.email) && !byEmail;
  if (offer === "call") {
    const called = screen.step === "code" && (byEmail || state.challenge?.channel === "voice");
    return Boolean(state.session?.channels.includes("voice")) && !called;
  }
  return true;
}

/**
 * The challenge takes no more passcodes; say so, and offer the resend.
 * @param {Notice} content
 * @param {boolean} [answered] whether that is the answer to something the person did
 */
export function close(content, answered = false) {
  const here = $("code-form").contains(document.activeElement) || answered;
  draw.drawForm("closed");
  fieldError("code", "");
  draw.drawAttempts(null);
  polls.stop();
  if (screen.step === "phones") $("phones-pending").hidden = true;
  if (screen.step === "code")
    notice({ ...content, offers: content.offers?.filter((offer) => offer !== "resend") }, { can, focus: here });
}

function closeExpired() {
  close(explain(new Problem(410, { code: "challenge_expired" }), { now: clock.now() }));
}

/**
 * Close a challenge that is open on the screen, and no longer here.
 * @param {Challenge} of
 */
export function closeOver(of) {
  if (of.status !== "failed") closeExpired();
  else if (screen.slot("main")?.firstChild)
    draw.drawForm("closed"); // it says why already
  else close(troubleOf(of) ?? NOT_SENT);
}

/** @param {Challenge} of */
const troubleOf = (of) =>
  words.deliveryTrouble(of, { others: current().phones.some(({ id }) => id !== state.phoneId) });

/**
 * Show why the message was not delivered.
 * @param {Challenge} of
 */
export function troubles(of) {
  const phone = current().phones.find(({ id }) => id === state.phoneId);
  if (phone && words.isRefusedForGood(of)) phone.refused = "The carrier refused this number";
  if (screen.step !== "code" || of.status === "failed") return; // a failed one is closed, with the same words
  const content = troubleOf(of);
  const shown = screen.slot("delivery")?.firstElementChild;
  if (!content) screen.clear("delivery");
  else if (shown?.firstElementChild?.textContent !== content.title) notice(content, { slot: "delivery", can });
}

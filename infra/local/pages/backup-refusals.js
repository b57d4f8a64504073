// The refusals that a deletion says in words of its own, and the ends at which nothing was deleted. No DOM in here.

/** @import { Refusal } from "./passcode-refusals.js" */
import { error, warning } from "./passcode-refusals.js";

/** @type {Refusal} */
const gone = () =>
  error("That is no longer there", "Something this deletion needs has been removed meanwhile. Nothing was deleted.", {
    offers: ["restart"],
  });

/** @type {Record<string, Refusal>} */
export const DELETION_REFUSALS = {
  forbidden: () =>
    error("This cannot be confirmed any more", "Your administrator has changed how deletions are confirmed.", {
      offers: ["restart"],
    }),
  challenge_used: () =>
    warning("This passcode has already been used", "A passcode works once. Begin again to get a new one.", {
      offers: ["restart"],
    }),
  challenge_superseded: () =>
    warning(
      "A newer passcode has taken this one’s place",
      [
        "Someone has asked for another passcode for this account, for a login or for another deletion, perhaps you in",
        "another window. Passcodes sent from here no longer work. If it was not you, tell your administrator.",
      ].join(" "),
      { offers: ["start-over"] },
    ),
  challenge_not_found: () =>
    warning("This passcode request has ended", "Send a new passcode to confirm the deletion.", {
      offers: ["start-over"],
    }),
  too_many_sends: (_, { until }) =>
    warning(
      "No more passcodes for now",
      "Too many passcodes were sent, and none was entered. You can send another one",
      {
        until,
      },
    ),
  temporarily_unavailable: (_, { until, doing }) =>
    error(
      "The service cannot answer right now",
      doing === "finish" ? "Your confirmation is still good. You can try again" : "You can try again",
      { until, offers: ["retry"] },
    ),
  action_pending: () =>
    warning("The deletion is not confirmed yet", "Enter the passcode from your phone.", { offers: ["start-over"] }),
  action_approved: () =>
    error(
      "The deletion is confirmed already",
      "It can no longer be refused. If you did not confirm it, tell your administrator at once.",
      { offers: ["restart"] },
    ),
  set_not_found: () =>
    error("That backup set is gone", "It was deleted before. Nothing else was deleted.", { offers: ["restart"] }),
  not_found: gone,
  user_not_found: gone,
  client_not_found: gone,
};

/** Why nothing was deleted. @typedef {"denied" | "expired" | "used" | "unknown"} Kept */

/** By the code of a refusal that ends a deletion. @type {Record<string, Kept>} */
export const ENDS = {
  action_denied: "denied",
  action_expired: "expired",
  action_redeemed: "used",
  action_not_found: "unknown",
};

/** @type {Record<Kept, string>} */
export const KEPT = {
  denied: [
    "You said that this was not you. The passcode no longer works, and your administrator can see what happened.",
    "If somebody else may be using this computer or know your password, change the password now.",
  ].join(" "),
  expired: "The time to confirm this deletion is over. If you still want to delete the data, begin again.",
  used: "This confirmation was used before. A confirmation is good for one deletion.",
  unknown: "The service no longer knows of this deletion. If you still want to delete the data, begin again.",
};

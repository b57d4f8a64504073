// The refusals that a login says in words of its own. No DOM in here.

/** @import { Refusal } from "./passcode-refusals.js" */
import { error, invalidRequest, warning } from "./passcode-refusals.js";

/** @type {Refusal} */
const gone = () =>
  error("That is no longer there", "Something this login needs has been removed meanwhile. Please log in again.", {
    offers: ["restart"],
  });

// A login meets none of them: they are about the confirmation of a deed.
const ACTION_CODES = [
  "action_not_found",
  "action_pending",
  "action_approved",
  "action_denied",
  "action_redeemed",
  "action_expired",
];

/** @type {Record<string, Refusal>} */
export const LOGIN_REFUSALS = {
  invalid_credentials: () => error("", "The login name or the password is not right.", { field: "password" }),
  mfa_not_supported: () =>
    error(
      "This app cannot log you in",
      "Your account needs a passcode, which this version of the app cannot ask for. Please update it.",
    ),
  challenge_used: () =>
    warning("This passcode has already been used", "A passcode works once. Log in again to get a new one.", {
      offers: ["restart"],
    }),
  challenge_superseded: () =>
    warning(
      "A newer login has taken this one’s place",
      [
        "Someone has asked for another passcode for this account, perhaps you in another window.",
        "Passcodes sent from here no longer work. If it was not you, tell your administrator.",
      ].join(" "),
      { offers: ["start-over"] },
    ),
  challenge_not_found: () =>
    warning("This passcode request has ended", "Send a new passcode to continue login.", { offers: ["start-over"] }),
  too_many_sends: (_, { until, byEmail }) =>
    warning("No more passcodes for now", "Too many passcodes were sent without a login. You can send another one", {
      until,
      offers: byEmail ? ["another-phone"] : ["email"],
    }),
  temporarily_unavailable: (_, { until }) =>
    error("The service cannot answer right now", "Nothing is wrong with your login. You can try again", {
      until,
      offers: ["retry"],
    }),
  ...Object.fromEntries(ACTION_CODES.map((code) => [code, gone])),
  not_found: gone,
  user_not_found: gone,
  client_not_found: gone,
  invalid_request: (problem, about) => {
    const [first] = problem.errors;
    if (about.doing === "login" && first?.field === "login_name")
      return error("", "That cannot be a login name. Check it, please.", { field: "login-name" });
    if (about.doing === "login" && first?.field === "password")
      return error("", "That cannot be the password. Check it, please.", { field: "password" });
    return invalidRequest(problem, about);
  },
};

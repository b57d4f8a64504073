// The help with the steps that only a login has.

/** @import { HelpContext } from "./passcode-help.js" */
/** @import { Step } from "./passcode-screen.js" */
import { el } from "./shared/dom.js";

/** @type {Record<string, string>} */
const HELP = {
  login: "Forgot your login name or password? Your administrator can look up the one and set a new other.",
  locked: "While the login is locked, an email would not help either. Your administrator can unlock it at once.",
};

/**
 * Help with a step; null for none, undefined for that of the passcode.
 * @param {Step} step
 * @param {HelpContext} _context
 */
export function helpWithLogin(step, _context) {
  if (step === "token") return null;
  return HELP[step] ? el("p", {}, HELP[step]) : undefined;
}

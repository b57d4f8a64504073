// The purpose of passcodes on a page: a login, or the deletion of a backup set. All differences are in one value.

/** @import { Approved, Child } from "./shared/types" */
/** @import { HelpContext } from "./passcode-help.js" */
/** @import { Refusal } from "./passcode-refusals.js" */
/** @import { Step } from "./passcode-screen.js" */
/** @import { Doing, Offer } from "./passcode-words.js" */
/** @import { Problem } from "./shared/api.js" */

/**
 * @typedef {object} Purpose
 * @property {Step} first the step before the phones, where the page begins
 * @property {string} continues what the passcode lets a person do: "continue login"
 * @property {string} locks the thing that too many wrong passcodes lock
 * @property {string} endsSoon the warning before the session ends
 * @property {() => string} waits the words for a person who went back to the first step
 * @property {() => Step | null} end the step that follows a right passcode, once there was one
 * @property {Partial<Record<Offer, string>>} offers ways out that have words of their own here
 * @property {Record<string, Refusal>} refusals refusals that have words of their own here
 * @property {() => HTMLElement | undefined} focus where the focus goes on the first step
 * @property {(step: Step) => void} arrive prepare a step that is about to be shown
 * @property {(step: Step) => boolean} resume show a step of the page's own again after a reload
 * @property {(step: Step, context: HelpContext) => Child} help for a step of the page; undefined: the usual help
 * @property {() => void} start begin again
 * @property {() => void} sessionOver the MFA token is over
 * @property {(problem: Problem, doing: Doing) => boolean} leaves go to the step that a refusal leads to, if any
 * @property {(answer: Approved, name: string) => void} approved the passcode was right
 * @property {() => void} approvedUnheard it was, but the answer did not arrive here
 */

/** @type {Purpose} */
export const purpose = {
  first: "login",
  continues: "",
  locks: "",
  endsSoon: "",
  waits: () => "",
  end: () => null,
  offers: {},
  refusals: {},
  focus: () => undefined,
  arrive() {},
  resume: () => false,
  help: () => undefined,
  start() {},
  sessionOver() {},
  leaves: () => false,
  approved() {},
  approvedUnheard() {},
};

/**
 * Set the purpose of this page, before anything else happens on it.
 * @param {Purpose} page
 */
export function serve(page) {
  Object.assign(purpose, page);
}

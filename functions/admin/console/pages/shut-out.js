// The questions before a change that would shut somebody out.

/** @import { Answer, Child, Phone, SettingsEffects, ShutOutUser, User } from "../shared/types" */
import { confirm, notice, openDialog } from "../dialogs.js";
import { bdi, button } from "../dom.js";
import { admin, whoami } from "../session.js";
import { el } from "../shared/dom.js";
import { plural } from "../words.js";

const TEST_PAGE = "#/settings/mfa";

/** @param {User} user */
export const isOneself = (user) => user.login_name === whoami().login_name;

/** @param {Pick<Phone, "unusable">} phone */
const isUsable = (phone) => !phone.unusable;

/**
 * A user's security settings as they will be. `added` is how many new phones there will be; none of them is verified.
 * With an authenticator app no phone is needed.
 * @typedef {{ user: User, mfa: boolean, kept: Phone[], added?: number, hasApp?: boolean }} Outcome
 */

/**
 * The answer of a person who was asked: `go`, and with it whether the request has to insist.
 * @typedef {{ go: boolean, insist: boolean }} Decision
 */

/**
 * Whether nothing will be left that a passcode can be sent to. For oneself only a verified phone counts.
 * @param {Outcome} outcome
 */
export function isShutOut({ user, mfa, kept, added = 0, hasApp = false }) {
  const usable = kept.filter(isUsable);
  if (!mfa || hasApp) return false;
  return isOneself(user) ? !usable.some((phone) => phone.verified) : !usable.length && !added;
}

/**
 * The warning beside a switch that is about to shut somebody out; null where it is not.
 * @param {Outcome} outcome
 */
export function noPhoneWarning(outcome) {
  if (!isShutOut(outcome)) return null;
  const own = isOneself(outcome.user);
  return notice({
    kind: "warning",
    title: own ? "You have no verified phone" : "There is no phone to send to",
    text: own
      ? "Without one you cannot log in. Verify a number of yours by Test in the settings."
      : "Without one the user cannot log in. Add a phone below.",
  });
}

/**
 * The change is refused, with the way to it: nobody shuts themselves out by the console.
 * @param {Outcome} outcome
 */
async function refuseForOneself({ user }) {
  const words = user.mfa_enabled
    ? "You could not log in any more: SMS authentication is on, and no verified phone would be left."
    : "You could not log in any more, and your session would end now: you have no verified phone that is usable.";
  const way =
    "Open the settings, press Test, and enter the passcode that comes: the number is then yours, and verified.";
  const dialog = openDialog({
    title: "You would be shut out",
    body: [el("p", {}, words), el("p", {}, way)],
    actions: [
      button("Cancel", { onclick: () => dialog.close() }),
      el("a", { class: "button primary", href: TEST_PAGE, onclick: () => dialog.close() }, "Open the settings"),
    ],
  });
  await dialog.closed;
}

/**
 * What happens to a user who will have no phone.
 * @param {User} user
 * @returns {Child}
 */
function shutOutWords(user) {
  const name = el("strong", {}, bdi(user.login_name));
  const mail = user.kind === "backup" && user.contact_email;
  const but = mail ? ", except with a passcode by email where that is set up" : "";
  return el("p", {}, name, ` cannot log in any more${but}, until a phone is added: none is left that is usable.`);
}

/**
 * Ask before MFA is turned on for a user. `work` turns it on while the question stands, and is told whether to insist.
 * @param {User} user
 * @param {(insist: boolean) => Promise<unknown>} work
 * @returns {Promise<boolean>} whether it was done
 */
export async function turnOn(user, work) {
  const outcome = { user, mfa: true, kept: user.phones ?? [] };
  if (isOneself(user)) {
    if (isShutOut(outcome)) {
      await refuseForOneself(outcome);
      return false;
    }
    return confirm({
      title: "Turn SMS authentication on for yourself?",
      text: "Your session ends. You log in again with the password and a passcode.",
      action: "Turn on",
      work: () => work(false),
    });
  }
  if (!isShutOut(outcome)) {
    await work(false);
    return true;
  }
  return confirm({
    title: "Turn SMS authentication on without a phone?",
    text: shutOutWords(user),
    action: "Turn on",
    danger: true,
    work: () => work(true),
  });
}

/**
 * Ask before security settings are saved that take something away. Administrators who would shut themselves out are
 * refused.
 * @param {Outcome} outcome
 * @param {{ removed: number, mfa: boolean | null }} changes how many phones go, and the new state of the switch
 * @returns {Promise<Decision>}
 */
export async function decide(outcome, { removed, mfa }) {
  const own = isOneself(outcome.user);
  const shutsOut = (removed > 0 || mfa !== null) && isShutOut(outcome);
  if (own && shutsOut) {
    await refuseForOneself(outcome);
    return { go: false, insist: false };
  }
  const lines = [
    removed ? `${removed === 1 ? "One phone is" : `${removed} phones are`} removed.` : "",
    mfa === false ? `The password alone will let ${own ? "you" : "the user"} in.` : "",
    shutsOut ? shutOutWords(outcome.user) : "",
    own && (removed || mfa !== null) ? "Your session ends, and you log in again." : "",
  ].filter(Boolean);
  const go =
    !lines.length || (await confirm({ title: "Save these changes?", text: lines, action: "Save", danger: true }));
  // Who was asked insists. A new phone may also take the place of the last one, which is removed before it.
  return { go, insist: !own && (shutsOut || removed > 0) };
}

/** @type {Record<ShutOutUser["reason"], string>} */
const REASONS = { mfa_off: "SMS authentication is off", no_phone: "no phone could receive a passcode" };
const DECISIVE = ["require_mfa_for_system_users", "regions.allow", "voice.enabled", "whatsapp.content_sid"];

/**
 * Name the administrators whom changed settings would shut out, and ask.
 * @param {object} changes by flat name
 * @param {object} patch the same as a merge patch
 * @returns {Promise<Decision>}
 */
export async function confirmSettings(changes, patch) {
  if (!DECISIVE.some((name) => name in changes)) return { go: true, insist: false };
  /** @type {Answer<SettingsEffects>} */
  const { body } = await admin("POST", "/settings/preview", { body: { settings: patch } });
  if (!body.shut_out.length) return { go: true, insist: false };
  const lines = body.shut_out.map(({ login_name: name, reason }) => el("li", {}, bdi(name), `: ${REASONS[reason]}`));
  const who = plural(body.shut_out.length, "administrator");
  const go = await confirm({
    title: "Shut administrators out?",
    text: [`These settings keep ${who} out of this console, from the next login on or at once:`, el("ul", {}, lines)],
    action: "Save",
    danger: true,
  });
  return { go, insist: go };
}

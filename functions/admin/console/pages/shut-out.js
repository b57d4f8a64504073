// The questions before a change that would shut somebody out.

/** @import { Answer, Child, Phone, SettingsEffects, ShutOutUser, User } from "../shared/types" */
import { confirm, notice, openDialog } from "../dialogs.js";
import { bdi, button } from "../dom.js";
import { t, tn, tp } from "../language.js";
import { admin, whoami } from "../session.js";
import { el } from "../shared/dom.js";

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
    title: t(own ? "ownNoPhone" : "noPhoneToSendTo"),
    text: t(own ? "ownNoPhoneText" : "noPhoneToSendToText"),
  });
}

/**
 * The change is refused, with the way to it: nobody shuts themselves out by the console.
 * @param {Outcome} outcome
 */
async function refuseForOneself({ user }) {
  const words = t(user.mfa_enabled ? "wouldLoseLastPhone" : "wouldEndSession");
  const dialog = openDialog({
    title: t("wouldBeShutOut"),
    body: [el("p", {}, words), el("p", {}, t("wayToVerify"))],
    actions: [
      button(t("cancel"), { onclick: () => dialog.close() }),
      el("a", { class: "button primary", href: TEST_PAGE, onclick: () => dialog.close() }, t("openSettings")),
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
  return el("p", {}, tp(mail ? "shutOutButMail" : "shutOut", { name }));
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
      title: t("turnOnForYourself"),
      text: t("turnOnForYourselfText"),
      action: t("turnOn"),
      work: () => work(false),
    });
  }
  if (!isShutOut(outcome)) {
    await work(false);
    return true;
  }
  return confirm({
    title: t("turnOnWithoutPhone"),
    text: shutOutWords(user),
    action: t("turnOn"),
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
    removed ? tn("phonesRemoved", removed) : "",
    mfa === false ? t(own ? "passwordAloneYou" : "passwordAloneUser") : "",
    shutsOut ? shutOutWords(outcome.user) : "",
    own && (removed || mfa !== null) ? t("sessionEnds") : "",
  ].filter(Boolean);
  const go =
    !lines.length || (await confirm({ title: t("saveTheseChanges"), text: lines, action: t("save"), danger: true }));
  // Who was asked insists. A new phone may also take the place of the last one, which is removed before it.
  return { go, insist: !own && (shutsOut || removed > 0) };
}

/** @type {Record<ShutOutUser["reason"], string>} */
const REASONS = { mfa_off: t("shutOutMfaOff"), no_phone: t("shutOutNoPhone") };
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
  const go = await confirm({
    title: t("shutAdministratorsOut"),
    text: [tn("settingsShutOut", body.shut_out.length), el("ul", {}, lines)],
    action: t("save"),
    danger: true,
  });
  return { go, insist: go };
}

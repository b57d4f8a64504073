// Invitations to set up a first factor: of one user, on the user's page.

/** @import { Answer, InvitationMade, User } from "../shared/types" */
import { confirm, noticeOf, openDialog, toast, toastError } from "../dialogs.js";
import { bdi, busyWhile, button, focusHeading, submitButton, uid } from "../dom.js";
import { selectField } from "../fields.js";
import { t, tn, tp } from "../language.js";
import { section } from "../page.js";
import { may, mayChange } from "../roles.js";
import { admin } from "../session.js";
import { announce, el } from "../shared/dom.js";
import { time } from "../words.js";
import { showSecret } from "./secret-dialog.js";

const USUAL_HOURS = 72;

/** @type {[value: string, label: string][]} */
const HOURS = [
  ["24", tn("days", 1)],
  ["72", tn("days", 3)],
  ["168", tn("days", 7)],
];

/** @type {[value: string, label: string][]} */
const WAYS = [
  ["email", t("inviteByEmail")],
  ["link", t("inviteByLink")],
];

/** The ends of the invitations whose links were copied here, by the user's path. @type {Map<string, string>} */
const copied = new Map();

/** @typedef {{ user: User, path: string, again: () => Promise<unknown> }} InvitationContext */

/**
 * The fields of an invitation: how it gets to the user, and for how long it is valid.
 * @param {boolean} canMail
 */
export function invitationFields(canMail) {
  const ways = WAYS.filter(([value]) => (value === "email" ? canMail : may("hand_out_access")));
  const deliver = selectField({ name: "deliver", label: t("sendInvitation"), value: ways[0][0], options: ways });
  const hours = selectField({ name: "hours", label: t("validFor"), value: String(USUAL_HOURS), options: HOURS });
  return {
    elements: [deliver.element, hours.element],
    /** What the API takes. */
    given: () => ({ deliver: deliver.value, hours: Number(hours.value) }),
  };
}

/**
 * The part of the security settings for a user who has no factor yet, or was invited. Null for others.
 * @param {InvitationContext} context
 */
export function invitationPart(context) {
  const { user, path } = context;
  const { invitation } = user;
  const head = { title: t("invitation"), lead: t("invitationLead") };
  const enrols = user.status === "active" && !user.phones.some((phone) => !phone.unusable);
  if (invitation) {
    const words = tp("invitedBy", { name: bdi(invitation.by), time: time(invitation.expires_at) });
    const isOwn = copied.get(path) === invitation.expires_at;
    const said = isOwn && el("p", { class: "good-text" }, t("linkCopiedNote"));
    return section(head, el("p", {}, words), said, mayChange(user, "help") && invitedActions(context, enrols));
  }
  if (!enrols || !mayChange(user, "help")) return null;
  if (!user.contact_email && !may("hand_out_access"))
    return section(head, el("p", { class: "soft" }, t("noMailToInvite")));
  const invite = button(t("invite"), { onclick: () => ask(context) });
  return section(head, el("div", { class: "actions" }, invite, may("hand_out_access") && copyButton(context)));
}

/**
 * What can be done about an invitation that was made: mail another, copy the link of another, end it.
 * @param {InvitationContext} context
 * @param {boolean} enrols whether the user may still be invited
 */
function invitedActions(context, enrols) {
  const { user, path, again } = context;
  const mail = button(t("mailAgain"), { kind: "small", onclick: () => mailAgain(mail, context) });
  const withdraw = button(t("withdrawInvitation"), { kind: "small", onclick: () => withdrawn(path, again) });
  return [
    enrols && el("p", { class: "soft" }, t("newOneEndsEarlier")),
    el(
      "div",
      { class: "actions" },
      enrols && user.contact_email && mail,
      enrols && may("hand_out_access") && copyButton(context, "small"),
      withdraw,
    ),
  ];
}

/**
 * A button that makes an invitation and puts its link on the clipboard, with one click.
 * @param {InvitationContext} context
 * @param {string} [kind]
 */
function copyButton(context, kind = "") {
  const control = button(t("copyInvitation"), { icon: "copy", kind, onclick: () => copyLink(control, context) });
  return control;
}

/**
 * @param {HTMLElement} control
 * @param {InvitationContext} context
 */
async function copyLink(control, { path, again }) {
  try {
    const made = await busyWhile(control, () => {
      const asked = invited(path, "link");
      return copy(asked.then(({ url }) => url ?? "")).then(async (done) => ({ ...(await asked), done }));
    });
    if (!made) return;
    if (made.done) {
      copied.set(path, made.expires_at);
      toast(el("span", {}, tp("linkCopiedUntil", { time: time(made.expires_at) })));
    } else showLink(openDialog({ title: t("userIsInvited"), body: [] }), made);
    await again();
    announce(t(made.done ? "linkCopiedNote" : "userIsInvited"));
  } catch (error) {
    toastError(error);
  }
}

/**
 * Copy a text that is still on its way, within the click that asked for it. False where the browser does not let us.
 * @param {Promise<string>} text
 */
async function copy(text) {
  try {
    const blob = text.then((words) => new Blob([words], { type: "text/plain" }));
    await navigator.clipboard.write([new ClipboardItem({ "text/plain": blob })]);
    return true;
  } catch {
    return navigator.clipboard?.writeText(await text).then(
      () => true,
      () => false,
    );
  }
}

/**
 * @param {string} path
 * @param {"link" | "email"} deliver
 * @returns {Promise<InvitationMade>}
 */
async function invited(path, deliver) {
  /** @type {Answer<InvitationMade>} */
  const { body } = await admin("POST", `${path}/invitations`, { body: { deliver, hours: USUAL_HOURS } });
  return body;
}

/**
 * @param {HTMLElement} control
 * @param {InvitationContext} context
 */
async function mailAgain(control, { path, again }) {
  try {
    const made = await busyWhile(control, () => invited(path, "email"));
    if (!made) return;
    sayMailed(made);
    await again();
  } catch (error) {
    toastError(error);
  }
}

/** @param {InvitationMade} made */
const sayMailed = ({ delivered_to: mailbox }) =>
  toast(el("span", {}, tp("invitationMailed", { mailbox: bdi(mailbox ?? "") })));

/**
 * @param {import("../dialogs.js").Dialog} dialog
 * @param {InvitationMade} made
 */
function showLink(dialog, { url, expires_at: until }) {
  showSecret(dialog, {
    title: t("userIsInvited"),
    noun: "link",
    label: t("invitationLink"),
    secret: url ?? "",
    facts: [[t("validUntil"), time(until)]],
    warning: t("passLinkOn"),
  });
}

/**
 * @param {string} path
 * @param {() => Promise<unknown>} again
 */
async function withdrawn(path, again) {
  const gone = await confirm({
    title: t("askWithdraw"),
    text: t("linkWorksNoMore"),
    action: t("withdraw"),
    danger: true,
    work: () => admin("DELETE", `${path}/invitations`),
  });
  if (!gone) return;
  toast(t("invitationWithdrawn"));
  await again();
  focusHeading();
}

/** @param {InvitationContext} context */
function ask({ user, path, again }) {
  const fields = invitationFields(Boolean(user.contact_email));
  const alarm = el("div", { role: "alert" });
  const form = el("form", { id: uid("invite"), novalidate: true }, fields.elements, alarm);
  const create = submitButton(t("invite"), { kind: "save", form: form.id });
  const dialog = openDialog({
    title: t("inviteToSetUp"),
    body: form,
    actions: [button(t("cancel"), { onclick: () => dialog.close() }), create],
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      /** @type {Answer<InvitationMade> | undefined} */
      const answer = await busyWhile(create, () => admin("POST", `${path}/invitations`, { body: fields.given() }));
      if (!answer) return;
      if (answer.body.url) showLink(dialog, answer.body);
      else {
        dialog.close();
        sayMailed(answer.body);
      }
      await again();
    } catch (error) {
      alarm.replaceChildren(noticeOf(error));
    }
  });
}

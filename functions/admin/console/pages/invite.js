// Invitations to set up a first factor: of one user, on the user's page.

/** @import { Answer, InvitationMade, User } from "../shared/types" */
import { confirm, noticeOf, openDialog, toast } from "../dialogs.js";
import { bdi, busyWhile, button, focusHeading, submitButton, uid } from "../dom.js";
import { selectField } from "../fields.js";
import { section } from "../page.js";
import { may, mayChange } from "../roles.js";
import { admin } from "../session.js";
import { el } from "../shared/dom.js";
import { time } from "../words.js";
import { showSecret } from "./secret-dialog.js";

/** @type {[value: string, label: string][]} */
const HOURS = [
  ["24", "1 day"],
  ["72", "3 days"],
  ["168", "7 days"],
];

/** @type {[value: string, label: string][]} */
const WAYS = [
  ["email", "By email"],
  ["link", "By a link that I pass on"],
];

/**
 * The fields of an invitation: how it gets to the user, and for how long it is valid.
 * @param {boolean} canMail
 */
export function invitationFields(canMail) {
  const ways = WAYS.filter(([value]) => (value === "email" ? canMail : may("hand_out_access")));
  const deliver = selectField({ name: "deliver", label: "Send it", value: ways[0][0], options: ways });
  const hours = selectField({ name: "hours", label: "Valid for", value: "72", options: HOURS });
  return {
    elements: [deliver.element, hours.element],
    /** What the API takes. */
    given: () => ({ deliver: deliver.value, hours: Number(hours.value) }),
  };
}

/**
 * The part of the security settings for a user who has no factor yet, or was invited. Null for others.
 * @param {{ user: User, path: string, again: () => Promise<unknown> }} context
 */
export function invitationPart({ user, path, again }) {
  const { invitation } = user;
  const lead = "The user sets up a phone or an authenticator app without you. MFA turns on with the first one.";
  if (invitation) {
    const words = ["Invited by ", bdi(invitation.by), ", valid until ", time(invitation.expires_at), "."];
    const withdraw = button("Withdraw invitation", { kind: "small", onclick: () => withdrawn(path, again) });
    const actions = mayChange(user, "help") && el("div", { class: "actions" }, withdraw);
    return section({ title: "Invitation", lead }, el("p", {}, words), actions);
  }
  if (user.status !== "active" || user.phones.some((phone) => !phone.unusable)) return null;
  if (!mayChange(user, "help")) return null;
  if (!user.contact_email && !may("hand_out_access")) {
    const text = "You invite by mail, and this user has no contact email. An administrator can hand out a link.";
    return section({ title: "Invitation", lead }, el("p", { class: "soft" }, text));
  }
  const invite = button("Invite", { onclick: () => ask(user, path, again) });
  return section({ title: "Invitation", lead }, el("div", { class: "actions" }, invite));
}

/**
 * @param {string} path
 * @param {() => Promise<unknown>} again
 */
async function withdrawn(path, again) {
  const gone = await confirm({
    title: "Withdraw the invitation?",
    text: "Its link works no more.",
    action: "Withdraw",
    danger: true,
    work: () => admin("DELETE", `${path}/invitations`),
  });
  if (!gone) return;
  toast("The invitation is withdrawn.");
  await again();
  focusHeading();
}

/**
 * @param {User} user
 * @param {string} path
 * @param {() => Promise<unknown>} again
 */
function ask(user, path, again) {
  const fields = invitationFields(Boolean(user.contact_email));
  const alarm = el("div", { role: "alert" });
  const form = el("form", { id: uid("invite"), novalidate: true }, fields.elements, alarm);
  const create = submitButton("Invite", { kind: "save", form: form.id });
  const dialog = openDialog({
    title: "Invite to set up a factor",
    body: form,
    actions: [button("Cancel", { onclick: () => dialog.close() }), create],
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      /** @type {Answer<InvitationMade> | undefined} */
      const answer = await busyWhile(create, () => admin("POST", `${path}/invitations`, { body: fields.given() }));
      if (!answer) return;
      const { url, delivered_to: mailbox, expires_at: until } = answer.body;
      if (url) {
        showSecret(dialog, {
          title: "The user is invited",
          noun: "link",
          label: "Link",
          secret: url,
          facts: [["Valid until", time(until)]],
          warning: "Pass it to the user on a way that you trust. Whoever opens it first sets up the factor.",
        });
      } else {
        dialog.close();
        toast(el("span", {}, "The invitation is on its way to ", bdi(mailbox ?? ""), "."));
      }
      await again();
    } catch (error) {
      alarm.replaceChildren(noticeOf(error));
    }
  });
}

// What the role of the administrator allows on the screens. The API decides: this keeps away what it would refuse.

/** @import { Child, Permission, Role, User } from "./shared/types" */
import { notice } from "./dialogs.js";
import { whoami } from "./session.js";
import { el } from "./shared/dom.js";

/** Each role, with what it is for. @type {[value: Role, label: string, hint: string][]} */
export const ROLES = [
  ["owner", "Owner", "Everything, system users included."],
  ["administrator", "Administrator", "Users, settings and clients."],
  ["support", "Support", "Sees everything, unlocks users and invites them by mail."],
  ["auditor", "Auditor", "Sees everything, with phone numbers masked, and changes nothing."],
];

/** @param {Role | null} [role] */
export const roleName = (role) => ROLES.find(([value]) => value === role)?.[1] ?? "No role";

/** @param {Permission} permission */
export const may = (permission) => whoami().permissions.includes(permission);

/**
 * Whether this user may be changed so. Only owners change system users.
 * @param {User} user
 * @param {Permission} [permission]
 */
export const mayChange = (user, permission = "manage_users") =>
  may(permission) && (user.kind !== "system" || may("manage_administrators"));

/**
 * The control where the role allows it, and nothing otherwise.
 * @template T
 * @param {Permission} permission
 * @param {() => T} control
 */
export const allowed = (permission, control) => (may(permission) ? control() : null);

/**
 * Why something here cannot be changed, and who can.
 * @param {string} what
 * @param {string} [who]
 */
export function roleNotice(what, who = "An administrator or an owner") {
  const role = roleName(whoami().role).toLowerCase();
  return notice({ title: `You may not change ${what}`, text: `Your role is ${role}. ${who} can.` });
}

/**
 * The same for a user.
 * @param {User} user
 */
export const userNotice = (user) =>
  user.kind === "system" ? roleNotice("system users", "An owner") : roleNotice("users");

/**
 * Content whose controls do nothing.
 * @param {...Child} content
 */
export const readOnly = (...content) => el("fieldset", { class: "read-only", disabled: true }, ...content);

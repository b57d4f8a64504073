// What the role of the administrator allows on the screens. The API decides: this keeps away what it would refuse.

import { notice } from "./dialogs.js";
/** @import { Child, Permission, Role, User } from "./shared/types" */
import { language, t } from "./language.js";
import { whoami } from "./session.js";
import { el } from "./shared/dom.js";

/** Each role, with what it is for. @type {[value: Role, label: string, hint: string][]} */
export const ROLES = [
  ["owner", t("role_owner"), t("roleHint_owner")],
  ["administrator", t("role_administrator"), t("roleHint_administrator")],
  ["support", t("role_support"), t("roleHint_support")],
  ["auditor", t("role_auditor"), t("roleHint_auditor")],
];

/** @param {Role | null} [role] */
export const roleName = (role) => ROLES.find(([value]) => value === role)?.[1] ?? t("noRole");

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
 * @param {"users" | "systemUsers" | "clients" | "settings"} what
 */
export function roleNotice(what) {
  const name = roleName(whoami().role);
  // Inside a sentence only German begins a noun with a capital letter.
  const role = language.tag === "de" ? name : name.toLowerCase();
  const text = t(what === "systemUsers" ? "ownerCan" : "administratorCan", { role });
  return notice({ title: t(`mayNot_${what}`), text });
}

/**
 * The same for a user.
 * @param {User} user
 */
export const userNotice = (user) => (user.kind === "system" ? roleNotice("systemUsers") : roleNotice("users"));

/**
 * Content whose controls do nothing.
 * @param {...Child} content
 */
export const readOnly = (...content) => el("fieldset", { class: "read-only", disabled: true }, ...content);

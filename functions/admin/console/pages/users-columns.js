// The columns of the list of users: who they are, when they were there last, their factors, and the switch of MFA.

/** @import { Child, User } from "../shared/types" */
/** @import { Column, PagedList } from "../table.js" */
import { confirm, toast, toastError } from "../dialogs.js";
import { bdi, busyWhile } from "../dom.js";
import { t, tn, tp } from "../language.js";
import { badge } from "../page.js";
import { mayChange, roleName } from "../roles.js";
import { to } from "../router.js";
import { admin } from "../session.js";
import { el } from "../shared/dom.js";
import { switchControl } from "../switches.js";
import { isLocked, list as listed, timeAgo } from "../words.js";
import { isOneself, turnOn } from "./shut-out.js";

/**
 * The login name, with the alias behind it.
 * @param {User} user
 * @returns {Child}
 */
const fullName = (user) => [
  bdi(user.login_name),
  user.alias ? [" ", el("span", { class: "soft" }, "(", bdi(user.alias), ")")] : null,
];

/**
 * @param {PagedList} list
 * @returns {Column<User>[]}
 */
export function columns(list) {
  return [
    { label: t("loginNameAndAlias"), kind: "main", cell: nameCell },
    { label: t("ownerOfUser"), cell: (user) => (user.owner ? bdi(user.owner) : none()) },
    { label: t("lastLogin"), cell: lastLoginCell },
    { label: t("factorsOfUser"), cell: factorsCell },
    { label: t("legacyClientOfUser"), cell: legacyWords },
    { label: t("smsAuthentication"), cell: (user) => mfaCell(user, list) },
  ];
}

const none = () => el("span", { class: "soft" }, "–");

/** @param {User} user */
function nameCell(user) {
  const badges = [
    ...(user.kind === "system" ? [badge(t("isSystem")), badge(roleName(user.role))] : []),
    user.status === "disabled" ? badge(t("isDisabled"), "off") : null,
    isLocked(user.locked_until) ? badge(t("isLocked"), "bad") : null,
  ];
  return [
    el("a", { class: "name", href: to("users", user.login_name, "security") }, fullName(user)),
    el("span", { class: "badges" }, badges),
  ];
}

/** @param {User} user */
const lastLoginCell = (user) =>
  user.last_login_at ? timeAgo(user.last_login_at) : el("span", { class: "soft" }, t("neverLoggedIn"));

/** The factors beside phones, best first. */
const OTHERS = /** @type {const} */ (["totp", "recovery_code", "email", "temporary_code"]);

/**
 * The second factors that work. Where a login needs one and there is none, that stands out.
 * @param {User} user
 */
function factorsCell(user) {
  const others = OTHERS.filter((factor) => user.factors.includes(factor)).map((factor) => t(`factor_${factor}`));
  const lacks = user.mfa_enabled && !user.factors.includes("totp");
  const phones = usablePhones(user).length
    ? el("span", {}, phonesWords(user))
    : el("span", { class: lacks ? "warn" : "soft" }, phonesWords(user));
  return others.length ? [phones, el("br"), el("span", {}, listed(others))] : phones;
}

/**
 * The old client that a user last logged in with, and when.
 * @param {User} user
 * @returns {Child}
 */
export function legacyWords(user) {
  if (!user.last_legacy_at) return none();
  return [
    bdi(user.client_version || t("unknownVersion")),
    el("span", { class: "soft" }, ", ", timeAgo(user.last_legacy_at)),
  ];
}

/** @param {User} user */
const usablePhones = (user) => (user.phones ?? []).filter((phone) => !phone.unusable);

/** @param {User} user */
function phonesWords(user) {
  const usable = usablePhones(user);
  if (!usable.length) return user.phones?.length ? t("noUsablePhone") : t("noPhoneYet");
  const verified = usable.filter((phone) => phone.verified).length;
  if (verified === usable.length) return tn("phonesVerified", verified);
  return verified ? tn("phonesPartlyVerified", usable.length, { verified }) : tn("phonesNotVerified", usable.length);
}

/** @param {string} name */
const switchLabel = (name) => t("smsAuthenticationOf", { name });

/**
 * @param {User} user
 * @param {PagedList} list
 */
function mfaCell(user, list) {
  const control = switchControl({
    label: switchLabel(user.login_name),
    on: user.mfa_enabled,
    onchange: (on) => setMfa(user, on, { control, list }),
  });
  control.disabled = !mayChange(user);
  const words = el("span", {}, user.mfa_enabled ? t("mfaIsOn") : t("mfaIsOff"));
  return el("div", { class: "switch-row" }, control, words);
}

/**
 * @param {User} user
 * @param {boolean} on
 * @param {{ control: HTMLElement, list: PagedList }} where
 */
async function setMfa(user, on, { control, list }) {
  const path = `/users/${encodeURIComponent(user.login_name)}`;
  const turn = (insist = false) => admin("PATCH", path, { body: { mfa_enabled: on, ...(insist && { insist }) } });
  try {
    const done = on ? turnOn(user, (insist) => busyWhile(control, () => turn(insist))) : confirmOff(user, turn);
    if (!(await done)) return;
    const noPhone = on && !usablePhones(user).length;
    const said = noPhone ? "mfaOnWithoutPhone" : on ? "mfaNowOn" : "mfaNowOff";
    toast(el("span", {}, tp(said, { name: bdi(user.login_name) })));
    await list.reload({ quiet: true });
    const selector = `.switch[aria-label="${CSS.escape(switchLabel(user.login_name))}"]`;
    /** @type {HTMLElement | null} */ (document.querySelector(selector))?.focus();
  } catch (error) {
    toastError(error);
  }
}

/**
 * @param {User} user
 * @param {() => Promise<unknown>} work
 */
function confirmOff(user, work) {
  const name = el("strong", {}, bdi(user.login_name));
  return confirm({
    title: t("turnMfaOff"),
    text: isOneself(user) ? t("passwordAloneForYou") : el("p", {}, tp("passwordAlone", { name })),
    action: t("turnOff"),
    danger: true,
    work,
  });
}

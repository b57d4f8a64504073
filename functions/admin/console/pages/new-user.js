// A new user: the account, and optionally a phone.

/** @import { Answer, User } from "../shared/types" */
/** @import { PhoneField } from "../phone-field.js" */
/** @import { Nested } from "./settings-fields.js" */
import { noticeOf, toast } from "../dialogs.js";
import { busyWhile, isInert, submitButton, uid } from "../dom.js";
import { choiceField, secretField, showErrors, textField } from "../fields.js";
import { t } from "../language.js";
import { languageField, learnLanguages } from "../languages.js";
import { heading, section } from "../page.js";
import { phoneField } from "../phone-field.js";
import { fieldSentence, sentence } from "../refusals.js";
import { may, ROLES, roleNotice } from "../roles.js";
import { forgetUnsaved, go, guard, to } from "../router.js";
import { admin } from "../session.js";
import { Problem } from "../shared/api.js";
import { el } from "../shared/dom.js";
import { switchField } from "../switches.js";
import { PASSWORD_HINT } from "../words.js";
import { unknownNote, unknownNumbers } from "./added-phones.js";
import { flatten, localesOf } from "./settings-fields.js";

/** @param {HTMLElement} place */
export async function draw(place) {
  if (!may("manage_users")) {
    place.append(newHeading(), roleNotice("users"));
    return;
  }
  /** @type {[Answer<Nested>, void]} */
  const [{ body }] = await Promise.all([admin("GET", "/settings"), learnLanguages()]);
  const fields = newFields(localesOf(flatten(body)));
  const room = el("div", { role: "alert" });
  const create = submitButton(t("createUser"), { kind: "save" });
  const form = newForm(fields, room, create);
  const { login, password } = fields;
  guard({ dirty: () => isTouched(fields), discard() {} });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (isInert(create)) return;
    room.replaceChildren();
    login.setError(login.text.trim() ? "" : t("giveLoginName"));
    password.setError(password.text ? "" : t("givePassword"));
    if (!login.text.trim()) return login.focus();
    if (!password.text) return password.focus();
    try {
      await busyWhile(create, async () => {
        const made = await createUser(fields);
        forgetUnsaved();
        toast(t("userCreated"));
        go(to("users", made.login_name, "security"));
      });
    } catch (error) {
      if (!userRefused(fields, error)) room.replaceChildren(noticeOf(error));
      // Judged once more, so that a number in no numbering plan can be taken nevertheless.
      if (isOfPhone(error)) await fields.phone.judged().catch(() => {});
    }
  });
  place.append(newHeading(), form);
}

const newHeading = () => heading({ title: t("newUserTitle"), crumbs: [[t("usersTitle"), "#/users"]] });

/** @typedef {ReturnType<typeof newFields>} NewFields */

/** @param {string[]} own the languages that the settings have a text for */
function newFields(own) {
  return {
    ...kindFields(),
    login: textField({
      name: "login_name",
      label: t("loginNameOfUser"),
      maxlength: 256,
      hint: t("loginNameHint", { punctuation: ". _ @ + - \\" }),
    }),
    password: secretField({
      name: "password",
      label: t("passwordOfUser"),
      hint: `${PASSWORD_HINT} ${t("tellPassword")}`,
    }),
    ...optionalFields(own),
  };
}

/** The kind, and the role of a system user. Only an owner adds one. */
function kindFields() {
  const role = choiceField({ name: "role", label: t("roleOfUser"), value: "administrator", two: true, options: ROLES });
  role.element.hidden = true;
  /** @type {[string, string, string][]} */
  const options = [["backup", t("kind_backup"), t("backupUserHint")]];
  if (may("manage_administrators")) options.push(["system", t("kind_system"), t("systemUserHint")]);
  const kind = choiceField({
    name: "kind",
    label: t("kindOfUser"),
    value: "backup",
    two: true,
    options,
    onchange: (value) => {
      role.element.hidden = value !== "system";
    },
  });
  return { kind, role };
}

/** @param {string[]} own */
function optionalFields(own) {
  return {
    alias: textField({ name: "alias", label: t("aliasOfUser"), nullable: true, hint: t("aliasHint") }),
    owner: textField({ name: "owner", label: t("ownerOfUser"), nullable: true, hint: t("ownerHint") }),
    email: textField({
      name: "contact_email",
      label: t("contactEmailOfUser"),
      type: "email",
      nullable: true,
      hint: t("contactEmailHint"),
    }),
    locale: languageField(
      { value: null, own, none: t("defaultLanguage"), onchange() {} },
      { name: "locale", label: t("languageOfMessages") },
    ),
    mfa: switchField({
      name: "mfa_enabled",
      label: t("smsAuthentication"),
      hint: t("smsAuthenticationHint"),
      value: true,
    }),
    phone: newPhone(),
  };
}

/** The phone, also with a number that no numbering plan has, for a reason. `asked` is it as a request takes it. */
function newPhone() {
  let reason = "";
  const offer = unknownNumbers((_number, given) => {
    reason = given;
    field.setError("");
    offer.element.replaceChildren(unknownNote(given));
  });
  const field = phoneField({
    name: "number",
    label: t("phoneOfUser"),
    hint: t("phoneHint"),
    onunknown(found) {
      reason = "";
      offer.onunknown(found);
    },
  });
  const asked = () => {
    const { written } = /** @type {PhoneField} */ (field);
    return written && { ...written, ...(reason && { override_reason: reason }) };
  };
  return Object.assign(field, { offer: offer.element, asked });
}

/**
 * @param {NewFields} fields
 * @param {HTMLElement} room
 * @param {HTMLElement} create
 */
function newForm({ kind, role, login, password, alias, owner, email, locale, mfa, phone }, room, create) {
  const texts = [login, password, alias, owner, email, locale].map((field) => field.element);
  return el(
    "form",
    { id: uid("new"), class: "stack", novalidate: true },
    section({ title: t("accountSection") }, kind.element, role.element, el("div", { class: "fields" }, texts)),
    section({ title: t("secondFactorSection") }, mfa.element, phone.element, phone.offer),
    room,
    el("div", { class: "actions" }, create, el("a", { class: "button", href: "#/users" }, t("cancel"))),
  );
}

/** @param {NewFields} fields */
function isTouched({ login, password, alias, owner, email, locale, phone }) {
  return [login, password, alias, owner, email, locale, phone].some((field) => field.value);
}

/** @param {NewFields} fields */
async function createUser(fields) {
  const given = {
    login_name: fields.login.text,
    password: fields.password.text,
    kind: fields.kind.value,
    role: fields.kind.value === "system" ? fields.role.value : null,
    mfa_enabled: fields.mfa.value,
    alias: fields.alias.value,
    owner: fields.owner.value,
    contact_email: fields.email.value,
    locale: fields.locale.value || null,
    phone: fields.phone.asked(),
  };
  const body = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null));
  /** @type {Answer<User>} */
  const answer = await admin("POST", "/users", { body });
  return answer.body;
}

/** @param {unknown} error */
const isOfPhone = (error) => error instanceof Problem && error.errors.some(({ field }) => field === "phone.number");

/**
 * True where all that was refused is shown at its field.
 * @param {NewFields} fields
 * @param {unknown} error
 */
function userRefused(fields, error) {
  if (!(error instanceof Problem)) return false;
  if (error.code === "conflict") {
    fields.login.setError(t("loginNameTaken"));
    fields.login.focus();
    return true;
  }
  if (error.code === "destination_blocked") {
    fields.phone.setError(sentence(error));
    fields.phone.focus();
    return true;
  }
  if (error.code !== "invalid_request") return false;
  const errors = error.errors.map((one) => (one.field === "phone.number" ? { ...one, field: "number" } : one));
  return showErrors(Object.values(fields), errors, fieldSentence).length === 0 && errors.length > 0;
}

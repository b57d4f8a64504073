// A new user: what is needed, and what is nice to have.

import { Problem } from "../api.js";
import { busyWhile, el, isDisabled, uid } from "../dom.js";
import { noticeOf, toast } from "../dialogs.js";
import { choiceField, phoneField, secretField, showErrors, switchField, textField } from "../fields.js";
import { heading, section } from "../page.js";
import { fieldSentence, sentence } from "../refusals.js";
import { forgetUnsaved, go, guard, to } from "../router.js";
import { admin } from "../session.js";

export function draw(place) {
  const kind = choiceField({
    name: "kind",
    label: "Kind",
    value: "backup",
    two: true,
    options: [
      ["backup", "Backup user", "Uses a backup client."],
      ["system", "System user", "An administrator: may use this console."],
    ],
    onchange() {},
  });
  const login = textField({
    name: "login_name",
    label: "Login name",
    maxlength: 256,
    hint: "Letters, digits, blanks and . _ @ + - \\ in lower case. It stands in every message.",
  });
  const password = secretField({
    name: "password",
    label: "Password",
    hint: "Tell it to the user in person, or by another safe way.",
  });
  const alias = textField({ name: "alias", label: "Alias", nullable: true, hint: "What people call them." });
  const owner = textField({
    name: "owner",
    label: "Owner",
    nullable: true,
    hint: "The company or customer they belong to.",
  });
  const email = textField({
    name: "contact_email",
    label: "Contact email",
    type: "email",
    nullable: true,
    hint: "For account recovery.",
  });
  const mfa = switchField({
    name: "mfa_enabled",
    label: "SMS authentication",
    hint: "A login needs a passcode as well as the password.",
    value: true,
  });
  const phone = phoneField({
    name: "number",
    label: "Phone",
    hint: "Optional. It is verified by the first passcode that comes back.",
  });
  const fields = [kind, login, password, alias, owner, email, mfa, phone];
  const room = el("div", { role: "alert" });
  const create = el("button", { type: "submit", class: "button save" }, el("span", {}, "Create user"));
  const form = el(
    "form",
    { id: uid("new"), class: "stack", novalidate: true },
    section(
      { title: "Account" },
      kind.element,
      el("div", { class: "fields" }, login.element, password.element, alias.element, owner.element, email.element),
    ),
    section({ title: "Second factor" }, mfa.element, phone.element),
    room,
    el("div", { class: "actions" }, create, el("a", { class: "button", href: "#/users" }, "Cancel")),
  );
  guard({
    dirty: () => [login, password, alias, owner, email].some((field) => field.value) || phone.value !== "",
    discard() {},
  });

  let made = null; // the user was created, but the phone was refused
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (isDisabled(create)) return;
    room.replaceChildren();
    login.setError(login.value.trim() ? "" : "Give a login name.");
    password.setError(password.value ? "" : "Give a password.");
    if (!login.value.trim()) return login.focus();
    if (!password.value) return password.focus();
    try {
      await busyWhile(create, async () => {
        if (!made) made = (await admin("POST", "/users", { body: filled() })).body;
        if (phone.value)
          await admin("POST", `/users/${encodeURIComponent(made.login_name)}/phones`, {
            body: { number: phone.value },
          });
      });
      forgetUnsaved();
      toast("The user is created.");
      go(to("users", made.login_name, "security"));
    } catch (error) {
      refused(error);
    }
    return undefined;
  });

  function filled() {
    const given = {
      login_name: login.value,
      password: password.value,
      kind: kind.value,
      mfa_enabled: mfa.value,
      alias: alias.value,
      owner: owner.value,
      contact_email: email.value,
    };
    return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null));
  }

  function refused(error) {
    const { code, errors = [] } = error instanceof Problem ? error : {};
    if (made) {
      const why = errors[0] ? fieldSentence(errors[0].message) : sentence(error);
      phone.setError(`${why} The user is created; correct the number or leave it out, and press again.`);
      return phone.focus();
    }
    if (code === "conflict") {
      login.setError("There is a user with this login name already, perhaps in another spelling.");
      return login.focus();
    }
    if (code === "invalid_request") {
      const homeless = showErrors(fields, errors, fieldSentence);
      if (errors.length && !homeless.length) return undefined;
    }
    return room.replaceChildren(noticeOf(error));
  }

  place.append(heading({ title: "New user", crumbs: [["Users", "#/users"]] }), form);
  return Promise.resolve();
}

// The Test: a passcode to a phone of the administrator's, with the settings on the screen; the number then joins the own profile.

import { Problem } from "../api.js";
import { bdi, button, busyWhile, el, uid } from "../dom.js";
import { notice, noticeOf, openDialog, toast } from "../dialogs.js";
import { doneMark, phoneField, textField } from "../fields.js";
import { passcodeForm } from "../passcode.js";
import { readNumber, spaced } from "../regions.js";
import { explain, fieldSentence, sentence } from "../refusals.js";
import { admin, session } from "../session.js";
import { fieldOf, mergePatch } from "./settings-fields.js";

/** `fields` are those of the page below: what Twilio refuses is shown there as well. */
export function testDialog({ draft, fields }) {
  const dialog = openDialog({ title: "Test the settings", body: [] });
  let number = "";
  const unsaved = () => (draft.dirty ? { settings: mergePatch(draft.changes) } : {});
  askNumber();

  function askNumber(problem = null) {
    const phone = phoneField({
      name: "phone",
      label: "Your phone",
      value: number,
      autocomplete: "tel",
      hint: "A passcode is sent to it. A copied number selects its country by itself.",
    });
    const room = el("div", { role: "alert" }, problem);
    const form = el(
      "form",
      { id: uid("test"), novalidate: true },
      el("p", { class: "lead" }, "Choose the country and the number of your own phone."),
      phone.element,
      room,
    );
    const send = el(
      "button",
      { type: "submit", form: form.id, class: "button primary" },
      el("span", {}, "Send passcode"),
    );
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      room.replaceChildren();
      for (const field of fields) field.setError("");
      number = phone.value;
      if (!number) {
        phone.setError("Enter the number of a phone that you have with you.");
        return phone.focus();
      }
      try {
        const { body } = await busyWhile(send, () =>
          admin("POST", "/settings/test", { body: { phone: number, ...unsaved() } }),
        );
        if (body) askPasscode(body);
      } catch (error) {
        refused(error, phone, room);
      }
      return undefined;
    });
    dialog.show({
      title: "Test the settings",
      body: form,
      actions: [button("Cancel", { onclick: () => dialog.close() }), send],
      focus: phone.input,
    });
  }

  /** What is wrong with the phone is shown here, what is wrong with the settings here and at their fields. */
  function refused(error, phone, room) {
    const errors = error instanceof Problem ? error.errors : [];
    const ours = errors.filter(({ field }) => field === "phone");
    const theirs = errors
      .filter(({ field }) => field !== "phone")
      .map(({ field, message }) => ({
        message: fieldSentence(message),
        label: fieldOf(field)?.label ?? field,
        target: fields.find((one) => field === one.name || field.startsWith(`${one.name}.`)),
      }));
    if (["destination_blocked", "phone_unusable"].includes(error.code)) ours.push({ message: sentence(error) });
    if (ours.length) {
      phone.setError(fieldSentence(ours[0].message));
      phone.focus();
    }
    for (const { target, message } of theirs) target?.setError(message);
    if (theirs.length) {
      const { target } = theirs[0];
      const correct =
        target &&
        button("Correct it", {
          kind: "small",
          onclick: () => {
            dialog.close();
            target.focus();
          },
        });
      room.replaceChildren(
        notice({
          kind: "error",
          title: "Twilio did not send the message",
          text: el(
            "ul",
            { class: "plain" },
            theirs.map(({ label, message }) => el("li", {}, el("strong", {}, `${label}: `), message)),
          ),
          actions: correct ? [correct] : [],
        }),
      );
    } else if (!ours.length) room.replaceChildren(noticeOf(error));
  }

  function askPasscode(test) {
    const path = `/settings/test/${encodeURIComponent(test.id)}`;
    const form = passcodeForm({
      challenge: test,
      lead: [
        "SMS message with a passcode was already sent to the phone number ",
        el("strong", {}, bdi(spaced(number, readNumber(number)?.calling_code))),
        ". Please enter the passcode to complete the test.",
      ],
      verify: async (code) => (await admin("POST", `${path}/verify`, { body: { code } })).body,
      resend: async () => (await admin("POST", `${path}/resend`, { body: unsaved() })).body,
      approved: succeeded,
      lost(error) {
        if (!(error instanceof Problem)) return false;
        if (error.errors.length && error.body.code === "invalid_request") {
          const said = error.errors
            .map(({ field, message }) => `${fieldOf(field)?.label ?? field}: ${message}`)
            .join(" ");
          askNumber(notice({ kind: "error", title: "That did not work", text: said }));
          return true;
        }
        const over =
          ["challenge_not_found", "challenge_used", "challenge_superseded", "too_many_attempts", "not_found"].includes(
            error.code,
          ) || error.body.attempts_remaining === 0;
        if (over)
          askNumber(
            notice({ kind: "warning", title: "This test is over", text: `${explain(error).text} Start another one.` }),
          );
        return over;
      },
      extra: [button("Another number", { onclick: () => askNumber() })],
    });
    dialog.show({ title: "Enter the passcode", body: form.element });
    form.focus();
  }

  function succeeded({ contact_email_missing: missing }) {
    const good = el(
      "div",
      { class: "success", role: "status" },
      doneMark(),
      el("p", { class: "success-title" }, "Test completed successfully"),
      el(
        "p",
        {},
        "The number ",
        bdi(spaced(number, readNumber(number)?.calling_code)),
        " is on your own profile now, verified, for your next login.",
      ),
    );
    const save = draft.dirty
      ? el("p", { class: "soft" }, "The settings are not saved yet: press Save on the page.")
      : null;
    if (!missing) {
      const done = button("Done", { kind: "primary", onclick: () => dialog.close() });
      return dialog.show({ title: "Test", body: [good, save], actions: [done], focus: done });
    }
    const email = textField({
      name: "contact_email",
      label: "Contact email",
      type: "email",
      autocomplete: "email",
      hint: "For account recovery, should the phone be lost.",
    });
    const room = el("div", { role: "alert" });
    const form = el(
      "form",
      { id: uid("email"), novalidate: true },
      el("p", {}, "Your profile has no contact email. Please give one for account recovery."),
      email.element,
      room,
    );
    const keep = el("button", { type: "submit", form: form.id, class: "button primary" }, el("span", {}, "Save email"));
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (!email.value.trim()) {
        email.setError("Enter an email address.");
        return email.focus();
      }
      try {
        await busyWhile(keep, () =>
          admin("PATCH", `/users/${encodeURIComponent(session.who.login_name)}`, {
            body: { contact_email: email.value.trim() },
          }),
        );
        session.who.contact_email = email.value.trim();
        toast("Your contact email is saved.");
        dialog.close();
      } catch (error) {
        const wrong = error instanceof Problem && error.errors.find(({ field }) => field === "contact_email");
        if (wrong) {
          email.setError(fieldSentence(wrong.message));
          return email.focus();
        }
        room.replaceChildren(noticeOf(error));
      }
      return undefined;
    });
    return dialog.show({
      title: "Test",
      body: [good, form, save],
      actions: [button("Later", { onclick: () => dialog.close() }), keep],
      focus: email.input,
    });
  }
}

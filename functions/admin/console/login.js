// The console's own login, by the public API: name and password, then a phone, then the passcode. Only system users get in.

import { Keys, Problem, request } from "./api.js";
import { bdi, busyWhile, button, el, isDisabled, uid } from "./dom.js";
import { notice, noticeOf } from "./dialogs.js";
import { secretField, textField } from "./fields.js";
import { passcodeForm } from "./passcode.js";
import { maskedPhone } from "./regions.js";
import { explain, sentence, waiting } from "./refusals.js";
import { isLocked, lockEnd } from "./words.js";

/**
 * Draw the login into `place`. `admit(token, name)` is given the access token and may throw the refusal of the admin API.
 * `lead` is the first sentence, `name` fills the login name, `extra` are more controls.
 */
export function drawLogin(place, { title, lead, name = "", admit, extra = [] }) {
  const keys = new Keys();
  let login = null;
  start();

  function show(heading, ...parts) {
    const h1 = el("h1", { tabindex: "-1" }, heading);
    place.replaceChildren(h1, ...parts.flat().filter(Boolean));
    return h1;
  }

  function start(message = null) {
    const user = textField({ name: "login_name", label: "Login name", value: name, autocomplete: "username" });
    const password = secretField({ name: "password", label: "Password", autocomplete: "current-password" });
    const submit = el("button", { type: "submit", class: "button primary" }, el("span", {}, "Log in"));
    const room = el("div", { role: "alert" }, message);
    const form = el(
      "form",
      { novalidate: true },
      user.element,
      password.element,
      el("div", { class: "actions" }, submit, extra),
    );
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (isDisabled(submit)) return;
      room.replaceChildren();
      password.setError(password.value ? "" : "Enter your password.");
      user.setError(user.value.trim() ? "" : "Enter your login name.");
      if (!user.value.trim()) return user.focus();
      if (!password.value) return password.focus();
      name = user.value.trim();
      try {
        await busyWhile(submit, async () => {
          const { body } = await request("POST", "/v1/login", { body: { login_name: name, password: password.value } });
          password.value = "";
          if (body.status === "authenticated") return enter(body.token);
          login = body;
          return body.locked_until && isLocked(body.locked_until) ? locked(body.locked_until) : phones();
        });
      } catch (error) {
        if (error instanceof Problem && ["invalid_credentials", "invalid_request"].includes(error.code)) {
          password.value = "";
          password.setError("The login name or the password is not right.");
          return password.focus();
        }
        room.replaceChildren(noticeOf(error));
      }
      return undefined;
    });
    show(title, lead && el("p", { class: "lead" }, lead), room, form);
    (name ? password : user).focus();
  }

  /** The API has let us through; whether the administration does is asked with the token itself. */
  async function enter(token) {
    const claims = payload(token);
    if (claims && claims.kind !== "system") return notForYou();
    try {
      await admit(token, name);
    } catch (error) {
      if (error instanceof Problem && ["forbidden", "invalid_token"].includes(error.code))
        return notForYou(error.body.detail);
      throw error;
    }
    return undefined;
  }

  function notForYou(detail) {
    start(
      notice({
        kind: "error",
        title: "This console is for administrators",
        text:
          detail ??
          "Your password is right, but your account is not a system user. Ask an administrator if it should be one.",
      }),
    );
  }

  function phones(message = null) {
    const back = button("Cancel", { onclick: () => start() });
    if (!login.phones.length) {
      const h1 = show(
        "No phone is registered",
        el(
          "p",
          { class: "lead" },
          "Your password is right, but there is no phone that a passcode can be sent to. Ask another administrator to add your number, then log in again.",
        ),
        el("div", { class: "actions" }, back),
      );
      return h1.focus();
    }
    const group = uid("phone");
    const submit = el(
      "button",
      { type: "submit", class: "button primary", "data-first": true },
      el("span", {}, "Send passcode"),
    );
    const call = login.channels.includes("voice") && button("Call me instead", { onclick: () => ask(call, "voice") });
    const room = el("div", { role: "alert" }, message);
    const choices = login.phones.map((phone, index) =>
      el(
        "label",
        { class: "choice", for: `${group}-${index}` },
        el("input", { type: "radio", name: group, id: `${group}-${index}`, value: phone.id, checked: index === 0 }),
        el(
          "span",
          {},
          el("span", { class: "choice-name" }, maskedPhone(phone)),
          el(
            "span",
            { class: "choice-hint" },
            phone.verified ? "Verified" : "Not yet verified: the first passcode does that",
          ),
        ),
      ),
    );
    const form = el(
      "form",
      { novalidate: true },
      el(
        "fieldset",
        { class: "choices" },
        el("legend", {}, "Please select phone number to receive passcode via SMS message to continue login."),
        choices,
      ),
      room,
      el("div", { class: "actions" }, submit, call, back),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (!isDisabled(submit)) ask(submit, "sms");
    });
    async function ask(control, channel) {
      const id = form.querySelector(":checked").value;
      try {
        const { body } = await busyWhile(control, () => send("/v1/challenges", { phone_id: id, channel }));
        passcode(
          body,
          login.phones.find((phone) => phone.id === id),
        );
      } catch (error) {
        if (!lost(error)) room.replaceChildren(noticeOf(error));
      }
    }
    show("Choose a phone", form);
    return form.querySelector("input").focus();
  }

  const send = (path, body) =>
    keys.around(`${path} ${JSON.stringify(body)}`, (key) =>
      request("POST", path, { body, key, token: login.mfa_token }),
    );

  function passcode(challenge, phone) {
    const path = `/v1/challenges/${encodeURIComponent(challenge.id)}`;
    const form = passcodeForm({
      challenge,
      lead: [
        challenge.channel === "voice"
          ? "A call with the passcode was already made to"
          : "SMS message with a passcode was already sent to",
        " the phone number ",
        el("strong", {}, bdi(maskedPhone(phone))),
        ". Please enter the passcode to continue login.",
      ],
      verify: async (code) => {
        const { body } = await request("POST", `${path}/verify`, { body: { code }, token: login.mfa_token });
        await enter(body.token);
      },
      resend: async () => (await send(`${path}/resend`, {})).body,
      poll: async () => (await request("GET", path, { token: login.mfa_token })).body,
      approved() {},
      lost,
      extra: [button("Another phone", { onclick: () => phones() }), button("Cancel", { onclick: () => start() })],
    });
    show("Enter the passcode", form.element);
    form.focus();
  }

  /** What ends the step at hand; true when another one was shown. */
  function lost(error) {
    if (!(error instanceof Problem)) return false;
    if (error.code === "invalid_token") {
      start(
        notice({
          kind: "warning",
          title: "Your login took too long",
          text: "To keep your account safe it was ended. Enter your password to log in again.",
        }),
      );
      return true;
    }
    if (error.code === "too_many_attempts" || (error.code === "invalid_code" && error.body.attempts_remaining === 0)) {
      locked(error.body.locked_until, error);
      return true;
    }
    if (error.code === "no_phone") {
      login.phones = [];
      phones();
      return true;
    }
    if (
      [
        "challenge_superseded",
        "challenge_used",
        "challenge_not_found",
        "phone_unusable",
        "destination_blocked",
      ].includes(error.code)
    ) {
      const words = explain(error);
      phones(notice({ kind: "warning", title: words.title, text: words.text || sentence(error) }));
      return true;
    }
    return false;
  }

  function locked(until, error = null) {
    const at = lockEnd(until);
    const problem = error ?? new Problem(429, { code: "too_many_attempts", locked_until: until });
    const h1 = show(
      "Login is locked for now",
      el(
        "p",
        { class: "lead" },
        "Too many wrong passcodes were entered. ",
        at ? waiting(problem) : "",
        " Another administrator can unlock you sooner.",
      ),
      el("p", {}, "If it was not you who entered them, someone else may know your password: change it."),
      el("div", { class: "actions" }, button("Back to login", { kind: "primary", onclick: () => start() })),
    );
    h1.focus();
  }
}

/** What the token says, unchecked: only to tell early what the server will say anyway. */
function payload(token) {
  try {
    return JSON.parse(atob(token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/")));
  } catch {
    return null;
  }
}

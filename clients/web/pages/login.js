// The login.

/** @import { Context } from "./context.js" */
import { el } from "../shared/dom.js";

/**
 * @param {HTMLElement} place
 * @param {Context} context
 */
export function draw(place, context) {
  const { language, session, title } = context;
  title(language.text(session ? "loggedInTitle" : "logIn"));
  place.replaceChildren(...(session ? loggedIn(context, session.loginName) : [form(context)]));
}

/**
 * @param {Context} context
 * @param {string} name
 */
function loggedIn({ language, signOut }, name) {
  return [
    el("h1", {}, language.text("loggedInTitle")),
    el("p", { class: "lead" }, language.parts("loggedInAs", { name: el("strong", {}, name) })),
    el(
      "p",
      { class: "actions" },
      el("button", { type: "button", class: "button primary", onclick: signOut }, language.text("signOut")),
    ),
  ];
}

/** @param {Context} context */
function form({ api, language, loggedIn: done }) {
  const name = el("input", { id: "login-name", autocomplete: "username" });
  const password = el("input", { id: "password", type: "password", autocomplete: "current-password" });
  const submit = async () => {
    const answer = await api.login({ login_name: name.value, password: password.value });
    if (answer.status !== "authenticated") return;
    const { token, amr, expires_in: lasts } = answer;
    done({ token, amr, loginName: name.value, expiresAt: Date.now() + lasts * 1000 });
  };
  return el(
    "form",
    {
      onsubmit: (/** @type {SubmitEvent} */ event) => {
        event.preventDefault();
        submit();
      },
    },
    el("h1", {}, language.text("logIn")),
    el("p", { class: "field" }, el("label", { for: "login-name" }, language.text("loginName")), name),
    el("p", { class: "field" }, el("label", { for: "password" }, language.text("password")), password),
    el("p", { class: "actions" }, el("button", { class: "button primary" }, language.text("logIn"))),
  );
}

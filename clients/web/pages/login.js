// The login, and the account of a person who is logged in.

/** @import { Authentication, StepDetail } from "../elements/elements" */
/** @import { Context } from "./context.js" */
import "../elements/login.js";
import { el } from "../shared/dom.js";

/**
 * @param {HTMLElement} place
 * @param {Context} context
 */
export function draw(place, context) {
  const { language, session, title } = context;
  title(language.text(session ? "loggedIn" : "logIn"));
  if (session) {
    place.replaceChildren(...loggedIn(context, session.loginName));
    place.querySelector("h1")?.focus();
    return;
  }
  const element = form(context);
  place.replaceChildren(element);
  return () => {
    element.lang = context.language.tag;
  };
}

/** @param {Context} context */
function form({ language, loggedIn: done, title }) {
  return el("second-factor-login", {
    lang: language.tag,
    history: true,
    onstep: (/** @type {CustomEvent<StepDetail>} */ { detail }) => title(detail.title),
    onauthenticated: (/** @type {CustomEvent<Authentication>} */ { detail }) => {
      const { token, amr, expires_in: lasts, login_name: loginName } = detail;
      done({ token, amr, loginName, expiresAt: Date.now() + lasts * 1000 });
    },
  });
}

/**
 * @param {Context} context
 * @param {string} name
 */
function loggedIn({ language, signOut }, name) {
  return [
    el("h1", { tabindex: "-1" }, language.text("loggedIn")),
    el("p", { class: "lead" }, language.parts("loggedInAs", { name: el("strong", {}, el("bdi", {}, name)) })),
    el(
      "p",
      { class: "actions" },
      el("button", { type: "button", class: "button primary", onclick: signOut }, language.text("signOut")),
    ),
  ];
}

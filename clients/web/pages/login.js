// The login, and the account of a person who is logged in.

/** @import { Authentication, EnrolmentDetail, StepDetail } from "../elements/elements" */
/** @import { Context } from "./context.js" */
import "../elements/login.js";
import { el } from "../shared/dom.js";
import { keptEnrolment } from "./account/kept.js";

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
  const why = el("div");
  const forgot = el("a", { slot: "links", class: "link", href: "forgot" });
  const element = form(context, forgot);
  const speak = () => {
    element.lang = context.language.tag;
    forgot.textContent = context.language.text("forgotLink");
    why.replaceChildren(...reason(context));
  };
  speak();
  place.replaceChildren(why, element);
  return speak;
}

/**
 * Why the login is asked for, above it.
 * @param {Context} context
 */
function reason({ language, why, said }) {
  const key = why?.text ?? said;
  if (!key) return [];
  const kind = why && !why.kind ? "warning" : "info";
  return [el("div", { class: "notice reason", role: "status", dataset: { kind } }, language.text(key))];
}

/**
 * @param {Context} context
 * @param {Element} links
 */
function form({ language, why, loginName: known, loggedIn: done, title, router }, links) {
  return el(
    "second-factor-login",
    {
      lang: language.tag,
      history: true,
      fresh: why?.fresh,
      "login-name": known,
      onstep: (/** @type {CustomEvent<StepDetail>} */ { detail }) => title(detail.title),
      onauthenticated: (/** @type {CustomEvent<Authentication>} */ { detail }) => {
        const { token, amr, expires_in: lasts, login_name: loginName, trusted_device: trusted = false } = detail;
        const at = Date.now();
        done({ token, amr, loginName, at, trusted, expiresAt: at + lasts * 1000 });
      },
      onenrolment: (/** @type {CustomEvent<EnrolmentDetail>} */ { detail }) => {
        keptEnrolment.keep({ token: detail.enrolment_token, loginName: detail.login_name });
        router.go("enrolment", { replace: true });
      },
    },
    links,
  );
}

/**
 * @param {Context} context
 * @param {string} name
 */
function loggedIn({ language, router, signOut }, name) {
  return [
    el("h1", { tabindex: "-1" }, language.text("loggedIn")),
    el("p", { class: "lead" }, language.parts("loggedInAs", { name: el("strong", {}, el("bdi", {}, name)) })),
    el(
      "p",
      { class: "actions" },
      el(
        "button",
        { type: "button", class: "button primary", onclick: () => router.go("security") },
        language.text("security"),
      ),
      el("button", { type: "button", class: "button", onclick: signOut }, language.text("signOut")),
    ),
  ];
}

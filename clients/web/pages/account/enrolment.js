// A first second factor: by the link of an invitation, or after a login that found none.

/** @import { Context } from "../context.js" */
/** @import { Explained } from "./refusals.js" */
import { el } from "../../shared/dom.js";
import { button } from "./fields.js";
import { keptEnrolment } from "./kept.js";
import { Page } from "./page.js";

/**
 * What there is to see: nothing yet, the choice, or that the link is over.
 * @typedef {"opens" | "choice" | "over"} State
 */

/**
 * @param {HTMLElement} place
 * @param {Context} context
 */
export async function draw(place, context) {
  const { invitation } = context.links;
  if (invitation) {
    delete context.links.invitation;
    keptEnrolment.keep({ invitation });
  }
  const kept = keptEnrolment.read();
  if (kept?.enrolled) return context.router.go("recovery-codes", { replace: true });
  /** @type {State} */
  let state = kept?.token ? "choice" : kept?.invitation ? "opens" : "over";
  const page = new Page(place, context, {
    title: "enrolTitle",
    content: () => {
      if (state === "opens") return el("p", { class: "lead" }, page.text("pleaseWait"));
      return state === "choice" ? choice(page) : null;
    },
  });
  const show = () => {
    const redraw = page.show();
    if (state === "over") over(page);
    return redraw;
  };
  const redraw = show();
  if (state === "opens") {
    await open(page, kept?.invitation ?? "", (next) => {
      state = next;
      show();
    });
  }
  return () => (state === "over" ? void show() : redraw());
}

/**
 * Exchange the invitation for an enrolment token. It may be done again: the first factor uses the invitation up.
 * @param {Page} page
 * @param {string} invitation
 * @param {(state: State) => void} become
 */
const open = (page, invitation, become) =>
  page.run(
    null,
    async () => {
      const opened = await page.context.api.openInvitation(invitation);
      keptEnrolment.keep({ invitation, token: opened.enrolment_token, loginName: opened.login_name });
      if (page.place.isConnected) become("choice");
    },
    {
      refused({ code }) {
        if (code !== "invalid_token" && code !== "invalid_request") return false;
        keptEnrolment.forget();
        become("over");
        return true;
      },
    },
  );

/** @param {Page} page */
function choice(page) {
  const { language, router } = page.context;
  const name = el("strong", {}, el("bdi", {}, keptEnrolment.read()?.loginName ?? ""));
  return [
    el("p", { class: "lead" }, language.parts("enrolLead", { name })),
    el(
      "div",
      { class: "ways-to-enrol" },
      way(page.text("byPhone"), page.text("byPhoneText"), () => router.go("phone")),
      way(page.text("byApp"), page.text("authenticatorNone"), () => router.go("authenticator")),
    ),
  ];
}

/**
 * @param {string} title
 * @param {string} text
 * @param {() => void} go
 */
const way = (title, text, go) =>
  el(
    "button",
    { type: "button", class: "choice way", onclick: go },
    el(
      "span",
      { class: "choice-text" },
      el("span", { class: "choice-number" }, title),
      el("span", { class: "choice-note" }, text),
    ),
  );

/** @param {Page} page */
function over(page) {
  /** @type {Explained} */
  const words = { kind: "warning", title: page.text("linkOver_title"), text: page.text("linkOver_text") };
  page.notice(
    words,
    button(page.text("logIn"), () => page.context.router.go(""), { class: "button primary small" }),
  );
}

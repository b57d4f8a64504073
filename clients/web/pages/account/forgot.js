// A forgotten password: a link is mailed, and the page says the same for every name.

/** @import { Context } from "../context.js" */
import { el } from "../../shared/dom.js";
import { field, input, submit } from "./fields.js";
import { Page } from "./page.js";

/**
 * @param {HTMLElement} place
 * @param {Context} context
 */
export function draw(place, context) {
  let asked = false;
  const page = new Page(place, context, {
    title: "forgotTitle",
    back: "",
    content: () => (asked ? sent(page) : ask(page, done)),
  });
  const done = () => {
    asked = true;
    page.show();
  };
  return page.show("login-name");
}

/** @param {Page} page */
const sent = (page) => [
  el("p", { class: "lead" }, page.text("forgotSent")),
  el("p", {}, page.sentences(page.text("tipSpam"), page.text("forgotNoMail"))),
];

/**
 * @param {Page} page
 * @param {() => void} done
 */
const ask = (page, done) => [
  el("p", { class: "lead" }, page.text("forgotLead")),
  page.form(
    () => send(page, done),
    field(
      "login-name",
      page.text("loginName"),
      input("login-name", { autocomplete: "username", autocapitalize: "none", maxlength: 256 }),
    ),
    el("div", { class: "actions" }, submit(page.text("sendLink"), "send")),
  ),
];

/**
 * @param {Page} page
 * @param {() => void} done
 */
function send(page, done) {
  const { api, language } = page.context;
  const name = page.input("login-name").value.trim();
  if (!name) return page.fieldError("login-name", page.text("enterName"));
  page.run(
    page.$("send"),
    async () => {
      await api.askForReset({ login_name: name, locale: language.tag });
      done();
    },
    {
      label: page.text("sending"),
      refused: ({ code }) => code === "invalid_request" && page.fieldError("login-name", page.text("notAName")),
    },
  );
}

// A number that is to be a phone of the account: a passcode goes to it.

/** @import { Problem } from "../../shared/api.js" */
/** @import { Context } from "../context.js" */
import { Keys } from "../../shared/api.js";
import { el } from "../../shared/dom.js";
import { field, input, submit } from "./fields.js";
import { keptPhone } from "./kept.js";
import { ownerOf } from "./owner.js";
import { Page } from "./page.js";

/** The number while somebody logs in again, who typed it before. */
let typed = "";

/**
 * @param {HTMLElement} place
 * @param {Context} context
 */
export function draw(place, context) {
  const owner = ownerOf(context);
  if (!owner) return;
  const keys = new Keys();
  const page = new Page(place, context, {
    title: "addPhone",
    back: owner.enrols ? "enrolment" : "security",
    content: () => [
      el("p", { class: "lead" }, page.text("phoneLead")),
      page.form(
        () => send(page, owner.token, keys),
        numberField(page),
        el("div", { class: "actions" }, submit(page.text("sendPasscode"), "send")),
      ),
    ],
  });
  return page.show("number");
}

/** @param {Page} page */
const numberField = (page) =>
  field(
    "number",
    page.text("number"),
    input("number", {
      type: "tel",
      autocomplete: "tel",
      dir: "ltr",
      value: typed,
      maxlength: 64,
      "aria-describedby": "number-hint",
    }),
    el("p", { class: "field-hint", id: "number-hint" }, page.text("numberHint")),
  );

/**
 * @param {Page} page
 * @param {string} token
 * @param {Keys} keys
 */
function send(page, token, keys) {
  const { api, language, router } = page.context;
  typed = page.input("number").value.trim();
  if (!typed) return page.fieldError("number", page.text("notANumber"));
  const body = { number: typed, locale: language.tag };
  page.run(
    page.$("send"),
    async () => {
      keptPhone.keep(await keys.around(body.number, (key) => api.addPhone(token, body, { key })));
      typed = "";
      router.go("phone-code");
    },
    { label: page.text("sending"), refused: (problem) => refused(page, problem) },
  );
}

/**
 * @param {Page} page
 * @param {Problem} problem
 */
function refused(page, { code }) {
  if (code === "invalid_request") return page.fieldError("number", page.text("notANumber"));
  return code === "conflict" && page.fieldError("number", page.text("noMorePhones"));
}

// The code that was mailed to a new contact email.

/** @import { Problem } from "../../shared/api.js" */
/** @import { Context } from "../context.js" */
import { Keys } from "../../shared/api.js";
import { el } from "../../shared/dom.js";
import { readPasscode } from "../../shared/words.js";
import { link, passcodeField, submit } from "./fields.js";
import { keptEmail } from "./kept.js";
import { freshToken } from "./owner.js";
import { Page } from "./page.js";

/**
 * @param {HTMLElement} place
 * @param {Context} context
 */
export function draw(place, context) {
  const token = freshToken(context);
  if (token === null) return;
  const kept = keptEmail.read();
  if (!kept) return context.router.go("email", { replace: true });
  const keys = new Keys();
  const page = new Page(place, context, {
    title: "codeTitle",
    back: "email",
    content: () => [
      el("p", { class: "lead" }, page.sentences(page.text("sent_email", { to: kept.email }), page.text("tipSpam"))),
      page.form(
        () => verify(page, token, keys),
        passcodeField(page, kept.prefix, page.text("hint_email", { prefix: kept.prefix })),
        el("div", { class: "actions" }, submit(page.text("verify"), "verify")),
        el(
          "p",
          { class: "aside" },
          el("span", {}, page.text("nothingArrived")),
          link(page.text("sendNew"), () => context.router.go("email", { replace: true })),
        ),
      ),
    ],
  });
  return page.show("code");
}

/**
 * @param {Page} page
 * @param {string} token
 * @param {Keys} keys
 */
function verify(page, token, keys) {
  const { api, goWith } = page.context;
  const { digits } = readPasscode(page.input("code").value);
  if (digits === null) return page.fieldError("code", page.text("enterPasscode"));
  page.run(
    page.$("verify"),
    async () => {
      await keys.around(digits, (key) => api.verifyEmail(token, digits, { key }));
      keptEmail.forget();
      return goWith("security", "emailChanged");
    },
    { label: page.text("verifying"), refused: (problem) => refused(page, problem) },
  );
}

/**
 * @param {Page} page
 * @param {Problem} problem
 */
function refused(page, { code, body }) {
  if (code === "invalid_code" && body.attempts_remaining !== 0)
    return page.fieldError("code", page.text("wrongPasscode"));
  return code === "invalid_request" && page.fieldError("code", page.text("notDigits"));
}

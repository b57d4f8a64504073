// A new contact email: it counts once a code that was mailed to it came back.

/** @import { Context } from "../context.js" */
import { el } from "../../shared/dom.js";
import { field, input, submit } from "./fields.js";
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
  const page = new Page(place, context, {
    title: "changeEmail",
    back: "security",
    content: () => [
      el("p", { class: "lead" }, page.text("emailLead")),
      page.form(
        () => send(page, token),
        field(
          "email",
          page.text("newEmail"),
          input("email", { type: "email", autocomplete: "email", autocapitalize: "none", dir: "ltr", maxlength: 254 }),
        ),
        el("div", { class: "actions" }, submit(page.text("sendPasscode"), "send")),
      ),
    ],
  });
  return page.show("email");
}

/**
 * @param {Page} page
 * @param {string} token
 */
function send(page, token) {
  const { api, goWith, router } = page.context;
  const typed = page.input("email");
  const email = typed.value.trim();
  if (!email || !typed.validity.valid) return page.fieldError("email", page.text("notAnEmail"));
  page.run(
    page.$("send"),
    async () => {
      const { email_to_confirm: sent } = await api.updateMe(token, { contact_email: email });
      if (!sent) return goWith("security", "saved"); // it is the address that they have
      keptEmail.keep({ email, prefix: sent.prefix });
      router.go("email-code");
    },
    {
      label: page.text("sending"),
      refused: ({ code }) => code === "invalid_request" && page.fieldError("email", page.text("notAnEmail")),
    },
  );
}

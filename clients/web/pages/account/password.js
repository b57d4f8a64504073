// A new password, by somebody who knows the current one.

/** @import { Problem } from "../../shared/api.js" */
/** @import { Context } from "../context.js" */
import { el } from "../../shared/dom.js";
import { newPassword, newPasswordField, passwordField, submit } from "./fields.js";
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
    title: "changePassword",
    back: "security",
    content: () => [
      el("p", { class: "lead" }, page.text("passwordLead")),
      page.form(
        () => change(page, token),
        // Password managers find the account by this name.
        el("input", { type: "text", autocomplete: "username", value: context.session?.loginName ?? "", hidden: true }),
        passwordField(page, "current-password", page.text("currentPassword"), "current-password"),
        newPasswordField(page),
        el("div", { class: "actions" }, submit(page.text("changePassword"), "change")),
      ),
    ],
  });
  return page.show("current-password");
}

/**
 * @param {Page} page
 * @param {string} token
 */
function change(page, token) {
  const { api, goWith } = page.context;
  page.clear();
  const current = page.input("current-password").value;
  if (!current) return page.fieldError("current-password", page.text("enterPassword"));
  const chosen = newPassword(page);
  if (chosen === null) return;
  page.run(
    page.$("change"),
    async () => {
      await api.changePassword(token, { current_password: current, new_password: chosen });
      // The change has ended every login, also this one.
      page.context.session = null;
      return goWith("security", "passwordChanged");
    },
    { refused: (problem) => refused(page, problem) },
  );
}

/**
 * @param {Page} page
 * @param {Problem} problem
 */
function refused(page, { code, errors }) {
  const isCurrent = code === "invalid_credentials" || errors[0]?.field === "current_password";
  if (isCurrent) return page.fieldError("current-password", page.text("wrongPassword"));
  return code === "invalid_request" && page.fieldError("new-password", page.text("passwordRefused"));
}

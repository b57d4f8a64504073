// The end of an enrolment.

/** @import { Context } from "../context.js" */
import { el } from "../../shared/dom.js";
import { button } from "./fields.js";
import { keptEnrolment } from "./kept.js";
import { Page } from "./page.js";

/**
 * @param {HTMLElement} place
 * @param {Context} context
 */
export function draw(place, context) {
  if (!keptEnrolment.read()?.enrolled) return context.router.go("", { replace: true });
  keptEnrolment.forget();
  const page = new Page(place, context, {
    title: "enrolledTitle",
    content: () => [
      el("p", { class: "lead" }, page.text("enrolledText")),
      el(
        "div",
        { class: "actions" },
        button(page.text("logIn"), () => context.router.go("", { replace: true }), { class: "button primary" }),
      ),
    ],
  });
  return page.show();
}

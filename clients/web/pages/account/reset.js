// A new password by the link of a mail: first the second factor, where there is one, then the password.

/** @import { Authentication, StepDetail } from "../../elements/elements" */
/** @import { MfaRequired, ResetOpened } from "../../shared/types" */
/** @import { Context } from "../context.js" */
import "../../elements/login.js";
import { el } from "../../shared/dom.js";
import { KeptLogin } from "../../shared/kept-login.js";
import { button, newPassword, newPasswordField, submit } from "./fields.js";
import { Page } from "./page.js";

/**
 * A reset under way, kept in this tab so that a reload goes on with it: the link's token, then the reset token. Neither
 * logs in. `factor`: the second step is under way, and its own component keeps it.
 * @typedef {{ link?: string, token?: string, factor?: boolean }} Reset
 */

/** @type {KeptLogin<Reset>} */
const kept = new KeptLogin("second-factor.reset");
/** The place of the second step in the tab's storage. */
const FACTOR = "second-factor.reset.factor";

/**
 * @param {HTMLElement} place
 * @param {Context} context
 */
export async function draw(place, context) {
  if (context.links.reset) {
    kept.keep({ link: context.links.reset });
    new KeptLogin(FACTOR).forget();
    delete context.links.reset;
  }
  return new ResetPage(place, context).begin();
}

class ResetPage {
  /** Draws the step at hand in another language. @type {() => unknown} */
  #redraw = () => {};

  /**
   * @param {HTMLElement} place
   * @param {Context} context
   */
  constructor(place, context) {
    this.place = place;
    this.context = context;
  }

  async begin() {
    const reset = kept.read() ?? {};
    if (reset.token) this.#askForPassword();
    else if (reset.factor && new KeptLogin(FACTOR).read()) this.#askForFactor(null);
    else if (reset.link) await this.#open(reset.link);
    else this.#over();
    return () => this.#redraw();
  }

  /**
   * Open the link. It may be opened again: the new password uses it up.
   * @param {string} token
   */
  async #open(token) {
    const page = new Page(this.place, this.context, {
      title: "resetTitle",
      content: () => el("p", { class: "lead" }, page.text("pleaseWait")),
    });
    this.#redraw = page.show();
    await page.run(
      null,
      async () => {
        const opened = await this.context.api.openReset(token);
        if (this.place.isConnected) this.#opened(opened);
      },
      {
        refused: ({ code }) => {
          if (code === "invalid_token" || code === "invalid_request") this.#over();
          return code === "invalid_token" || code === "invalid_request";
        },
      },
    );
  }

  /** @param {MfaRequired | ResetOpened} opened */
  #opened(opened) {
    if (opened.status === "reset") {
      kept.keep({ token: opened.reset_token });
      this.#askForPassword();
    } else {
      kept.keep({ ...kept.read(), factor: true });
      this.#askForFactor(opened);
    }
  }

  /**
   * The second step; without `opened` it goes on after a reload.
   * @param {MfaRequired | null} opened
   */
  #askForFactor(opened) {
    const { context, place } = this;
    const element = el("second-factor-login", {
      lang: context.language.tag,
      history: true,
      keep: FACTOR,
      onstep: (/** @type {CustomEvent<StepDetail>} */ { detail }) => this.#step(detail),
      onauthenticated: (/** @type {CustomEvent<Authentication>} */ { detail }) => {
        kept.keep({ token: detail.token });
        this.#askForPassword();
      },
    });
    if (opened) element.secondStep(opened);
    place.replaceChildren(element);
    this.#redraw = () => {
      element.lang = this.context.language.tag;
    };
  }

  /**
   * Whoever is back at the first step has cancelled, or has taken too long: the link opens another one.
   * @param {StepDetail} detail
   */
  #step({ step, title }) {
    if (step === "done") return;
    if (step !== "login") return this.context.title(title);
    kept.keep({ link: kept.read()?.link });
    this.#over("resetStopped");
  }

  #askForPassword() {
    const { context } = this;
    const page = new Page(this.place, context, {
      title: "resetTitle",
      content: () =>
        page.form(
          () => this.#set(page),
          newPasswordField(page),
          el("div", { class: "actions" }, submit(page.text("save"), "set")),
        ),
    });
    this.#redraw = page.show("new-password");
  }

  /** @param {Page} page */
  #set(page) {
    page.clear();
    const chosen = newPassword(page);
    if (chosen === null) return;
    page.run(
      page.$("set"),
      async () => {
        const token = kept.read()?.token ?? "";
        await this.context.api.resetPassword({ reset_token: token, new_password: chosen });
        kept.forget();
        this.context.session = null;
        this.context.goWith("", "passwordChanged");
      },
      {
        refused: ({ code }) => {
          if (code === "invalid_token") this.#over();
          else if (code === "invalid_request") page.fieldError("new-password", page.text("passwordRefused"));
          return code === "invalid_token" || code === "invalid_request";
        },
      },
    );
  }

  /**
   * The link cannot be used, or not now.
   * @param {"linkOver" | "resetStopped"} [why]
   */
  #over(why = "linkOver") {
    const { context, place } = this;
    const page = new Page(place, context, { title: "resetTitle", content: () => null });
    const again = kept.read()?.link;
    if (why === "linkOver") kept.forget();
    const next =
      why === "linkOver"
        ? button(page.text("sendNewLink"), () => context.router.go("forgot"), { class: "button primary small" })
        : button(page.text("goOn"), () => this.#open(again ?? ""), { class: "button primary small" });
    const show = () => {
      page.show();
      page.notice({ kind: "warning", title: page.text(`${why}_title`), text: page.text(`${why}_text`) }, next);
    };
    show();
    this.#redraw = show;
  }
}

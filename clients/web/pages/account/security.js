// The account as its user sees it: all that there is, and the ways to change it.

/** @import { Me } from "../../shared/types" */
/** @import { Context } from "../context.js" */
/** @import { Key } from "./page.js" */
import { el } from "../../shared/dom.js";
import { eventList } from "./events.js";
import { button } from "./fields.js";
import { Page } from "./page.js";
import { confirmRemoval, takeWish } from "./removals.js";
import * as sections from "./sections.js";

/**
 * @param {HTMLElement} place
 * @param {Context} context
 */
export async function draw(place, context) {
  const { session, said } = context;
  if (!session) return context.askForLogin(said ? { kind: "info", text: said } : undefined);
  const account = new Account(place, context);
  return account.begin();
}

/** The page with its account, which every change reads anew. */
export class Account {
  /** @type {Me | null} */
  me = null;

  /**
   * @param {HTMLElement} place
   * @param {Context} context
   */
  constructor(place, context) {
    this.context = context;
    this.page = new Page(place, context, { title: "security", content: () => this.#content() });
  }

  get api() {
    return this.context.api;
  }

  /** The access token. */
  get token() {
    return this.context.session?.token ?? "";
  }

  async begin() {
    const redraw = this.page.show();
    const { said } = this.context;
    this.context.said = null;
    await this.page.run(null, () => this.load(said));
    const wish = takeWish();
    if (this.me && wish) confirmRemoval(this, wish);
    return redraw;
  }

  /**
   * Read the account, and say what was done. A change may have ended the login: then a new one is asked for.
   * @param {Key | null} [said]
   */
  async load(said = null) {
    const { page, context } = this;
    try {
      this.me = await this.api.me(this.token);
    } catch (error) {
      if (said === null || !isOver(error)) throw error;
      return context.askForLogin({ kind: "info", text: said });
    }
    if (!page.place.isConnected) return;
    page.draw();
    if (said) page.notice({ kind: "info", text: page.text(said) });
  }

  /** Go to the page of a change. @param {string} name */
  go(name) {
    this.context.router.go(name);
  }

  #content() {
    const { page, me, context } = this;
    if (me === null) return el("p", { class: "lead" }, page.text("pleaseWait"));
    const name = el("strong", {}, el("bdi", {}, me.login_name));
    return [
      el("p", { class: "lead" }, context.language.parts("loggedInAs", { name })),
      el("p", { class: "lead" }, page.text(me.mfa_enabled ? "mfaOn" : "mfaOff")),
      sections.phones(this, me),
      sections.authenticator(this, me),
      sections.recoveryCodes(this, me),
      sections.devices(this, me),
      sections.password(this),
      sections.email(this, me),
      sections.language(this, me),
      eventList(page, me.events ?? []),
      el("div", { class: "actions" }, button(page.text("signOut"), context.signOut)),
    ];
  }
}

/** @param {unknown} error */
const isOver = (error) => error instanceof Error && "code" in error && error.code === "invalid_token";

// The client pages: which one is shown, in which language, and who is logged in.

/** @import { Context } from "./context.js" */
/** @import { LoadPage } from "./router.js" */
import { preferred } from "../language.js";
import { LOCALES } from "../locales/index.js";
import { $, el } from "../shared/dom.js";
import { RememberedName } from "../shared/remembered-name.js";
import { forgetChanges, keptEnrolment } from "./account/kept.js";
import { api } from "./context.js";
import { Router, takeFragment } from "./router.js";
import { loadPageLanguage } from "./words.js";

/** @type {Record<string, LoadPage>} */
const ROUTES = {
  "": () => import("./login.js"),
  security: () => import("./account/security.js"),
  phone: () => import("./account/phone.js"),
  "phone-code": () => import("./account/phone-code.js"),
  authenticator: () => import("./account/authenticator.js"),
  "recovery-codes": () => import("./account/recovery-codes.js"),
  email: () => import("./account/email.js"),
  "email-code": () => import("./account/email-code.js"),
  password: () => import("./account/password.js"),
  enrolment: () => import("./account/enrolment.js"),
  enrolled: () => import("./account/enrolled.js"),
  forgot: () => import("./account/forgot.js"),
  reset: () => import("./account/reset.js"),
  action: () => import("./action.js"),
};
/** The page after a login. */
const HOME = "";
/**
 * Links of mails, by the name of their token in the fragment: the page that they lead to.
 * @type {Record<string, string>}
 */
const LINKS = { invitation: "enrolment", reset: "reset", action: "action" };

/** Followed before anything is loaded: the token leaves the address bar at once. */
const followed = followLink();
const chosen = new RememberedName("second-factor.language");
const languageMenu = $("language", HTMLSelectElement);
const router = new Router(ROUTES, show);
let turn = 0;
/** Draws the page at hand in another language. @type {() => unknown} */
let inOtherWords = () => {};
/** The page that a login leads to. */
let after = HOME;

/** @type {Context} */
const context = {
  api,
  language: await loadPageLanguage(preferred(chosen.recall())),
  session: null,
  loginName: null,
  router,
  links: followed,
  why: null,
  said: null,
  title: (text) => {
    document.title = `${text} · ${context.language.text("brand")}`;
  },
  loggedIn(session) {
    Object.assign(context, { session, loginName: session.loginName, why: null, said: null });
    keptEnrolment.forget();
    const next = after;
    after = HOME;
    return router.go(next, { replace: true });
  },
  askForLogin(why) {
    Object.assign(context, { session: null, why: why ?? null });
    after = router.at;
    // The address stays that of the page: a reload asks for the login and leads there, too.
    return show(ROUTES[""]);
  },
  goWith(name, said) {
    context.said = said;
    return router.go(name, { replace: true });
  },
  signOut() {
    Object.assign(context, { session: null, loginName: null });
    forgetChanges();
    router.go("");
  },
};
/**
 * Draw a page. One that takes long loses to one that was asked for after it.
 * @param {LoadPage} load
 */
async function show(load) {
  const mine = ++turn;
  const page = await load();
  if (mine !== turn) return;
  const place = el("div", { class: "place" });
  $("main").replaceChildren(place);
  const redraw = await page.draw(place, context);
  if (mine === turn) inOtherWords = redraw ?? (() => router.refresh());
}

/** Write the frame in the language, and the page anew. */
function speak() {
  const { language } = context;
  document.documentElement.lang = language.tag;
  document.documentElement.dir = language.direction;
  $("brand").textContent = language.text("brand");
  languageMenu.setAttribute("aria-label", language.text("language"));
  languageMenu.replaceChildren(
    ...Object.entries(LOCALES).map(([tag, { name }]) =>
      el("option", { value: tag, lang: tag, selected: tag === language.tag }, name),
    ),
  );
}

async function changeLanguage() {
  chosen.remember(languageMenu.value);
  context.language = await loadPageLanguage(languageMenu.value);
  speak();
  inOtherWords();
}

/**
 * The tokens of the link that was followed, if it was one of a mail. Its page is the one of the address then.
 * @returns {Record<string, string>}
 */
function followLink() {
  for (const [name, page] of Object.entries(LINKS)) {
    const token = takeFragment(name);
    if (token === null) continue;
    history.replaceState(null, "", new URL(page, new URL("../", import.meta.url)));
    return { [name]: token };
  }
  return {};
}

// A link that is followed while the pages are open loads nothing: only the fragment of the address changes.
addEventListener("hashchange", () => {
  const links = followLink();
  if (!Object.keys(links).length) return;
  Object.assign(context, { links, session: null, why: null });
  router.refresh();
});
languageMenu.addEventListener("change", changeLanguage);
speak();
router.refresh();

// The client pages: which one is shown, in which language, and who is logged in.

/** @import { Context } from "./context.js" */
/** @import { LoadPage } from "./router.js" */
import { preferred } from "../language.js";
import { LOCALES } from "../locales/index.js";
import { $, el } from "../shared/dom.js";
import { RememberedName } from "../shared/remembered-name.js";
import { api } from "./context.js";
import { Router, takeFragment } from "./router.js";
import { loadPageLanguage } from "./words.js";

/** @type {Record<string, LoadPage>} */
const ROUTES = {
  "": () => import("./login.js"),
};
/** The page after a login. */
const HOME = "";
/**
 * Links of mails, by the name of their token in the fragment: the page that they lead to.
 * @type {Record<string, string>}
 */
const LINKS = {};

const chosen = new RememberedName("second-factor.language");
const languageMenu = $("language", HTMLSelectElement);
const router = new Router(ROUTES, show);
let turn = 0;
/** Draws the page at hand in another language. @type {() => unknown} */
let inOtherWords = () => {};
let after = HOME;

/** @type {Context} */
const context = {
  api,
  language: await loadPageLanguage(preferred(chosen.recall())),
  session: null,
  router,
  links: {},
  title: (text) => {
    document.title = `${text} · ${context.language.text("brand")}`;
  },
  loggedIn(session) {
    context.session = session;
    const next = after;
    after = HOME;
    return router.go(next, { replace: true });
  },
  askForLogin(back = router.at) {
    context.session = null;
    after = back;
    router.go("", { replace: true });
  },
  signOut() {
    context.session = null;
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

for (const [name, page] of Object.entries(LINKS)) {
  const token = takeFragment(name);
  if (token === null) continue;
  context.links[name] = token;
  history.replaceState(null, "", new URL(page, new URL("../", import.meta.url)));
}
languageMenu.addEventListener("change", changeLanguage);
speak();
router.refresh();

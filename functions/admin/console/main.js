// The console: who is in, and which page is shown.

import { forgetErrors } from "./dialogs.js";
/** @import { Found, LoadPage, PageModule } from "./router.js" */
import { icon } from "./dom.js";
import { checkHealth, forgetHealth, offerStop } from "./health.js";
import { known, t } from "./language.js";
import { failed, heading, loading } from "./page.js";
import { offerPreferences } from "./preferences.js";
import { explain, SessionLost } from "./refusals.js";
import { roleName } from "./roles.js";
import { abandon, refresh, route } from "./router.js";
import { isIn, logIn, logOut, onLeave, resume, whoami } from "./session.js";
import { $, el } from "./shared/dom.js";
import { listenForShortcuts } from "./shortcuts.js";

/** @type {("overview" | "users" | "clients" | "fraud" | "log" | "sessions" | "settings")[]} */
const PLACES = ["overview", "users", "clients", "fraud", "log", "sessions", "settings"];

/**
 * @param {string} file
 * @returns {LoadPage}
 */
const page = (file) => () => import(`./pages/${file}.js`);

/** @type {[string, LoadPage][]} */
const ROUTES = [
  ["/overview", page("overview")],
  ["/users", page("users")],
  ["/users/:name", page("user")],
  ["/users/:name/:tab", page("user")],
  // Beside the users and not below: "new" may be somebody's name.
  ["/new-user", page("new-user")],
  ["/import-users", page("import")],
  ["/jobs", page("jobs")],
  ["/jobs/:id", page("jobs")],
  ["/clients", page("clients")],
  ["/fraud", page("fraud")],
  ["/log", page("log")],
  ["/sessions", page("sessions")],
  ["/settings", page("settings")],
  ["/settings/:tab", page("settings")],
];

/** When a page that is not there yet is said to be loading. */
const SLOW_MS = 400;

let shown = 0;

/**
 * Draw the page that was found. A page that takes long loses to one that was asked for after it. While the login is on
 * show, a new address waits for it.
 * @param {Found} found
 */
async function show({ load, given, path, search }) {
  if (!isIn()) return;
  const turn = ++shown;
  const main = $("main");
  closeMenu();
  forgetErrors();
  mark(path.split("/")[1] ?? "");
  const place = el("div", { class: "page" });
  main.setAttribute("aria-busy", "true");
  checkHealth();
  const slow = setTimeout(() => {
    if (turn === shown && !place.isConnected) main.replaceChildren(el("div", { class: "page" }, loading(6, refresh)));
  }, SLOW_MS);
  try {
    if (!load) notFound(place);
    else {
      const module = /** @type {PageModule<object>} */ (await load());
      if (turn !== shown) return;
      await module.draw(place, { ...given, search, present: () => present(place, turn) });
    }
  } catch (error) {
    if (error instanceof SessionLost || turn !== shown) return;
    place.replaceChildren(heading({ title: t("pageNotShown") }), failed(explain(error), refresh));
  } finally {
    clearTimeout(slow);
  }
  present(place, turn);
  if (turn !== shown) return;
  main.removeAttribute("aria-busy");
  main.dataset.page = location.hash; // drawn, and its first load has ended
}

/**
 * Put the page up, once; its heading gets the focus.
 * @param {HTMLElement} content
 * @param {number} turn
 */
function present(content, turn) {
  if (turn !== shown || content.isConnected) return;
  $("main").replaceChildren(content);
  const title = content.querySelector("h1");
  const tab = content.querySelector('.tabs [aria-current="page"]');
  const words = [tab?.textContent, title?.textContent, t("consoleName")];
  document.title = words.filter(Boolean).join(" · ");
  title?.setAttribute("tabindex", "-1");
  title?.focus({ preventScroll: true });
  tab?.scrollIntoView({ block: "nearest", inline: "nearest" }); // in a narrow window the row of tabs scrolls
  scrollTo({ top: 0 });
}

/** @param {HTMLElement} place */
function notFound(place) {
  place.append(heading({ title: t("noSuchPage") }), failed({ title: t("nothingAtAddress"), text: t("mistyped") }));
}

/** @param {string} section the first part of the address */
function mark(section) {
  const here = section === "jobs" || section.endsWith("-user") || section.endsWith("-users") ? "users" : section;
  for (const link of $("places").querySelectorAll("a")) {
    if (link.dataset.place === here) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

function closeMenu() {
  $("menu").removeAttribute("data-open");
  $("menu-button").setAttribute("aria-expanded", "false");
}

/** The words of the frame, in the reader's language. */
function putWords() {
  for (const element of document.querySelectorAll("[data-words]"))
    if (element instanceof HTMLElement) element.textContent = known(element.dataset.words ?? "") ?? "";
  for (const element of document.querySelectorAll("[data-label]"))
    if (element instanceof HTMLElement) element.ariaLabel = known(element.dataset.label ?? "") ?? "";
}

function drawMenu() {
  $("places").append(
    ...PLACES.map((place) =>
      el(
        "li",
        {},
        el("a", { href: `#/${place}`, dataset: { place } }, icon(place), el("span", {}, t(`place_${place}`))),
      ),
    ),
  );
  $("menu-button").addEventListener("click", () => {
    const open = $("menu").toggleAttribute("data-open");
    $("menu-button").setAttribute("aria-expanded", String(open));
  });
  addEventListener("keydown", (event) => {
    if (event.key === "Escape" && $("menu").hasAttribute("data-open")) {
      closeMenu();
      $("menu-button").focus();
    }
  });
  $("skip").addEventListener("click", (event) => {
    event.preventDefault(); // the address is the router's
    ($("main").querySelector("h1") ?? $("main")).focus();
  });
  $("log-out").addEventListener("click", () => leave());
}

/**
 * The session is over: all of it goes but the address, which is the way back.
 * @param {{ keep?: boolean }} [how] `keep`: somebody else is logged in now
 */
async function leave({ keep = false } = {}) {
  abandon();
  shown++;
  for (const dialog of document.querySelectorAll("dialog")) dialog.remove();
  $("main").replaceChildren();
  if (!keep) {
    logOut();
    forgetHealth();
    await logIn(t("loggedOutLead"));
  }
  enter();
}

/** Show the console, unless another tab has logged out again meanwhile: then there is a new login. */
function enter() {
  if (!isIn()) return;
  $("whoami").textContent = whoami().login_name;
  $("role").textContent = roleName(whoami().role);
  if (!location.hash) history.replaceState(null, "", "#/overview");
  refresh();
}

putWords();
drawMenu();
offerPreferences();
listenForShortcuts();
offerStop();
route(ROUTES, show);
onLeave(leave);
if (!(await resume())) await logIn();
enter();

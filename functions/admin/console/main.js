// The console: who is in, and which page is shown.

import { SessionLost } from "./api.js";
import { $, el, icon } from "./dom.js";
import { noticeOf } from "./dialogs.js";
import { abandon, refresh, route } from "./router.js";
import { logIn, logOut, onLeave, session } from "./session.js";
import { failed, heading } from "./page.js";

const PLACES = [
  ["overview", "Overview"],
  ["users", "Users"],
  ["clients", "Clients"],
  ["settings", "Settings"],
];

const page = (file) => () => import(`./pages/${file}.js`);
const ROUTES = [
  ["/overview", page("overview")],
  ["/users", page("users")],
  ["/users/:name", page("user")],
  ["/users/:name/:tab", page("user")],
  // Beside the users and not below: "new" may be somebody's name.
  ["/new-user", page("new-user")],
  ["/import-users", page("import")],
  ["/clients", page("clients")],
  ["/settings", page("settings")],
  ["/settings/:tab", page("settings")],
];

let shown = 0;

/** Draw the page that was found; a page that takes long loses to the one that was asked for after it. */
async function show({ load, given, path, search }) {
  const mine = ++shown;
  const main = $("main");
  closeMenu();
  mark(path.split("/")[1] ?? "");
  const place = el("div", { class: "page" });
  main.setAttribute("aria-busy", "true");
  try {
    if (!load) notFound(place);
    else {
      const { draw } = await load();
      if (mine !== shown) return;
      await draw(place, { ...given, search, present: () => present(place, mine) });
    }
  } catch (error) {
    if (error instanceof SessionLost || mine !== shown) return;
    place.replaceChildren(heading({ title: "Something went wrong" }), noticeOf(error));
  }
  present(place, mine);
  if (mine !== shown) return;
  main.removeAttribute("aria-busy");
  main.dataset.page = location.hash; // drawn, and its first load has ended

  /** Put the page up; its heading gets the focus, once. */
  function present(content, turn) {
    if (turn !== shown || content.isConnected) return;
    main.replaceChildren(content);
    const title = content.querySelector("h1");
    document.title = `${title?.textContent ?? "MFA"} · MFA console`;
    title?.setAttribute("tabindex", "-1");
    title?.focus({ preventScroll: true });
    scrollTo({ top: 0 });
  }
}

function notFound(place) {
  place.append(
    heading({ title: "There is no such page" }),
    failed({ title: "Nothing is at this address", text: "It may have been mistyped." }),
  );
}

function mark(section) {
  const here = section.endsWith("-user") || section.endsWith("-users") ? "users" : section;
  for (const link of $("places").querySelectorAll("a")) {
    if (link.dataset.place === here) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

function closeMenu() {
  $("menu").removeAttribute("data-open");
  $("menu-button").setAttribute("aria-expanded", "false");
}

$("places").append(
  ...PLACES.map(([place, label]) =>
    el("li", {}, el("a", { href: `#/${place}`, dataset: { place } }, icon(place), el("span", {}, label))),
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
  (document.querySelector("main h1") ?? $("main")).focus();
});
$("log-out").addEventListener("click", () => leave());

/** The session is over: everything of it goes, and the way back is the address. */
async function leave({ keep = false } = {}) {
  abandon();
  shown++;
  for (const dialog of document.querySelectorAll("dialog")) dialog.remove();
  $("main").replaceChildren();
  if (!keep) {
    logOut();
    await logIn("You are logged out. Log in again to go on where you were.");
  }
  enter();
}

function enter() {
  $("whoami").textContent = session.who.login_name;
  if (!location.hash) history.replaceState(null, "", "#/overview");
  refresh();
}

route(ROUTES, show);
onLeave(leave);
await logIn();
enter();

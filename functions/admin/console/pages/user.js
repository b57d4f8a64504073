// One user: profile, security settings, history.

/** @import { PageContext } from "../page.js" */
/** @import { Answer, User } from "../shared/types" */
import { bdi } from "../dom.js";
import { t } from "../language.js";
import { badge, empty, failed, heading, loading, tabs } from "../page.js";
import { explain, SessionLost } from "../refusals.js";
import { roleName } from "../roles.js";
import { to } from "../router.js";
import { admin, whoami } from "../session.js";
import { Problem } from "../shared/api.js";
import { el } from "../shared/dom.js";
import { isLocked } from "../words.js";

/**
 * The arguments of a tab: the user, the version of the answer, the user's path in the API, and `changed(user)`, to be
 * called after every change.
 * @typedef {{ user: User, etag: string | null, path: string, changed: (user: User) => void }} UserContext
 */

/** @typedef {{ draw: (room: HTMLElement, context: UserContext) => void | Promise<void> }} UserTab */

/** @type {[key: string, label: string, load: () => Promise<UserTab>][]} */
const TABS = [
  ["profile", t("tabProfile"), () => import("./user-profile.js")],
  ["security", t("tabSecurity"), () => import("./user-security.js")],
  ["history", t("tabHistory"), () => import("./user-history.js")],
];

/**
 * @param {HTMLElement} place
 * @param {PageContext & { name: string, tab?: string }} context
 */
export async function draw(place, { name, tab = "profile", present }) {
  const [known, , loadTab] = TABS.find(([key]) => key === tab) ?? TABS[0];
  const path = `/users/${encodeURIComponent(name)}`;
  /** @type {(value?: unknown) => void} */
  let ended = () => {};
  const head = el("div", {});
  const room = el("div", {}, loading(5, start));
  const drawHead = (/** @type {Partial<User>} */ user) => redrawHead(head, headOf(user, name, known));
  place.append(head, room);
  drawHead({});
  present();
  let turn = 0;
  await new Promise((resolve) => {
    ended = resolve;
    start();
  });

  async function start() {
    const mine = ++turn;
    if (mine > 1) room.replaceChildren(loading(5, start));
    try {
      /** @type {[UserTab, Answer<User>]} */
      const [part, { body, etag }] = await Promise.all([loadTab(), admin("GET", path)]);
      if (mine !== turn) return;
      drawHead(body);
      await part.draw(room, { user: body, etag, path, changed: drawHead });
    } catch (error) {
      if (error instanceof SessionLost || mine !== turn) return;
      const gone = error instanceof Problem && error.code === "user_not_found";
      if (gone) await drawGone(room, { name, tab: known, path });
      else room.replaceChildren(failed(explain(error), start));
    }
    ended();
  }
}

/**
 * There is no such user. The history of one who was deleted is still kept.
 * @param {HTMLElement} room
 * @param {{ name: string, tab: string, path: string }} user
 */
async function drawGone(room, { name, tab, path }) {
  if (tab === "history") {
    const history = await import("./user-history.js");
    return history.draw(room, { user: { login_name: name }, path });
  }
  const open = el("a", { class: "button", href: to("users", name, "history") }, t("openHistory"));
  room.replaceChildren(empty({ title: t("noSuchUser"), text: t("deletedUserHistory"), actions: [open] }));
}

/**
 * @param {HTMLElement} head
 * @param {HTMLElement[]} content
 */
function redrawHead(head, content) {
  const focused = head.contains(document.activeElement) && document.activeElement?.tagName === "H1";
  head.replaceChildren(...content);
  const title = head.querySelector("h1");
  title?.setAttribute("tabindex", "-1");
  if (focused) title?.focus();
}

/**
 * The head above the tabs, with as much as is known of the user.
 * @param {Partial<User>} user
 * @param {string} name as the address has it
 * @param {string} tab
 */
function headOf(user, name, tab) {
  const title = user.login_name ?? name;
  const lead = [user.alias && bdi(user.alias), user.alias && user.owner ? " · " : null, user.owner && bdi(user.owner)];
  return [
    heading({
      title,
      crumbs: [[t("place_users"), "#/users"]],
      lead: user.alias || user.owner ? lead : null,
      badges: badges(user, title),
    }),
    tabs(
      t("tabsOfUser"),
      TABS.map(([key, label]) => [label, to("users", name, key), key === tab]),
    ),
  ];
}

/**
 * @param {Partial<User>} user
 * @param {string} name
 */
function badges(user, name) {
  return [
    name === whoami().login_name ? badge(t("badgeYou")) : null,
    ...(user.kind === "system" ? [badge(t("badgeSystem")), badge(roleName(user.role))] : []),
    user.status === "disabled" ? badge(t("status_disabled"), "off") : null,
    isLocked(user.locked_until) ? badge(t("badgeLocked"), "bad") : null,
    user.mfa_enabled === undefined
      ? null
      : user.mfa_enabled
        ? badge(t("badgeMfaOn"), "good")
        : badge(t("badgeMfaOff"), "warn"),
  ];
}

// Where an administrator is logged in, on the page of the user, and the end of all these sessions.

/** @import { User } from "../shared/types" */
/** @import { PagedList } from "../table.js" */
import { confirm, toast } from "../dialogs.js";
import { bdi, button, focusHeading } from "../dom.js";
import { t, tp } from "../language.js";
import { section } from "../page.js";
import { admin, goOut } from "../session.js";
import { el } from "../shared/dom.js";
import { mayEndSessions, maySeeSessions, sessionList } from "./session-list.js";
import { isOneself } from "./shut-out.js";

/**
 * The part of the security settings. Null for users who have no sessions, or whose sessions the role may not see.
 * @param {{ user: User, path: string }} context
 */
export function sessionsPart({ user, path }) {
  const { login_name: name, kind, role } = user;
  if (kind !== "system" || !maySeeSessions(name)) return null;
  const none = () => el("p", { class: "soft quiet-empty" }, t("noSessions"));
  const list = sessionList({ name, caption: t("sessionsOf", { name }), none });
  const all = button(t("endAllSessions"), { kind: "small", onclick: () => endAll(user, path, list) });
  const actions = mayEndSessions({ login_name: name, role: role ?? "administrator" }) ? [all] : [];
  list.reload();
  return section({ title: t("userSessions"), lead: t("userSessionsLead"), actions }, list.element);
}

/**
 * @param {User} user
 * @param {string} path
 * @param {PagedList} list
 */
async function endAll(user, path, list) {
  const name = user.login_name;
  const own = isOneself(user);
  const ended = await confirm({
    title: t("endAllAsk", { name }),
    text: el("p", {}, own ? t("endAllOwnText") : tp("endAllText", { name: bdi(name) })),
    action: t("endAllSessions"),
    danger: true,
    work: () => admin("DELETE", `${path}/sessions`),
  });
  if (!ended) return;
  if (own) return goOut();
  toast(t("allSessionsEnded"));
  await list.reload({ quiet: true });
  focusHeading();
}

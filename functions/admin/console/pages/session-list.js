// The list of sessions of administrators, and how one is ended.

/** @import { Answer, ListPage, OpenSession } from "../shared/types" */
/** @import { Column, PagedList } from "../table.js" */
import { confirm, toast } from "../dialogs.js";
import { bdi, button, focusHeading } from "../dom.js";
import { t, tp } from "../language.js";
import { badge } from "../page.js";
import { may, roleName } from "../roles.js";
import { to } from "../router.js";
import { admin, whoami } from "../session.js";
import { Problem, query } from "../shared/api.js";
import { el } from "../shared/dom.js";
import { pagedList, table } from "../table.js";
import { time, timeAgo } from "../words.js";

/**
 * Whether the role may see this administrator's sessions. Everybody sees their own.
 * @param {string} name
 */
export const maySeeSessions = (name) => name === whoami().login_name || may("see_sessions");

/**
 * Whether the role may end this administrator's sessions. Only an owner ends an owner's.
 * @param {Pick<OpenSession, "login_name" | "role">} session
 */
export function mayEndSessions({ login_name: name, role }) {
  if (name === whoami().login_name) return true;
  return may("end_sessions") && (role !== "owner" || may("manage_administrators"));
}

/**
 * The sessions of one administrator, or of all whom the role may see.
 * @param {{ name?: string, caption: string, none: () => HTMLElement }} options
 */
export function sessionList({ name, caption, none }) {
  const columns = [...(name === undefined ? [userColumn] : []), deviceColumn(name !== undefined), ...COLUMNS];
  /** @type {PagedList} */
  const list = pagedList({
    label: t("pagesOfSessions"),
    fetch: async (cursor) => {
      /** @type {Answer<ListPage<OpenSession>>} */
      const { body } = await admin("GET", `/sessions${query({ login_name: name, cursor })}`);
      return body;
    },
    draw: (/** @type {OpenSession[]} */ items) =>
      table({
        caption,
        columns: [...columns, endColumn(() => list.reload({ quiet: true }))],
        items,
      }),
    none,
  });
  return list;
}

/** @type {Column<OpenSession>} */
const userColumn = {
  label: t("sessionUser"),
  kind: "main",
  cell: ({ login_name: name, role }) => [
    el("a", { class: "name", href: to("users", name, "security") }, bdi(name)),
    el("span", { class: "soft" }, roleName(role)),
  ],
};

/**
 * @param {boolean} main whether it heads the card
 * @returns {Column<OpenSession>}
 */
const deviceColumn = (main) => ({
  label: t("sessionDevice"),
  kind: main ? "main" : undefined,
  cell: (session) => [
    bdi(deviceOf(session)),
    " ",
    session.client === "api" ? badge(t("sessionByApi")) : null,
    session.current ? badge(t("sessionCurrent"), "good") : null,
    el("br"),
    el("span", { class: "soft" }, bdi(session.address)),
  ],
});

/** @type {Column<OpenSession>[]} */
const COLUMNS = [
  {
    label: t("sessionStarted"),
    cell: ({ started_at: start, expires_at: end }) => [
      time(start),
      el("br"),
      el("span", { class: "soft" }, tp("sessionUntil", { time: time(end) })),
    ],
  },
  { label: t("sessionSeen"), cell: ({ last_seen_at: at }) => timeAgo(at) },
];

/**
 * @param {() => Promise<void>} again
 * @returns {Column<OpenSession>}
 */
const endColumn = (again) => ({
  label: t("sessionActions"),
  kind: "end",
  unseen: true,
  cell: (session) => (mayEndSessions(session) && !session.current ? endButton(session, again) : null),
});

/** "Firefox 128, Windows", as the browser says of itself. @param {OpenSession} session */
const deviceOf = ({ browser, system }) => [browser, system].filter(Boolean).join(", ") || t("notKnown");

/**
 * @param {OpenSession} session
 * @param {() => Promise<void>} again
 */
function endButton(session, again) {
  const { login_name: name, id } = session;
  const device = deviceOf(session);
  const own = name === whoami().login_name;
  const onclick = async () => {
    const ended = await confirm({
      title: t("endSessionAsk"),
      text: [
        el("p", {}, el("strong", {}, bdi(device)), " · ", bdi(session.address)),
        el("p", {}, own ? t("endOwnSessionText") : tp("endSessionText", { name: el("strong", {}, bdi(name)) })),
      ],
      action: t("endSession"),
      danger: true,
      work: () => end(`/users/${encodeURIComponent(name)}/sessions/${encodeURIComponent(id)}`),
    });
    if (!ended) return;
    toast(t("sessionIsEnded"));
    await again();
    focusHeading();
  };
  return button(t("endSession"), { kind: "small quiet", "aria-label": t("endSessionOf", { name, device }), onclick });
}

/**
 * Ends a session. One that was over is as good as ended.
 * @param {string} path
 */
async function end(path) {
  try {
    await admin("DELETE", path);
  } catch (error) {
    if (!(error instanceof Problem && error.code === "not_found")) throw error;
  }
}

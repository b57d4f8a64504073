// The session of an administrator. The access token lies in a cookie that no script can read, so a reload and other
// tabs go on with it; where the browser takes no such cookie, it lives in this module's memory and ends with the page.

import { button, uid } from "./dom.js";
/** @import { Answer, ListPage, Region, RequestOptions, Session, SessionEndReason } from "./shared/types" */
import { known, language, t } from "./language.js";
import { drawLogin } from "./login.js";
import { choices } from "./preferences.js";
import { SessionLost } from "./refusals.js";
import { learnRegions } from "./regions.js";
import { clock, Problem, request } from "./shared/api.js";
import { $, el } from "./shared/dom.js";
import { mark, onMark, setMark } from "./tabs.js";

const SESSION = "/v1/admin/session";

/** The access token, where the browser took no cookie. @type {string | null} */
let token = null;
/** Counts the sessions of this page. */
let era = 0;
/** The timer of the session's end. @type {number | undefined} */
let expiry;
/** The login under way over the page, or null. @type {Promise<void> | null} */
let renewal = null;
/** Closes the login on show, because another tab has done it. */
let joined = () => {};
/** The last logout, until the server knows of it. @type {Promise<void>} */
let leaving = Promise.resolve();
/** Called when the session ends for good. @type {(how?: { keep?: boolean }) => void} */
let leave = () => {};

/** @type {{ current: Session | null }} */
const session = { current: null };

/** Whether somebody is logged in. Otherwise the login is on show. */
export const isIn = () => session.current !== null;

/** The administrator who is logged in. A page that is drawn after its session has ended gets no further than this. */
export function whoami() {
  if (session.current === null) throw new SessionLost();
  return session.current;
}

/**
 * Only the administrator who sent a request may be shown its answer.
 * @param {string} asker
 */
function mustBeIn(asker) {
  if (whoami().login_name !== asker) throw new SessionLost();
}

/** What proves a request: the token, or the cookie of the administrator whose page this is. */
const proof = () => (token === null ? { page: whoami().login_name } : { token });

/** @param {unknown} error */
const isOver = (error) => error instanceof Problem && error.code === "invalid_token";
/** @param {unknown} error */
const reasonOf = (error) => (error instanceof Problem ? error.body.reason : undefined);

/**
 * A call of the admin API. When the session has ended, it asks to log in again and then repeats the request: the page,
 * and what was typed there, is still below. Throws `SessionLost` if the administrator has left meanwhile, also where
 * somebody else is in: nothing is drawn for them, and nothing is done in their name.
 * @template T
 * @param {string} method
 * @param {string} path below `/v1/admin`
 * @param {RequestOptions} [options]
 * @returns {Promise<Answer<T>>}
 */
export async function admin(method, path, options = {}) {
  const asker = whoami().login_name;
  for (;;) {
    const used = era;
    try {
      return await request(method, `/v1/admin${path}`, { ...options, ...proof() });
    } catch (error) {
      if (!isOver(error)) throw error;
      if (used === era) await renew(reasonOf(error));
    } finally {
      mustBeIn(asker);
    }
  }
}

/**
 * A look at the admin API that the page takes by itself, which keeps no session alive. When the session has ended, the
 * login covers the page, and the look fails. Null where the administrator has left.
 * @template T
 * @param {string} path below `/v1/admin`
 * @returns {Promise<Answer<T> | null>}
 */
export async function peek(path) {
  const asker = session.current?.login_name;
  if (asker === undefined) return null;
  const used = era;
  try {
    /** @type {Answer<T>} */
    const answer = await request("GET", `/v1/admin${path}`, { ...proof(), unattended: true });
    return session.current?.login_name === asker ? answer : null;
  } catch (error) {
    if (isOver(error) && used === era) renew(reasonOf(error)).catch(() => {});
    throw error;
  }
}

/** @param {string} fresh an access token */
async function admit(fresh) {
  await leaving;
  /** @type {Answer<Session>} */
  const { body } = await request("POST", SESSION, { token: fresh, takesCookie: true });
  const kept = await hasCookie(body.login_name);
  await enter(body, kept ? null : fresh);
  if (kept) setMark("in");
}

/** @param {string} name of the administrator */
async function hasCookie(name) {
  try {
    await request("GET", SESSION, { page: name });
    return true;
  } catch (error) {
    if (isOver(error)) return false;
    throw error;
  }
}

/**
 * @param {Session} body
 * @param {string | null} fresh the access token, if there is no cookie
 */
async function enter(body, fresh) {
  const shown = fresh === null ? { page: body.login_name } : { token: fresh };
  /** @type {Answer<ListPage<Region>>} */
  const regions = await request("GET", "/v1/admin/regions", shown);
  token = fresh;
  session.current = body;
  era++;
  learnRegions(regions.body.items);
  clearTimeout(expiry);
  const left = Date.parse(body.expires_at) - clock.now();
  if (left > 0) expiry = setTimeout(() => renew("expired").catch(() => {}), Math.min(left, 2 ** 31 - 1));
  $("door").replaceChildren();
  $("frame").hidden = false;
  $("skip").hidden = false;
}

/** Go on with the session of this browser, after a reload or in another tab. False if there is none. */
export async function resume() {
  if (mark() === "leaving") await endAtServer({ page: "*" });
  if (mark() !== "in") return false;
  try {
    /** @type {Answer<Session>} */
    const { body } = await request("GET", SESSION, { page: "*" });
    await enter(body, null);
    return true;
  } catch {
    return false; // the login says what is wrong
  }
}

/**
 * The first login; resolves when someone is in. `lead` stands above it.
 * @param {string} [lead]
 * @returns {Promise<void>}
 */
export function logIn(lead = t("loginLead")) {
  return new Promise((resolve) => {
    const card = el("main", { class: "card door-card" });
    const brand = $("frame").querySelector(".brand")?.cloneNode(true);
    const header = el("header", { class: "brand" }, brand && [...brand.childNodes]);
    $("door").replaceChildren(el("div", { class: "door" }, header, card, choices()));
    $("frame").hidden = true;
    $("skip").hidden = true;
    document.title = t("loginPage");
    const open = async () => {
      joined = () => {};
      await login.stop();
      resolve();
    };
    const login = drawLogin(card, {
      title: t("logIn"),
      lead,
      async admit(fresh) {
        await admit(fresh);
        await open();
      },
    });
    joined = open;
  });
}

/**
 * Log in again over the page as it is.
 * @param {SessionEndReason} [reason] why the session has ended, if the server says so
 */
function renew(reason) {
  renewal ??= new Promise((resolve, reject) => {
    const before = session.current?.login_name ?? "";
    const card = el("div", { class: "card door-card" });
    const close = openDoor(card);
    const end = () => {
      joined = () => {};
      login.stop();
      close();
      renewal = null;
    };
    const lost = () => {
      end();
      reject(new SessionLost());
    };
    joined = () => {
      if (session.current?.login_name !== before) return lost();
      end();
      resolve();
    };
    const logOutInstead = () => {
      lost();
      leave();
    };
    const login = drawLogin(card, {
      title: t("sessionEnded"),
      lead: language.sentences(reason && known(`sessionEnded_${reason}`), t("sessionEndedLead")),
      name: before,
      extra: [button(t("logOut"), { onclick: logOutInstead })],
      async admit(fresh) {
        await admit(fresh);
        joined();
        if (whoami().login_name !== before) leave({ keep: true });
      },
    });
  });
  return renewal;
}

/**
 * A dialog around the login, which cannot be dismissed; gives what closes it.
 * @param {HTMLElement} card
 */
function openDoor(card) {
  const opener = document.activeElement;
  const dialog = el("dialog", { class: "again", "aria-label": t("logInAgain"), id: uid("again") }, card);
  dialog.addEventListener("cancel", (event) => event.preventDefault());
  document.body.append(dialog);
  dialog.showModal();
  return () => {
    dialog.close();
    dialog.remove();
    if (opener instanceof HTMLElement && opener.isConnected) opener.focus();
  };
}

/**
 * Register what happens when the session ends for good: `{keep: true}` when somebody else is in now.
 * @param {(how?: { keep?: boolean }) => void} handler
 */
export function onLeave(handler) {
  leave = handler;
}

/** The administrator has ended this session as well: the login follows. */
export function goOut() {
  leave();
}

/** Ends the session, in all tabs and at the server. */
export function logOut() {
  if (session.current === null) return;
  const shown = proof();
  forget();
  leaving = endAtServer(shown);
}

function forget() {
  clearTimeout(expiry);
  token = null;
  session.current = null;
  era++;
}

/**
 * Ends the token and takes the cookie away. Without a connection that is done when the console is opened the next time.
 * @param {{ page: string } | { token: string }} shown
 */
async function endAtServer(shown) {
  setMark("leaving");
  try {
    await request("DELETE", SESSION, { ...shown, takesCookie: true });
  } catch (error) {
    if (!isOver(error)) return;
  }
  if (mark() === "leaving") setMark(null);
}

onMark({
  async entered() {
    const before = session.current?.login_name;
    if (!(await resume())) return;
    joined();
    if (before !== undefined && before !== whoami().login_name) leave({ keep: true });
  },
  left() {
    if (session.current === null) return;
    forget();
    joined();
    leave();
  },
});

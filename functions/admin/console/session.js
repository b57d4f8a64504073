// The session of an administrator. The access token lives in this module's memory and nowhere else: after a reload,
// the administrator logs in again.

/** @import { Answer, ListPage, Region, RequestOptions, Session } from "./shared/types" */
import { button, uid } from "./dom.js";
import { drawLogin } from "./login.js";
import { SessionLost } from "./refusals.js";
import { learnRegions } from "./regions.js";
import { clock, Problem, request } from "./shared/api.js";
import { $, el } from "./shared/dom.js";

/** @type {string | null} */
let token = null;
/** The timer of the session's end. @type {number | undefined} */
let expiry;
/** The login under way over the page, or null. @type {Promise<void> | null} */
let renewal = null;
/** Called when the session ends for good. @type {(how?: { keep?: boolean }) => void} */
let leave = () => {};

/** @type {{ current: Session | null }} */
const session = { current: null };

/** The administrator who is logged in. Only pages on show may call this: then there is one. */
export function whoami() {
  if (session.current === null) throw new TypeError("nobody is logged in");
  return session.current;
}

/**
 * A call of the admin API. When the session has ended, it asks to log in again and then repeats the request: the page,
 * and what was typed there, is still below.
 * @template T
 * @param {string} method
 * @param {string} path below `/v1/admin`
 * @param {RequestOptions} [options]
 * @returns {Promise<Answer<T>>}
 */
export async function admin(method, path, options = {}) {
  for (;;) {
    const used = token;
    try {
      return await request(method, `/v1/admin${path}`, { ...options, token });
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== "invalid_token") throw error;
      if (used === token) await renew();
    }
  }
}

/**
 * A look at the admin API beside what the person does: it never asks to log in. Null where nobody is logged in.
 * @template T
 * @param {string} path below `/v1/admin`
 * @returns {Promise<Answer<T> | null>}
 */
export async function peek(path) {
  return token === null ? null : request("GET", `/v1/admin${path}`, { token });
}

/** @param {string} fresh an access token */
async function admit(fresh) {
  /** @type {Answer<Session>} */
  const { body } = await request("GET", "/v1/admin/session", { token: fresh });
  /** @type {Answer<ListPage<Region>>} */
  const regions = await request("GET", "/v1/admin/regions", { token: fresh });
  token = fresh;
  session.current = body;
  learnRegions(regions.body.items);
  clearTimeout(expiry);
  const left = Date.parse(body.expires_at) - clock.now();
  if (left > 0) expiry = setTimeout(() => renew().catch(() => {}), Math.min(left, 2 ** 31 - 1));
}

/**
 * The first login; resolves when someone is in. `lead` stands above it.
 * @param {string} [lead]
 * @returns {Promise<void>}
 */
export function logIn(lead = "Enter the login name and password of a system user.") {
  return new Promise((resolve) => {
    const card = el("main", { class: "card door-card" });
    const brand = $("frame").querySelector(".brand")?.cloneNode(true);
    const header = el("header", { class: "brand" }, brand && [...brand.childNodes]);
    $("door").replaceChildren(el("div", { class: "door" }, header, card));
    $("frame").hidden = true;
    $("skip").hidden = true;
    document.title = "Log in · MFA console";
    drawLogin(card, {
      title: "Log in",
      lead,
      async admit(fresh) {
        await admit(fresh);
        $("door").replaceChildren();
        $("frame").hidden = false;
        $("skip").hidden = false;
        resolve();
      },
    });
  });
}

/** Log in again over the page as it is. */
function renew() {
  renewal ??= new Promise((resolve, reject) => {
    const before = session.current?.login_name ?? "";
    const card = el("div", { class: "card door-card" });
    const close = openDoor(card);
    const end = () => {
      close();
      renewal = null;
    };
    const logOutInstead = () => {
      end();
      reject(new SessionLost());
      leave();
    };
    drawLogin(card, {
      title: "Your session has ended",
      lead: "Log in again to go on where you were. What you have typed is still there.",
      name: before,
      extra: [button("Log out", { onclick: logOutInstead })],
      async admit(fresh) {
        await admit(fresh);
        end();
        if (whoami().login_name === before) return resolve();
        reject(new SessionLost());
        return leave({ keep: true });
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
  const dialog = el("dialog", { class: "again", "aria-label": "Log in again", id: uid("again") }, card);
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

/** Ends the session, also at the server. Without a connection its token stays valid until it expires. */
export function logOut() {
  clearTimeout(expiry);
  if (token) request("DELETE", "/v1/admin/session", { token }).catch(() => {});
  token = null;
  session.current = null;
}

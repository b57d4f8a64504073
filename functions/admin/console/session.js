// Who is logged in. The access token lives in this module's memory and nowhere else: a reload asks to log in again.

import { clock, Problem, request, SessionLost } from "./api.js";
import { $, button, el, uid } from "./dom.js";
import { drawLogin } from "./login.js";
import { learnRegions } from "./regions.js";

let token = null;
let expiry = null; // the timer of the session's end
let renewal = null; // the one login under way over the page, or null
let leave = () => {}; // what to do when the person does not log in again, or somebody else does

/** What `GET /v1/admin/session` says, or null. */
export const session = { who: null };

/**
 * A call of the admin API; `{body, etag}`. When the session has ended, it asks to log in again and then goes on as if
 * nothing had happened: the page, and what was typed there, is still below.
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

async function admit(fresh) {
  const { body } = await request("GET", "/v1/admin/session", { token: fresh });
  const regions = await request("GET", "/v1/admin/regions", { token: fresh });
  token = fresh;
  session.who = body;
  learnRegions(regions.body.items);
  clearTimeout(expiry);
  const left = Date.parse(body.expires_at) - clock.now();
  if (left > 0) expiry = setTimeout(() => renew().catch(() => {}), Math.min(left, 2 ** 31 - 1));
}

/** The first login; resolves when someone is in. `said` are words above it. */
export function logIn(said = "Enter the login name and password of a system user.") {
  return new Promise((resolve) => {
    const card = el("main", { class: "card door-card" });
    $("door").replaceChildren(
      el(
        "div",
        { class: "door" },
        el("header", { class: "brand" }, ...$("frame").querySelector(".brand").cloneNode(true).children),
        card,
      ),
    );
    $("frame").hidden = true;
    $("skip").hidden = true;
    document.title = "Log in · MFA console";
    drawLogin(card, {
      title: "Log in",
      lead: said,
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
    const before = session.who?.login_name ?? "";
    const opener = document.activeElement;
    const card = el("div", { class: "card door-card" });
    const id = uid("again");
    const dialog = el("dialog", { class: "again", "aria-label": "Log in again", id }, card);
    const end = (settle) => {
      dialog.close();
      dialog.remove();
      if (opener?.isConnected) opener.focus();
      renewal = null;
      settle();
    };
    dialog.addEventListener("cancel", (event) => event.preventDefault());
    document.body.append(dialog);
    dialog.showModal();
    drawLogin(card, {
      title: "Your session has ended",
      lead: "Log in again to go on where you were. What you have typed is still there.",
      name: before,
      extra: [
        button("Log out", {
          onclick: () =>
            end(() => {
              reject(new SessionLost());
              leave();
            }),
        }),
      ],
      async admit(fresh) {
        await admit(fresh);
        end(() => {
          if (session.who.login_name === before) return resolve();
          reject(new SessionLost());
          return leave({ keep: true });
        });
      },
    });
  });
  return renewal;
}

/** Register what happens when the session ends for good: `{keep: true}` when somebody else is in now. */
export function onLeave(handler) {
  leave = handler;
}

export function logOut() {
  clearTimeout(expiry);
  token = null;
  session.who = null;
}

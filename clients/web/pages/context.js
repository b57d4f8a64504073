// What every page is given.

/** @import { PageLanguage } from "./words.js" */
/** @import { Router } from "./router.js" */
import { Api } from "../service.js";
import { baseOf } from "../shared/api.js";

/**
 * Who is logged in. The access token is in this page's memory only: a reload asks for a login again.
 * @typedef {{ token: string, loginName: string, amr: string[], expiresAt: number }} Session
 */

/**
 * @typedef {object} Context
 * @property {Api} api
 * @property {PageLanguage} language
 * @property {Session | null} session null until a login; a page that needs one calls `askForLogin`
 * @property {Router} router
 * @property {Record<string, string>} links tokens of links that were followed: `invitation`, `reset`
 * @property {(text: string) => void} title set the window's title
 * @property {(session: Session) => void} loggedIn a login has ended well: go on to the page that asked for it
 * @property {(back?: string) => void} askForLogin show the login, and afterwards the page of this name
 * @property {() => void} signOut forget the access token
 */

/** The API that serves these pages. It repeats a call by itself if the answer was lost. */
export const api = new Api({ base: baseOf(location.pathname), retries: 1 });

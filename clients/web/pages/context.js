// What every page is given.

/** @import { PageLanguage } from "./words.js" */
/** @import { Router } from "./router.js" */
import { Api } from "../service.js";
import { baseOf } from "../shared/api.js";

/**
 * Who is logged in. The access token is in this page's memory only: a reload asks for a login again.
 * `at` is when the login ended, in milliseconds, and `trusted` that a trusted device stood in for the second factor.
 * @typedef {{ token: string, loginName: string, amr: string[], at: number, trusted: boolean,
 *   expiresAt: number }} Session
 */

/** The words of a page, by their keys. @typedef {keyof PageLanguage["strings"] & string} Key */

/**
 * Why a login is asked for: the key of the words. `fresh`: a trusted device does not stand in for the second factor.
 * @typedef {{ text: Key, kind?: "info" | "warning", fresh?: boolean }} Why
 */

/**
 * @typedef {object} Context
 * @property {Api} api
 * @property {PageLanguage} language
 * @property {Session | null} session null until a login; a page that needs one calls `askForLogin`
 * @property {string | null} loginName whose login has ended, until they sign out
 * @property {Router} router
 * @property {Record<string, string>} links tokens of links that were followed: `invitation`, `reset`, `action`
 * @property {(text: string) => void} title set the window's title
 * @property {(session: Session) => void} loggedIn a login has ended well: go on to the page that asked for it
 * @property {(why?: Why) => Promise<void>} askForLogin show the login, and afterwards the page at hand again
 * @property {Why | null} why why a login is asked for, if it was not the person's own wish
 * @property {(name: string, said: Key | null) => Promise<void>} goWith go to a page, which says what was done
 * @property {Key | null} said what was done, until a page has said it
 * @property {() => void} signOut forget the access token
 */

/** The API that serves these pages. It repeats a call by itself if the answer was lost. */
export const api = new Api({ base: baseOf(location.pathname), retries: 1 });

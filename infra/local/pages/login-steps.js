// The steps that only a login has: the name and password, and the access token at the end.

/** @import { Approved, Authenticated } from "./shared/types" */
import * as draw from "./login-screen.js";
import { checkSignature, decode } from "./login-token.js";
import { describe, fieldError, input, setLabel } from "./passcode-fields.js";
import { notice, screen } from "./passcode-screen.js";
import { forgetSession, state } from "./passcode-state.js";
import { dropChallenge, forgetAll, go } from "./passcode-steps.js";
import { $, announce } from "./shared/dom.js";

/** An answer that has the access token. @typedef {Authenticated | Approved} Granted */

/** Begin again, with nothing known but the name. */
export function start() {
  forgetAll();
  input("password").value = "";
  peek(false);
  for (const id of ["token-raw", "token-claims", "token-header"]) $(id).replaceChildren();
  go("login", input("login-name").value ? $("password") : $("login-name"));
}

/** Take away what was wrong with the name and the password. */
export function clearLoginErrors() {
  fieldError("login-name", "");
  fieldError("password", "");
  describe($("login-name"), "password-error", false);
}

/**
 * Show the password, or hide it.
 * @param {boolean} on
 */
export function peek(on) {
  input("password").type = on ? "text" : "password";
  $("peek").setAttribute("aria-pressed", String(on));
  setLabel($("peek"), on ? "Hide" : "Show");
}

/** The MFA token is over: begin again, and say why. */
export function sessionOver() {
  start();
  notice(
    {
      kind: "warning",
      title: "Your login took too long",
      text: "To keep your account safe it was ended. Enter your password to log in again.",
      offers: [],
    },
    { silent: true },
  );
  announce("Your login took too long and was ended. Enter your password to log in again.");
}

/** Forget the access token. */
export function signOut() {
  start();
  notice({ kind: "info", text: "You are signed out." }, { silent: true });
  announce("You are signed out.");
}

/** Give the login up. */
export function cancel() {
  start();
  notice({ kind: "info", text: "The login was cancelled." }, { silent: true });
  announce("The login was cancelled.");
}

/**
 * The login has succeeded: show its token.
 * @param {Granted} answer
 * @param {string} name
 */
export function finish(answer, name) {
  dropChallenge();
  forgetSession();
  state.token = answer.token;
  input("code").value = "";
  for (const slot of ["main", "delivery", "session"]) screen.clear(slot);
  const decoded = decode(answer.token);
  draw.drawToken(decoded, { name, lasts: answer.expires_in });
  go("token");
  checkSignature(decoded).then((signature) => {
    if (state.token === answer.token) draw.drawSignature(signature);
  });
}

// Goes on with the login that a reload, or a visit to another page, has interrupted. Nothing is sent for it.

import { opened } from "./login-passcode.js";
import { poll } from "./login-requests.js";
import { kept, keys, passwordChecked, state } from "./login-state.js";
import { afterLock, choosePhone, lock, sessionOver, start } from "./login-steps.js";
import { clock } from "./shared/api.js";

/** Show the step that was shown last, or the first one. */
export function resume() {
  const before = kept.read();
  if (before === null) return start();
  clock.offset = before.offset;
  if (Date.parse(before.login.expires_at) <= clock.now()) return sessionOver();
  passwordChecked(before.login);
  keys.turn = before.turn;
  state.phoneId = before.phoneId;
  if (before.step === "locked") return stillLocked(before.lockEnd);
  if (before.challenge === null) return choosePhone();
  if (before.step === "code") opened(before.challenge, false);
  else {
    state.challenge = before.challenge;
    choosePhone();
  }
  poll(); // what became of it meanwhile
}

/** @param {number | null} until */
function stillLocked(until) {
  if (until !== null && until <= clock.now()) afterLock();
  else lock(until === null ? null : new Date(until).toISOString());
}

// Goes on with the second step that a reload, or a visit to another page, has interrupted. Nothing is sent for it.

import { purpose } from "./passcode-purpose.js";
import { poll } from "./passcode-requests.js";
import { opened } from "./passcode-sends.js";
import { kept, keys, sessionOpened, state } from "./passcode-state.js";
import { afterLock, choosePhone, lock } from "./passcode-steps.js";
import { clock } from "./shared/api.js";

/** Show the step that was shown last, or the first one. */
export function resume() {
  const before = kept.read();
  if (before === null) return purpose.start();
  clock.offset = before.offset;
  const over = Date.parse(before.session.expires_at) <= clock.now();
  sessionOpened(before.session);
  keys.turn = before.turn;
  if (purpose.resume(before.step)) return;
  if (over) return purpose.sessionOver();
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

// Goes on with the second step that a reload, or a visit to another page, has interrupted. Nothing is sent for it.

/** @import { Flow } from "./flow.js" */
import { clock } from "../shared/api.js";
import { poll } from "./requests.js";
import { opened } from "./sends.js";
import { afterLock, askForOwn, choose, go, lock } from "./steps.js";

/**
 * Show the step that was shown last, or the first one.
 * @param {Flow} flow
 */
export function resume(flow) {
  const before = flow.kept.read();
  if (before === null) return flow.purpose.start(flow);
  clock.offset = before.offset;
  flow.sessionOpened(before.session);
  flow.keys.turn = before.turn;
  if (Date.parse(before.session.expires_at) <= clock.now()) return flow.purpose.sessionOver(flow);
  Object.assign(flow.state, { phoneId: before.phoneId, method: before.method });
  if (before.step === "locked") return stillLocked(flow, before.lockEnd);
  if (before.challenge && before.step === "code") opened(flow, before.challenge, false);
  else {
    flow.state.challenge = before.challenge;
    if (before.step === "own") askForOwn(flow, before.method);
    else choose(flow);
  }
  poll(flow); // what became of it meanwhile
}

/**
 * @param {Flow} flow
 * @param {number | null} until
 */
function stillLocked(flow, until) {
  if (until !== null && until <= clock.now()) afterLock(flow);
  else lock(flow, until === null ? null : new Date(until).toISOString());
}

/**
 * Draw everything anew, in another language. What was typed stays.
 * @param {Flow} flow
 * @param {Map<string, string>} typed by the ids of the fields
 */
export function redraw(flow, typed) {
  const { challenge, session } = flow.state;
  if (session && flow.step === "code" && challenge) opened(flow, challenge, false);
  else if (session && flow.step === "own") askForOwn(flow, flow.state.method);
  else if (flow.step === "locked")
    lock(flow, flow.state.lockEnd === null ? null : new Date(flow.state.lockEnd).toISOString());
  else if (session && flow.step === "choose") choose(flow);
  else if (flow.step === flow.purpose.first && !session) flow.purpose.start(flow);
  else go(flow, flow.step);
  for (const [id, value] of typed) flow.input(id).value = value;
}

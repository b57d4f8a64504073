// Sends a passcode, and verifies it or a code of the person's own.

/** @import { Challenge, Channel } from "../shared/types" */
/** @import { Flow } from "./flow.js" */
import { readPasscode } from "../shared/words.js";
import { passcodeFromMessage } from "./autofill.js";
import { troubles } from "./challenge.js";
import { deviceName } from "./devices.js";
import * as draw from "./drawing.js";
import { fieldError } from "./fields.js";
import { act, poll } from "./requests.js";
import { clear, notice } from "./screen.js";
import { closeHelp, go } from "./steps.js";
import { hint, sentAgain } from "./wording.js";

const POLL_AFTER_S = [5, 10, 20, 40]; // how long after a send to ask what became of it

/** The body of a request that sends. @typedef {{ phone_id?: string, channel?: Channel }} SendBody */

/**
 * Send a passcode to the phone that is chosen.
 * @param {Flow} flow
 * @param {Element} [button]
 * @param {Channel} [channel]
 */
export function sendToChosen(flow, button = flow.$("send"), channel = draw.channelsOf(flow)[0]) {
  const chosen = flow.root.querySelector('[name="phone"]:checked');
  if (!(chosen instanceof HTMLInputElement)) return;
  flow.state.phoneId = chosen.value;
  send(flow, button, { phone_id: chosen.value, channel });
}

/**
 * Reach the phone another way: the one that is chosen, or the one the last passcode went to.
 * @param {Flow} flow
 * @param {Element} button
 * @param {Channel} channel
 */
export function sendBy(flow, button, channel) {
  if (flow.step === "choose") sendToChosen(flow, button, channel);
  else send(flow, button, { channel });
}

/**
 * Send a passcode: of the challenge there is, or of a new one.
 * @param {Flow} flow
 * @param {Element} button
 * @param {SendBody} [body]
 */
export function send(flow, button, body = {}) {
  const { challenge } = flow.state;
  const locale = flow.language.tag;
  const again = challenge !== null && !(challenge.channel === "email" && body.phone_id);
  const channel = body.channel ?? challenge?.channel;
  const label = flow.text(channel === "voice" ? "calling" : "sending");
  act(flow, again ? "resend" : "send", button, label, async (signal) => {
    const { mfa_token: token } = flow.current;
    const action = `${again ? challenge.id : "new"} ${JSON.stringify(body)}`;
    const answer = await flow.keys.around(action, (key) =>
      again
        ? flow.api.resend(token, challenge.id, body, { key, signal }) // in the language of the first message
        : flow.api.startChallenge(token, { phone_id: "", ...body, locale }, { key, signal }),
    );
    opened(flow, answer, again);
  });
}

/**
 * Send a passcode to the contact email.
 * @param {Flow} flow
 * @param {Element} button
 */
export function sendEmail(flow, button) {
  act(flow, "email", button, flow.text("sending"), async (signal) => {
    const { mfa_token: token } = flow.current;
    opened(flow, await flow.keys.around("email", (key) => flow.api.startRecovery(token, { key, signal })), false);
  });
}

/**
 * A passcode is on its way: show the form for it.
 * @param {Flow} flow
 * @param {Challenge} answer
 * @param {boolean} again
 */
export function opened(flow, answer, again) {
  flow.state.challenge = answer;
  flow.state.blockedUntil = null;
  flow.spoken.clear();
  clear(flow, "main", "delivery");
  flow.input("code").value = "";
  closeHelp(flow);
  fieldError(flow, "code", "");
  draw.drawForm(flow, "open");
  draw.drawChallenge(flow, answer);
  go(flow, "code", flow.$("code"));
  if (again) notice(flow, sentAgain(flow, answer), { silent: true });
  troubles(flow, answer);
  flow.polls.plan(() => poll(flow), ...POLL_AFTER_S);
  listenForPasscode(flow, answer);
}

/**
 * The fault of a passcode as it was typed, or empty.
 * @param {Flow} flow
 * @param {string} text
 * @param {Challenge} of
 */
function passcodeFault(flow, text, of) {
  const { digits, prefix } = readPasscode(text);
  const where = hint(flow);
  if (!text.trim()) return flow.sentences(flow.text("enterPasscode"), where);
  if (digits === null) return flow.sentences(flow.text("notDigits"), where);
  if (prefix === null || prefix === of.prefix) return "";
  return flow.sentences(flow.text("otherMessage", { prefix }), where);
}

/**
 * Verify the passcode that was typed.
 * @param {Flow} flow
 */
export function verify(flow) {
  const { challenge } = flow.state;
  const input = flow.input("code");
  if (flow.oneAtATime.busy || input.disabled || !challenge) return;
  clear(flow, "main");
  const wrong = passcodeFault(flow, input.value, challenge);
  fieldError(flow, "code", wrong);
  if (wrong) {
    input.focus();
    return input.select();
  }
  const code = readPasscode(input.value).digits ?? "";
  const body = { code, ...trust(flow, "code-trust") };
  act(flow, "verify", flow.$("verify"), flow.text("verifying"), async (signal) => {
    const { mfa_token: token } = flow.current;
    const answer = await flow.keys.around(`verify ${challenge.id} ${code}`, (key) =>
      flow.api.verify(token, challenge.id, body, { key, signal }),
    );
    flow.purpose.approved(flow, answer);
  });
}

/**
 * Verify the code of an authenticator app, a recovery code or a temporary code.
 * @param {Flow} flow
 */
export function verifyOwn(flow) {
  const { method } = flow.state;
  const input = flow.input("own");
  if (flow.oneAtATime.busy) return;
  clear(flow, "main");
  const typed = input.value.normalize("NFKC").trim();
  const code = method === "totp" ? typed.replace(/[\s\p{Cf}\p{Pd}]/gu, "") : typed;
  const wrong = code === "" ? "enterCode" : method === "totp" && !/^\d{6}$/.test(code) ? "notSixDigits" : null;
  fieldError(flow, "own", wrong ? flow.text(wrong) : "");
  if (wrong) {
    input.focus();
    return input.select();
  }
  const body = { method, code, ...trust(flow, "own-trust") };
  act(flow, "own", flow.$("own-verify"), flow.text("verifying"), async (signal) => {
    const { mfa_token: token } = flow.current;
    const answer = await flow.keys.around(`own ${method} ${code}`, (key) =>
      flow.api.verifyFactor(token, body, { key, signal }),
    );
    flow.purpose.approved(flow, answer);
  });
}

/**
 * The wish that this device be trusted.
 * @param {Flow} flow
 * @param {string} id of the box
 */
function trust(flow, id) {
  if (!flow.current.trusted_device_days || !flow.input(id).checked) return {};
  return { trust_device: true, device_name: deviceName() || undefined };
}

/**
 * @param {Flow} flow
 * @param {Challenge} of
 */
async function listenForPasscode(flow, of) {
  flow.state.listening?.abort();
  if (of.channel === "email") return;
  const mine = new AbortController();
  flow.state.listening = mine;
  const code = await passcodeFromMessage(mine.signal);
  if (code === null || flow.step !== "code" || flow.input("code").disabled) return;
  flow.input("code").value = code;
  flow.announce(flow.text("filledIn"));
}

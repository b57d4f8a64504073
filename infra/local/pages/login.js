// A login, from the name and password to the access token: what each button and each form does.

/** @import { Authenticated, Channel, MfaRequired } from "./shared/types" */
import { closeOver } from "./login-challenge.js";
import { atEnd, resendLeft, tick } from "./login-countdowns.js";
import { copy, rememberedName } from "./login-device.js";
import { fieldError, input } from "./login-dom.js";
import { send, sendBy, sendEmail, sendToChosen, verify } from "./login-passcode.js";
import { act, call, poll } from "./login-requests.js";
import { resume } from "./login-resume.js";
import { screen } from "./login-screen.js";
import { action, passwordChecked, polls, state } from "./login-state.js";
import {
  afterLock,
  cancel,
  choosePhone,
  clearLoginErrors,
  dropChallenge,
  finish,
  go,
  goOn,
  lock,
  peek,
  revisit,
  sessionOver,
  signOut,
  start,
} from "./login-steps.js";
import { clock } from "./shared/api.js";
import { $, announce, isDisabled } from "./shared/dom.js";
import { duration, readPasscode } from "./shared/words.js";

function logIn() {
  const [name, password] = [input("login-name").value, input("password").value];
  if (action.busy) return;
  clearLoginErrors();
  screen.clear();
  if (!password) fieldError("password", "Enter your password.");
  if (!name.trim()) fieldError("login-name", "Enter your login name.");
  if (!name.trim()) return $("login-name").focus();
  if (!password) return $("password").focus();
  const work = async (/** @type {AbortSignal} */ signal) => {
    /** @type {MfaRequired | Authenticated} */
    const answer = await call("POST", "/v1/login", { body: { login_name: name, password }, signal });
    rememberedName.remember(input("remember").checked ? name.trim() : null);
    input("password").value = "";
    peek(false);
    if (answer.status === "authenticated") return finish(answer, name.trim());
    dropChallenge();
    passwordChecked({ ...answer, name: name.trim() });
    if (answer.locked_until && Date.parse(answer.locked_until) > clock.now()) return lock(answer.locked_until);
    choosePhone();
  };
  act("login", $("login-submit"), "Logging in…", work, logIn);
}

async function copyToken() {
  const copied = await copy(state.token ?? "");
  if (!copied) {
    $("token-raw").closest("details")?.setAttribute("open", "");
    getSelection()?.selectAllChildren($("token-raw")); // ready to be copied by hand
  }
  $("copy").textContent = copied ? "Copied" : "Selected above";
  announce(copied ? "The token was copied." : "The token is selected, ready to be copied.");
  setTimeout(() => {
    $("copy").textContent = "Copy token";
  }, 3000);
}

/** By the `data-do` of a button. @type {Record<string, (button: HTMLElement) => void>} */
const ACTIONS = {
  restart: () => start(),
  cancel,
  "back-to-phones": () => choosePhone(),
  "another-phone": () => choosePhone(),
  "enter-code": () => (state.challenge ? go("code", $("code")) : choosePhone()),
  resend: (button) => send(button),
  way: (button) => sendBy(button, /** @type {Channel} */ (button.dataset.channel)),
  call: (button) => sendBy(button, "voice"),
  email: (button) => sendEmail(button),
  retry: (button) => state.retry?.(button),
  "start-over": () => choosePhone(),
  "go-on": goOn,
  "after-lock": () => afterLock(),
  "sign-out": signOut,
};

document.addEventListener("click", ({ target }) => {
  const button = target instanceof Element ? target.closest("[data-do]") : null;
  if (!(button instanceof HTMLElement)) return;
  if (isDisabled(button)) refuseForNow(button);
  else ACTIONS[button.dataset.do ?? ""]?.(button);
});

/**
 * Say why a button does nothing yet.
 * @param {HTMLElement} button
 */
function refuseForNow(button) {
  const left = resendLeft(clock.now());
  if (left !== null && button.id !== "locked-again") announce(`You can send another passcode in ${duration(left)}.`);
  else if (state.lockEnd !== null) announce(`You can try again in ${duration(state.lockEnd - clock.now())}.`);
}

/**
 * @param {string} id
 * @param {() => void} submit
 */
function onSubmit(id, submit) {
  $(id).addEventListener("submit", (event) => {
    event.preventDefault();
    if (!action.busy) submit();
  });
}

onSubmit("login-form", logIn);
onSubmit("phones-form", () => (isDisabled($("phones-submit")) ? refuseForNow($("phones-submit")) : sendToChosen()));
onSubmit("code-form", verify);
$("peek").addEventListener("click", () => peek(input("password").type === "password"));
$("copy").addEventListener("click", copyToken);
$("code").addEventListener("input", () => fieldError("code", ""));
$("code").addEventListener("paste", (event) => {
  // The whole message, or a code with blanks in it, becomes the digits, unless they belong to another message.
  const pasted = readPasscode(event.clipboardData?.getData("text") ?? "");
  if (pasted.digits === null || (pasted.prefix !== null && pasted.prefix !== state.challenge?.prefix)) return;
  event.preventDefault();
  fieldError("code", "");
  input("code").value = pasted.digits;
});
document.addEventListener("visibilitychange", () => {
  if (document.hidden) polls.stop();
  else if (state.challenge && screen.step === "code") polls.plan(poll, 0, 10);
  tick();
});
window.addEventListener("online", () => {
  if (screen.slot("main")?.querySelector('[data-do="retry"]')) announce("You are online again. You can try again now.");
});
window.addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  if (state.token !== null)
    start(); // a page brought back by the browser's Back must not show an old token
  else resume();
});
window.addEventListener("popstate", ({ state: at }) => revisit(at?.step ?? "login"));

const name = rememberedName.recall();
if (name) {
  input("login-name").value = name;
  input("remember").checked = true;
}
atEnd({ session: sessionOver, challenge: closeOver });
resume();
setInterval(tick, 500);

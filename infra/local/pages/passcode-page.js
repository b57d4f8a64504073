// Answers the buttons, the forms, a pasted code and the window that comes back, on every page with passcodes.

/** @import { Channel } from "./shared/types" */
import { closeOver } from "./passcode-challenge.js";
import { atEnd, resendLeft, tick } from "./passcode-countdowns.js";
import { fieldError, input } from "./passcode-fields.js";
import { purpose } from "./passcode-purpose.js";
import { poll } from "./passcode-requests.js";
import { resume } from "./passcode-resume.js";
import { screen } from "./passcode-screen.js";
import { send, sendBy, sendEmail, sendToChosen, verify } from "./passcode-sends.js";
import { kept, oneAtATime, polls, state } from "./passcode-state.js";
import { afterLock, choosePhone, go, goOn, revisit } from "./passcode-steps.js";
import { clock } from "./shared/api.js";
import { $, announce, isDisabled } from "./shared/dom.js";
import { duration, readPasscode } from "./shared/words.js";

/** The work of buttons, by their `data-do`. @typedef {Record<string, (button: HTMLElement) => void>} Buttons */

/** @type {Buttons} */
const BUTTONS = {
  restart: () => purpose.start(),
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
};

/**
 * Begin, or go on where a reload has interrupted. `keptAs` names the place in the tab's storage.
 * @param {string} keptAs
 * @param {Buttons} buttons the page's own
 */
export function run(keptAs, buttons) {
  kept.name = keptAs;
  listenToButtons({ ...BUTTONS, ...buttons });
  listenToForms();
  listenToWindow();
  atEnd(closeOver);
  resume();
  setInterval(tick, 500);
}

/** @param {Buttons} buttons */
function listenToButtons(buttons) {
  document.addEventListener("click", ({ target }) => {
    const button = target instanceof Element ? target.closest("[data-do]") : null;
    if (!(button instanceof HTMLElement)) return;
    if (isDisabled(button)) refuseForNow(button);
    else buttons[button.dataset.do ?? ""]?.(button);
  });
}

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
export function onSubmit(id, submit) {
  $(id).addEventListener("submit", (event) => {
    event.preventDefault();
    if (!oneAtATime.busy) submit();
  });
}

function listenToForms() {
  onSubmit("phones-form", () => (isDisabled($("phones-submit")) ? refuseForNow($("phones-submit")) : sendToChosen()));
  onSubmit("code-form", verify);
  $("code").addEventListener("input", () => fieldError("code", ""));
  $("code").addEventListener("paste", (event) => {
    // The whole message, or a code with blanks in it, becomes the digits, unless they belong to another message.
    const pasted = readPasscode(event.clipboardData?.getData("text") ?? "");
    if (pasted.digits === null || (pasted.prefix !== null && pasted.prefix !== state.challenge?.prefix)) return;
    event.preventDefault();
    fieldError("code", "");
    input("code").value = pasted.digits;
  });
}

function listenToWindow() {
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) polls.stop();
    else if (state.challenge && screen.step === "code") polls.plan(poll, 0, 10);
    tick();
  });
  window.addEventListener("online", () => {
    if (screen.slot("main")?.querySelector('[data-do="retry"]'))
      announce("You are online again. You can try again now.");
  });
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    // A page brought back by the browser's Back must not show an old token.
    if (state.token !== null) purpose.start();
    else resume();
  });
  window.addEventListener("popstate", ({ state: at }) => revisit(at?.step ?? purpose.first));
}

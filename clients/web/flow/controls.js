// Answers the buttons, the forms, a pasted code and the window that comes back.

/** @import { Channel, FactorMethod } from "../shared/types" */
/** @import { Flow } from "./flow.js" */
import { clock } from "../shared/api.js";
import { isDisabled } from "../shared/dom.js";
import { readPasscode } from "../shared/words.js";
import { resendLeft, tick } from "./countdowns.js";
import { fieldError } from "./fields.js";
import { poll } from "./requests.js";
import { resume } from "./resume.js";
import { slot } from "./screen.js";
import { send, sendBy, sendEmail, sendToChosen, verify, verifyOwn } from "./sends.js";
import { afterLock, askForOwn, back, choose, go, goOn, revisit } from "./steps.js";

const TICK_MS = 500;

/** The work of buttons, by their `data-do`. @type {Record<string, (flow: Flow, button: HTMLElement) => void>} */
const BUTTONS = {
  back,
  restart: (flow) => flow.purpose.start(flow),
  cancel: (flow) => flow.purpose.cancel(flow),
  choose,
  "another-phone": choose,
  "start-over": choose,
  "enter-code": (flow) => (flow.state.challenge ? go(flow, "code", flow.$("code")) : choose(flow)),
  resend: (flow, button) => send(flow, button),
  way: takeWay,
  own: takeWay,
  call: (flow, button) => sendBy(flow, button, "voice"),
  email: sendEmail,
  retry: (flow, button) => flow.state.retry?.(button),
  "go-on": goOn,
  "after-lock": afterLock,
};

/**
 * @param {Flow} flow
 * @param {HTMLElement} button
 */
function takeWay(flow, button) {
  const way = button.dataset.way ?? "";
  if (["totp", "recovery_code", "temporary_code"].includes(way)) askForOwn(flow, /** @type {FactorMethod} */ (way));
  else sendBy(flow, button, /** @type {Channel} */ (way));
}

/**
 * Listen to the component and to the window; the answer ends the latter.
 * @param {Flow} flow
 */
export function listen(flow) {
  flow.root.addEventListener("click", ({ target }) => {
    const button = target instanceof Element ? target.closest("[data-do]") : null;
    if (!(button instanceof HTMLElement)) return;
    const name = button.dataset.do ?? "";
    if (isDisabled(button)) refuseForNow(flow, button);
    else (flow.purpose.buttons[name] ?? BUTTONS[name])?.(flow, button);
  });
  return listenToWindow(flow);
}

/**
 * Listen to the forms. They are new after a change of the language.
 * @param {Flow} flow
 */
export function listenToForms(flow) {
  onSubmit(flow, "choose-form", () =>
    isDisabled(flow.$("send")) ? refuseForNow(flow, flow.$("send")) : sendToChosen(flow),
  );
  onSubmit(flow, "code-form", () => verify(flow));
  onSubmit(flow, "own-form", () => verifyOwn(flow));
  for (const [id, submit] of Object.entries(flow.purpose.forms)) onSubmit(flow, id, () => submit(flow));
  for (const id of ["code", "own"]) flow.$(id).addEventListener("input", () => fieldError(flow, id, ""));
  flow.$("code").addEventListener("paste", (event) => {
    // The whole message, or a code with blanks in it, becomes the digits, unless they belong to another message.
    const pasted = readPasscode(event.clipboardData?.getData("text") ?? "");
    if (pasted.digits === null || (pasted.prefix !== null && pasted.prefix !== flow.state.challenge?.prefix)) return;
    event.preventDefault();
    fieldError(flow, "code", "");
    flow.input("code").value = pasted.digits;
  });
}

/**
 * @param {Flow} flow
 * @param {string} id
 * @param {() => void} submit
 */
function onSubmit(flow, id, submit) {
  flow.$(id).addEventListener("submit", (event) => {
    event.preventDefault();
    if (!flow.oneAtATime.busy) submit();
  });
}

/**
 * Say why a button does nothing yet.
 * @param {Flow} flow
 * @param {HTMLElement} button
 */
function refuseForNow(flow, button) {
  const now = clock.now();
  const left = resendLeft(flow, now);
  const { lockEnd } = flow.state;
  if (left !== null && button.id !== "locked-again")
    flow.announce(flow.text("canSendIn", { time: flow.language.duration(left) }));
  else if (lockEnd !== null) flow.announce(flow.text("waitIn", { time: flow.language.duration(lockEnd - now) }));
}

/** @param {Flow} flow */
function listenToWindow(flow) {
  const gone = new AbortController();
  const { signal } = gone;
  document.addEventListener(
    "visibilitychange",
    () => {
      if (document.hidden) flow.polls.stop();
      else if (flow.state.challenge && flow.step === "code") flow.polls.plan(() => poll(flow), 0, 10);
      tick(flow);
    },
    { signal },
  );
  addEventListener(
    "online",
    () => {
      if (slot(flow, "main")?.querySelector('[data-do="retry"]')) flow.announce(flow.text("canTryNow"));
    },
    { signal },
  );
  // A page brought back by the browser's Back has an old state.
  addEventListener("pageshow", ({ persisted }) => persisted && resume(flow), { signal });
  addEventListener(
    "popstate",
    ({ state: at }) => flow.usesHistory && revisit(flow, at?.[flow.place] ?? flow.purpose.first),
    {
      signal,
    },
  );
  const timer = setInterval(() => tick(flow), TICK_MS);
  return () => {
    gone.abort();
    clearInterval(timer);
    flow.stop();
  };
}

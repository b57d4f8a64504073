// Prefix, input, countdown, resend: how a passcode is asked for, in the login and in the settings' test.

import { clock, Problem } from "./api.js";
import { announce, busyWhile, button, el, isDisabled, setDisabled, uid } from "./dom.js";
import { notice } from "./dialogs.js";
import { explain, sentence } from "./refusals.js";
import { countdown } from "./words.js";

const DELIVERY = {
  delivered: ["good", "Delivered to the phone"],
  sent: ["", "Handed to the mobile network"],
  undelivered: ["trouble", "The message was not delivered"],
  failed: ["trouble", "The message was not delivered"],
  unknown: ["trouble", "No answer came from Twilio; the message may still arrive"],
};
const CALL = {
  delivered: ["good", "The call has ended"],
  sent: ["", "The phone is ringing"],
  undelivered: ["trouble", "The call was not answered"],
  failed: ["trouble", "The call could not be made"],
  unknown: ["trouble", "No answer came from Twilio; the call may still come"],
};
const TAKEN = ["", "Twilio has taken the message; whether it arrives is not reported here"];

/** The digits of what someone typed or pasted (`XYWD-581883`, `581 883`, the whole message), or null. */
function readPasscode(text) {
  const given = text.normalize("NFKC").trim();
  const short = /^(?:[A-Za-z]{4}[\s\-–—]*)?(\d(?:[\s\-–—]*\d){3,9})$/.exec(given);
  if (short) return short[1].replace(/\D/g, "");
  return (given.length > 20 && /(?<![\d+*#])\d{4,10}(?!\d)/.exec(given)?.[0]) || null;
}

/**
 * The form for one challenge (or settings' test). `sentence` says where the message went; `verify(digits)`, `resend()` and
 * `poll()` ask the API, the latter two give the new state; `approved(answer)` and `lost(problem)` say how it ended:
 * `lost` gets what cannot go on here and gives true when it has dealt with it. Without `poll`, nothing more will be known of the
 * message than that Twilio has taken it.
 */
export function passcodeForm({ challenge, lead, verify, resend, poll = null, approved, lost, extra = [] }) {
  let state = challenge;
  let ended = false;
  const id = uid("code");
  const prefix = el("span", { class: "code-prefix", "aria-hidden": "true" });
  const input = el("input", {
    id,
    type: "text",
    inputmode: "numeric",
    autocomplete: "one-time-code",
    autocapitalize: "characters",
    spellcheck: "false",
    enterkeyhint: "go",
    maxlength: "200",
    "data-first": true,
  });
  const error = el("p", { class: "field-error", id: `${id}-error`, hidden: true });
  const hint = el("p", { class: "field-hint", id: `${id}-hint` });
  const timer = el("span", { class: "timer", role: "timer", "aria-label": "Time left" });
  const delivery = el("p", { class: "delivery" }, el("span", { class: "dot", "aria-hidden": "true" }), el("span", {}));
  const room = el("div", { role: "alert" });
  const submit = el("button", { type: "submit", class: "button primary" }, el("span", {}, "Verify"));
  const again = button("Resend passcode", { kind: "link", onclick: sendAgain });
  const wait = el("span", { class: "soft timer" });
  const form = el(
    "form",
    { class: "passcode", novalidate: true },
    el("p", { class: "lead" }, lead),
    delivery,
    room,
    el(
      "div",
      { class: "field wide" },
      el("label", { for: id }, "Passcode"),
      el("div", { class: "code-box" }, prefix, el("span", { class: "code-dash", "aria-hidden": "true" }, "–"), input),
      error,
      hint,
    ),
    el("p", { class: "times" }, el("span", {}, "Time left "), timer),
    el("div", { class: "actions" }, submit, extra),
    el("p", { class: "aside" }, el("span", {}, "Nothing arrived?"), again, wait),
  );
  form.addEventListener("submit", submitCode);
  input.addEventListener("input", () => fault(""));

  function fault(text) {
    error.textContent = text;
    error.hidden = !text;
    if (text) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
    input.setAttribute("aria-describedby", text ? `${error.id} ${hint.id}` : hint.id);
  }

  function draw() {
    const called = state.channel === "voice";
    prefix.textContent = called ? "" : state.prefix;
    prefix.hidden = prefix.nextSibling.hidden = called;
    hint.textContent = called
      ? "The call says the digits twice."
      : `The message has the reference ${state.prefix}. Type its digits, or paste all of it.`;
    again.lastChild.textContent = called ? "Call again" : "Resend passcode";
    const { status, meaning } = state.delivery ?? {};
    const [kind, words] =
      (called ? CALL : DELIVERY)[status] ??
      (poll ? ["sending", called ? "We are calling" : "The message is on its way"] : TAKEN);
    delivery.dataset.state = kind || "sent";
    delivery.lastChild.textContent = kind === "trouble" && meaning ? `${words}: ${meaning}` : words;
    tick();
  }

  function tick() {
    const left = Date.parse(state.expires_at) - clock.now();
    const over = left <= 0;
    timer.textContent = over ? "expired" : `(00:${countdown(left).padStart(5, "0")})`; // at most a quarter of an hour
    form.toggleAttribute("data-low", left < 60_000);
    if (over && !submit.hidden) {
      fault("The passcode has expired. Resend it to get a new one.");
      announce("The passcode has expired. Resend it to get a new one.");
    }
    submit.hidden = over;
    const pause = Date.parse(state.resend_available_at ?? "") - clock.now();
    setDisabled(again, pause > 0 || state.sends_remaining === 0);
    wait.textContent =
      state.sends_remaining === 0 ? "No more messages for now." : pause > 0 ? `in ${countdown(pause)}` : "";
  }

  const source = () => (state.channel === "voice" ? "latest call" : `message with reference ${state.prefix}`);

  async function submitCode(event) {
    event.preventDefault();
    if (submit.hidden || isDisabled(submit)) return;
    room.replaceChildren();
    const digits = readPasscode(input.value);
    fault(digits ? "" : `Enter the digits of the ${source()}.`);
    if (!digits) return input.focus();
    try {
      const answer = await busyWhile(submit, () => verify(digits));
      ended = true;
      approved(answer);
    } catch (problem) {
      refuse(problem);
    }
  }

  async function sendAgain() {
    if (isDisabled(again)) return;
    room.replaceChildren();
    fault("");
    try {
      state = await busyWhile(again, resend);
      input.value = "";
      draw();
      planPolls();
      room.replaceChildren(
        notice({
          kind: "info",
          title: "A new passcode was sent",
          text: `Use the ${source()}. Earlier passcodes no longer work.`,
        }),
      );
      input.focus();
    } catch (problem) {
      refuse(problem);
    }
  }

  function refuse(problem) {
    const { code, body } = problem instanceof Problem ? problem : { code: "", body: {} };
    if (code === "code_superseded" && body.prefix) state = { ...state, prefix: body.prefix };
    if (code === "resend_too_soon" && problem.retryAt)
      state = { ...state, resend_available_at: new Date(problem.retryAt).toISOString() };
    if (["invalid_code", "code_superseded"].includes(code) && body.attempts_remaining !== 0) {
      const left = body.attempts_remaining;
      const warn = left === 1 ? " This is the last attempt." : left <= 3 ? ` ${left} attempts are left.` : "";
      fault(
        `${code === "invalid_code" ? "That passcode is not right." : "That passcode is from an earlier message."} Use the ${source()}.${warn}`,
      );
      draw();
      input.focus();
      return input.select();
    }
    if (code === "challenge_expired") {
      state = { ...state, expires_at: new Date(clock.now()).toISOString() };
      return draw();
    }
    if (lost(problem)) {
      ended = true;
      return undefined;
    }
    draw();
    const words = explain(problem);
    room.replaceChildren(
      notice({ kind: "error", title: words.title, text: words.title ? words.text : sentence(problem) }),
    );
    return undefined;
  }

  let polls = [];
  function planPolls() {
    polls.forEach(clearTimeout);
    polls = poll ? [2, 5, 10, 20, 40].map((seconds) => setTimeout(look, seconds * 1000)) : [];
  }

  async function look() {
    if (ended || document.hidden || !form.isConnected) return;
    const asked = state;
    try {
      const fresh = await poll();
      if (state !== asked || ended) return;
      state = { ...state, ...fresh };
      draw();
    } catch {
      // What became of the message is a courtesy; the next look may tell.
    }
  }

  draw();
  fault("");
  planPolls();
  const clockwork = setInterval(() => {
    if (ended) clearInterval(clockwork);
    else if (form.isConnected) tick();
  }, 500);
  return { element: form, focus: () => input.focus() };
}

// The switch of messages and calls: the dialog that stops them, and the banner while they are stopped.

/** @import { Sending, SendingSwitch } from "./shared/types" */
import { confirm, notice, toast } from "./dialogs.js";
import { bdi, button } from "./dom.js";
import { choiceField } from "./fields.js";
import { may } from "./roles.js";
import { saveAlone } from "./saved-alone.js";
import { SENDING } from "./sending-words.js";
import { el } from "./shared/dom.js";
import { time } from "./words.js";

/** @type {Exclude<Sending, "on">[]} */
const STOPS = ["verified_only", "off"];

/**
 * Ask how much to stop, and stop it. `after` is called when it is done.
 * @param {Sending} now
 * @param {() => void} after
 */
export async function stopSending(now, after) {
  const choice = choiceField({
    label: "Messages and calls go",
    value: now === "on" ? "verified_only" : now,
    options: STOPS.map((state) => [state, ...SENDING[state]]),
  });
  const done = await confirm({
    title: "Stop sending?",
    text: [
      "It works within 30 seconds, until somebody resumes. Mail, authenticator apps and recovery codes go on.",
      choice.element,
      el(
        "p",
        { class: "soft" },
        "Stay logged in: with nothing at all, nobody logs in whose only second factor is a text message or a call.",
      ),
    ],
    action: "Stop sending",
    danger: true,
    work: () => saveAlone({ sending: choice.value }),
  });
  if (!done) return;
  toast("Sending is stopped.");
  after();
}

/** @param {() => void} after called when it is done */
async function resumeSending(after) {
  const done = await confirm({
    title: "Resume sending?",
    text: "Messages and calls go to every phone again, within 30 seconds.",
    action: "Resume",
    work: () => saveAlone({ sending: "on" }),
  });
  if (!done) return;
  toast("Sending goes on.");
  after();
}

/** @type {Record<Exclude<Sending, "on">, string>} */
const TITLES = {
  verified_only: "Messages and calls go only to verified phones",
  off: "Sending is stopped: no message or call goes out",
};

/**
 * The banner while messages are stopped, with who did it and when.
 * @param {SendingSwitch} state
 * @param {() => void} after called when it was changed
 */
export function stoppedBanner({ state, by, since }, after) {
  if (state === "on") return [];
  const who = by === "iam" ? "a direct invocation" : el("strong", {}, bdi(by ?? "an administrator"));
  const when = since ? [", ", time(since)] : null;
  const text = el(
    "div",
    {},
    el("p", {}, "Set by ", who, when, ". Mail, authenticator apps and recovery codes go on."),
    state === "off" && el("p", { class: "soft" }, "Stay logged in if a text message is your only second factor."),
  );
  const actions = may("manage_settings") && [
    button("Resume", { kind: "small", onclick: () => resumeSending(after) }),
    state === "verified_only" && button("Stop everything", { kind: "small", onclick: () => stopSending("off", after) }),
  ];
  return [notice({ kind: "error", title: TITLES[state], text, actions: actions || [] })];
}

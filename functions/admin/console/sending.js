// The switch of messages and calls: the dialog that stops them, and the banner while they are stopped.

import { confirm, notice, toast } from "./dialogs.js";
import { bdi, button } from "./dom.js";
import { choiceField } from "./fields.js";
/** @import { Sending, SendingSwitch } from "./shared/types" */
import { t, tp } from "./language.js";
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
    label: t("sendingGoes"),
    value: now === "on" ? "verified_only" : now,
    options: STOPS.map((state) => [state, ...SENDING[state]]),
  });
  const done = await confirm({
    title: t("stopSendingAsk"),
    text: [t("stopSendingText"), choice.element, el("p", { class: "soft" }, t("stayLoggedIn"))],
    action: t("stopSending"),
    danger: true,
    work: () => saveAlone({ sending: choice.value }),
  });
  if (!done) return;
  toast(t("sendingStopped"));
  after();
}

/** @param {() => void} after called when it is done */
async function resumeSending(after) {
  const done = await confirm({
    title: t("resumeSendingAsk"),
    text: t("resumeSendingText"),
    action: t("resumeSending"),
    work: () => saveAlone({ sending: "on" }),
  });
  if (!done) return;
  toast(t("sendingResumed"));
  after();
}

/**
 * The banner while messages are stopped, with who did it and when.
 * @param {SendingSwitch} state
 * @param {() => void} after called when it was changed
 */
export function stoppedBanner({ state, by, since }, after) {
  if (state === "on") return [];
  const name = bdi(by ?? t("stoppedBySomebody"));
  const who = by === "iam" ? t("stoppedByIam") : el("strong", {}, name);
  const text = el(
    "div",
    {},
    el("p", {}, since ? tp("stoppedByAt", { who, at: time(since) }) : tp("stoppedBy", { who })),
    state === "off" && el("p", { class: "soft" }, t("stayLoggedInShort")),
  );
  const actions = may("manage_settings") && [
    button(t("resumeSending"), { kind: "small", onclick: () => resumeSending(after) }),
    state === "verified_only" &&
      button(t("stopEverything"), { kind: "small", onclick: () => stopSending("off", after) }),
  ];
  return [notice({ kind: "error", title: t(`stoppedTitle_${state}`), text, actions: actions || [] })];
}

// The banners above every page: an administrator has stopped messages, or a provider refuses the account.

import { notice } from "./dialogs.js";
/** @import { Answer, Health, Sending } from "./shared/types" */
import { t, tp } from "./language.js";
import { may } from "./roles.js";
import { stoppedBanner, stopSending } from "./sending.js";
import { peek } from "./session.js";
import { $, el } from "./shared/dom.js";
import { PROVIDERS, time } from "./words.js";

const EVERY_MS = 60_000;
const SETTINGS = "#/settings/mfa";

/** What the banner says; it is not said again as long as it is the same. */
let said = "";
/** @type {Sending} */
let state = "on";
/** @type {number | undefined} */
let timer;

/** The button in the header, which stops messages on every page. */
export function offerStop() {
  $("stop-sending").addEventListener("click", () => stopSending(state, checkHealth));
}

/** Ask how things stand, and again every minute while the console is looked at. Nothing waits for the answer. */
export async function checkHealth() {
  clearTimeout(timer);
  timer = setTimeout(() => document.hidden || checkHealth(), EVERY_MS);
  try {
    /** @type {Answer<Health> | null} */
    const answer = await peek("/health");
    if (answer) show(answer.body);
  } catch {
    // The page itself says what is wrong.
  }
}

/** Nobody is logged in any more. */
export function forgetHealth() {
  clearTimeout(timer);
  timer = undefined;
  said = "";
  $("stop-sending").hidden = true;
  $("health").replaceChildren();
}

/** @param {Health} health */
function show(health) {
  const words = JSON.stringify(health);
  if (words === said) return;
  said = words;
  state = health.switch.state;
  $("stop-sending").hidden = state !== "on" || !may("manage_settings");
  $("health").replaceChildren(...stoppedBanner(health.switch, checkHealth), ...banners(health.sending));
}

/** @param {Health["sending"]} sending */
function banners({ status, provider, since, error_code: code, meaning, advice }) {
  if (status !== "refused" && status !== "impaired") return [];
  const name = PROVIDERS[provider ?? "twilio"];
  const text = el(
    "div",
    {},
    el("p", {}, tp("providerRefuses", { provider: name, meaning, code, since: time(since) })),
    el("p", {}, advice ?? ""),
    el("p", { class: "soft" }, t("providerUntil", { provider: name })),
  );
  return [
    notice({
      kind: status === "refused" ? "error" : "warning",
      title: t(`health_${status}`),
      text,
      actions: [el("a", { class: "button small", href: SETTINGS }, t("openSettings"))],
    }),
  ];
}

document.addEventListener("visibilitychange", () => {
  if (!document.hidden && timer !== undefined) checkHealth();
});

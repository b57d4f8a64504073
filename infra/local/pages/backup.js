// The sample backup client: its sets, and a deletion from the first click to the end. The service holds the client's
// secret and deletes; this page gives the action to the client kit, with which a person can confirm or refuse it.

import { Keys, Problem, request } from "/v1/account/shared/api.js";
import { $, announce, el } from "/v1/account/shared/dom.js";
import { KeptLogin } from "/v1/account/shared/kept-login.js";
/** @import { ActionOpened } from "/v1/account/shared/types" */
/** @import { Denial } from "/v1/account/elements/elements" */
/** @import { BackupSet, BackupSets } from "./backup-screen.js" */
import { drawSets } from "./backup-screen.js";

/** A deletion: the action, its set, and whether a right passcode has confirmed it. */
/** @typedef {{ action: ActionOpened & { set: BackupSet }, confirmed: boolean }} Deletion */

/** @typedef {"sets" | "confirm" | "finish" | "deleted" | "kept"} Step */

/** @type {KeptLogin<Deletion>} */
const kept = new KeptLogin("backup-client.deletion");
const keys = new Keys();
const UNREAD = "The backup sets cannot be read.";
let busy = false;

/** Why nothing was deleted. @type {Record<string, string>} */
const KEPT = {
  denied: [
    "You said that this was not you. The passcode no longer works, and your administrator can see what happened.",
    "If somebody else may be using this computer or know your password, change the password now.",
  ].join(" "),
  expired: "The time to confirm this deletion is over. If you still want to delete the data, begin again.",
  used: "This confirmation was used before. A confirmation is good for one deletion.",
  gone: "The service no longer knows of this deletion. If you still want to delete the data, begin again.",
};

/** By the code of a refusal that ends a deletion. @type {Record<string, string>} */
const ENDS = {
  action_denied: "denied",
  action_expired: "expired",
  action_redeemed: "used",
  action_not_found: "gone",
};

/** Refusals in words. @type {Record<string, string>} */
const REFUSALS = {
  set_not_found: "That backup set is gone: it was deleted before. Nothing else was deleted.",
  action_pending: "The deletion is not confirmed yet.",
  no_phone: [
    "No phone can confirm this. Nothing was deleted. A deletion is confirmed with a phone that was verified some time",
    "ago, as a rule a day or more, so that nobody can add a phone just for this. Ask your administrator, or try again",
    "when your phone has been verified for longer.",
  ].join(" "),
};

/**
 * Show one step of this page. Only a deletion has a place of its own in the browser's history.
 * @param {Step} step
 */
function show(step) {
  for (const section of document.querySelectorAll(".step")) {
    section.toggleAttribute("hidden", section.id !== `step-${step}`);
  }
  for (const place of document.querySelectorAll("[data-slot]")) place.replaceChildren();
  if (step !== "confirm") $("confirm").replaceChildren();
  $("card").dataset.step = step;
  const title = $(`${step}-title`);
  document.title = `${title.textContent} · Backup client`;
  if (step !== "confirm") title.focus({ preventScroll: true });
}

/**
 * Say something on the step that is shown.
 * @param {string} text
 * @param {{ kind?: "info" | "error", offer?: [words: string, work: () => unknown] }} [options]
 */
function notice(text, { kind = "info", offer } = {}) {
  const box = el("div", { class: "notice", tabindex: "-1", dataset: { kind } }, el("p", {}, text));
  if (offer) {
    const [words, onclick] = offer;
    const button = el("button", { type: "button", class: "button primary small", onclick }, words);
    box.append(el("div", { class: "notice-actions" }, button));
  }
  document.querySelector(".step:not([hidden]) [data-slot]")?.replaceChildren(box);
  if (kind === "error") box.focus();
  else announce(text);
}

/**
 * One action of the person at a time; its refusal is put into words.
 * @param {() => Promise<void>} work
 * @param {string} [failed] the words where the service says nothing better
 */
async function act(work, failed = "The service cannot answer right now.") {
  if (busy) return;
  busy = true;
  try {
    await work();
  } catch (error) {
    refused(error, work, failed);
  } finally {
    busy = false;
  }
}

/**
 * @param {unknown} error
 * @param {() => Promise<void>} work
 * @param {string} failed
 */
function refused(error, work, failed) {
  const code = error instanceof Problem ? error.code : "";
  if (ENDS[code]) return keep(ENDS[code]);
  const unreachable = "We could not reach the service. Check your connection, then try again.";
  const text = error instanceof Problem ? failed : unreachable;
  const known = REFUSALS[code];
  notice(known ?? text, { kind: "error", offer: known ? undefined : ["Try again", () => act(work, failed)] });
}

/** @param {BackupSets} list */
function listed(list) {
  drawSets(list);
  document.querySelector("#step-sets .notice[data-kind=error]")?.remove();
}

async function readSets() {
  /** @type {import("/v1/account/shared/types").Answer<BackupSets>} */
  const { body } = await request("GET", "/backup/sets");
  listed(body);
}

/** The sets, and a word about a deletion that is under way. */
function start() {
  show("sets");
  const deletion = kept.read();
  if (deletion) {
    const waits = deletion.confirmed
      ? "You have confirmed a deletion, but this page did not hear how it ended."
      : "A deletion waits to be confirmed. Nothing has been deleted.";
    notice(waits, { offer: ["Continue", () => goOn(deletion)] });
  }
  // Nobody asked for it, so it is in the way of no click.
  readSets().catch((error) => $("card").dataset.step === "sets" && refused(error, readSets, UNREAD));
}

/**
 * Have the service open the action. Nothing is sent for it yet.
 * @param {HTMLElement} button
 */
function askToDelete(button) {
  act(async () => {
    const path = `/backup/sets/${button.dataset.set}/deletion`;
    /** @type {import("/v1/account/shared/types").Answer<Deletion["action"]>} */
    const { body: action } = await keys.around(path, (key) => request("POST", path, { body: {}, key }));
    goOn({ action, confirmed: false });
  });
}

/** @param {Deletion} deletion */
function goOn(deletion) {
  kept.keep(deletion);
  history.pushState({ deletion: true }, "");
  underWay(deletion);
}

/** @param {Deletion} deletion */
function underWay(deletion) {
  const { action, confirmed } = deletion;
  if (confirmed) return finish(deletion);
  show("confirm");
  const element = el("second-factor-action", {
    history: true,
    onapproved: () => {
      const approved = { action, confirmed: true };
      kept.keep(approved);
      finish(approved);
    },
    ondenied: (/** @type {CustomEvent<Denial>} */ { detail }) => keep(detail.reason),
    oncancelled: () => {
      kept.forget();
      start();
      notice("The deletion was cancelled. Nothing was deleted.");
    },
  });
  element.action = action;
  $("confirm").replaceChildren(element);
}

/**
 * Have the service use the approval up, and delete. Asked again, it gives the same answer.
 * @param {Deletion} deletion
 */
function finish({ action }) {
  show("finish");
  act(async () => {
    await request("POST", `/backup/deletions/${encodeURIComponent(action.id)}/finish`, { body: {} });
    kept.forget();
    const lead = ["The data of ", el("strong", {}, action.set.name), " is gone: you confirmed it by phone."];
    $("deleted-lead").replaceChildren(...lead);
    show("deleted");
  });
}

/**
 * Nothing was deleted, and this deletion is over.
 * @param {string} why
 */
function keep(why) {
  kept.forget();
  $("kept-lead").textContent = KEPT[why];
  show("kept");
}

/** The step of this place in the browser's history. */
function arrive() {
  const deletion = kept.read();
  if (history.state?.deletion && deletion) underWay(deletion);
  else start();
}

/** @type {Record<string, (button: HTMLElement) => void>} */
const BUTTONS = {
  delete: askToDelete,
  restart: start,
  finish() {
    const deletion = kept.read();
    if (deletion) finish(deletion);
  },
  restore: () =>
    act(async () => {
      /** @type {import("/v1/account/shared/types").Answer<BackupSets>} */
      const { body } = await request("POST", "/backup/sets/restore", { body: {} });
      listed(body);
      announce("All backup sets are there again.");
    }),
};

document.addEventListener("click", ({ target }) => {
  const button = target instanceof Element ? target.closest("[data-do]") : null;
  if (button instanceof HTMLElement) BUTTONS[button.dataset.do ?? ""]?.(button);
});
addEventListener("popstate", () => {
  // Between the steps of one confirmation, the component goes by itself.
  if (history.state?.deletion && $("confirm").firstChild) return;
  arrive();
});
arrive();

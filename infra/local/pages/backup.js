// The sample backup client: its sets, and a deletion from the first click to the end. The service holds the client's
// secret and deletes; this page has the MFA token of one deletion, with which a person can confirm or refuse it.

/** @import { MfaRequired } from "./shared/types" */
/** @import { Kept } from "./backup-refusals.js" */
/** @import { BackupSet, BackupSets } from "./backup-screen.js" */
import { DELETION_REFUSALS, ENDS, KEPT } from "./backup-refusals.js";
import { drawDeed, drawSets } from "./backup-screen.js";
import { run } from "./passcode-page.js";
import { serve } from "./passcode-purpose.js";
import { explainSilence } from "./passcode-refusals.js";
import { act, call } from "./passcode-requests.js";
import { notice, screen } from "./passcode-screen.js";
import { current, keys, sessionOpened, state } from "./passcode-state.js";
import { choosePhone, dropChallenge, forgetAll, go } from "./passcode-steps.js";
import { Problem } from "./shared/api.js";
import { $, announce, el } from "./shared/dom.js";

/**
 * An action that the service has opened, as the page gets it.
 * @typedef {Pick<MfaRequired, "mfa_token" | "expires_at" | "phones" | "channels"> & { id: string, summary: string,
 *   set: BackupSet }} Opened
 */

serve({
  first: "sets",
  continues: "confirm the deletion",
  locks: "confirming",
  endsSoon: "The time to confirm is almost over. You would have to begin again",
  waits: () =>
    isConfirmed()
      ? "You have confirmed a deletion, but this page did not hear how it ended."
      : "A deletion waits to be confirmed. Nothing has been deleted.",
  end: () => (isConfirmed() ? "finish" : null),
  offers: { restart: "Back to the backup sets" },
  refusals: DELETION_REFUSALS,
  focus: () => undefined,
  arrive(step) {
    if (step === "sets") load();
    if (state.session?.deletion) drawDeed(state.session.deletion.summary);
  },
  resume(step) {
    if (step === "finish") confirmed();
    return step === "finish";
  },
  help(step) {
    const text = "While confirming is locked, nothing can be deleted. Your administrator can unlock it at once.";
    if (step === "locked") return el("p", {}, text);
    return ["phones", "no-phone", "code"].includes(step) ? undefined : null;
  },
  start,
  sessionOver: () => keep("expired"),
  leaves({ code }, doing) {
    if (ENDS[code]) keep(ENDS[code]);
    else if (code === "no_phone") noPhone();
    else if (code === "invalid_token" && doing === "deny") keep("expired");
    else return false;
    return true;
  },
  approved: confirmed,
  approvedUnheard: confirmed,
});

/** After this, only the service can say whether the set is still there. */
const isConfirmed = () => state.session?.deletion?.confirmed === true;

/** Show the backup sets. A deletion that was under way is given up: nothing was deleted, and nothing will be. */
function start() {
  forgetAll();
  go("sets");
}

async function load() {
  try {
    await readSets();
  } catch (error) {
    state.retry = (button) => act("poll", button, "Please wait…", reload);
    const text = "The backup sets cannot be read.";
    notice(
      error instanceof Problem ? { kind: "error", text, offers: ["retry"] } : explainSilence(navigator.onLine, "poll"),
    );
  }
}

async function readSets() {
  /** @type {BackupSets} */
  const list = await call("GET", "/backup/sets", {});
  drawSets(list);
}

/** Read the sets after a failure, whose notice goes. */
async function reload() {
  await readSets();
  screen.clear("main");
  $("sets-title").focus();
}

/**
 * Have the service open the action, and choose a phone for its passcode. Nothing is sent for it yet.
 * @param {HTMLElement} button
 */
function askToDelete(button) {
  const { set = "" } = button.dataset;
  act("open", button, "Please wait…", async (signal) => {
    const path = `/backup/sets/${set}/deletion`;
    /** @type {Opened} */
    const opened = await keys.around(path, (key) => call("POST", path, { body: {}, key, signal }));
    dropChallenge();
    sessionOpened({
      ...opened,
      name: "",
      help: { email: null },
      deletion: { id: opened.id, set: opened.set.id, name: opened.set.name, summary: opened.summary, confirmed: false },
    });
    choosePhone();
  });
}

function noPhone() {
  forgetAll();
  go("no-phone");
}

/** The passcode was right. That is not the deletion yet: the service asks for the approval itself. */
function confirmed() {
  const { deletion } = current();
  if (deletion) deletion.confirmed = true;
  dropChallenge();
  go("finish");
  setTimeout(finish); // once this action of the person has ended
}

/** Have the service use the approval up, and delete. Asked again, it gives the same answer. */
function finish() {
  const { deletion } = current();
  if (!deletion) return start();
  act("finish", $("finish"), "Deleting…", async (signal) => {
    await call("POST", `/backup/deletions/${encodeURIComponent(deletion.id)}/finish`, { body: {}, signal });
    forgetAll();
    $("deleted-lead").replaceChildren(
      "The data of ",
      el("strong", {}, deletion.name),
      " is gone: you confirmed it by phone.",
    );
    go("deleted");
  });
}

/**
 * Refuse the deletion: its passcodes are dead, and the administrator can see it.
 * @param {HTMLElement} button
 */
function deny(button) {
  const { deletion, mfa_token: token } = current();
  act("deny", button, "Refusing…", async (signal) => {
    await call("POST", `/v1/actions/${encodeURIComponent(deletion?.id ?? "")}/deny`, { token, signal });
    keep("denied");
  });
}

/**
 * Nothing was deleted, and this deletion is over.
 * @param {Kept} why
 */
function keep(why) {
  forgetAll();
  $("kept-lead").textContent = KEPT[why];
  go("kept");
}

function cancel() {
  start();
  notice({ kind: "info", text: "The deletion was cancelled. Nothing was deleted." }, { silent: true });
  announce("The deletion was cancelled. Nothing was deleted.");
}

/** @param {HTMLElement} button */
function restore(button) {
  act("open", button, "Please wait…", async (signal) => {
    drawSets(await call("POST", "/backup/sets/restore", { body: {}, signal }));
    $("sets-title").focus();
    announce("All backup sets are there again.");
  });
}

run("backup-client.deletion", { delete: askToDelete, deny, finish: () => finish(), cancel, restore });

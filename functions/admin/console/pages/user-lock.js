// The lock of a user, with its end and the way out of it.

/** @import { Answer, User } from "../shared/types" */
import { notice, toast, toastError } from "../dialogs.js";
import { bdi, busyWhile, button, focusHeading } from "../dom.js";
import { mayChange } from "../roles.js";
import { admin } from "../session.js";
import { el } from "../shared/dom.js";
import { ago, isLocked, localTime, lockEnd } from "../words.js";

const SUSPICION = "The password may be known to someone else: ask the user";

/**
 * A notice of the lock; null for a user who is not locked.
 * @param {{ user: User, path: string, unlocked: (user: User) => void }} context
 */
export function lockPart({ user, path, unlocked }) {
  const until = user.locked_until;
  if (!until || !isLocked(until)) return null;
  const end = lockEnd(until);
  const unlock = button("Unlock", { kind: "primary small", onclick: () => endLock(unlock, path, unlocked) });
  return notice({
    kind: "error",
    title: "Locked after too many wrong passcodes",
    text: end
      ? `The lock ends by itself at ${localTime(end)} (${ago(until)}). ${SUSPICION} before you unlock.`
      : `It stays locked until you unlock. ${SUSPICION} first.`,
    actions: mayChange(user, "help") ? [unlock] : [],
  });
}

/**
 * @param {HTMLElement} control
 * @param {string} path
 * @param {(user: User) => void} unlocked
 */
async function endLock(control, path, unlocked) {
  try {
    /** @type {Answer<User> | undefined} */
    const answer = await busyWhile(control, () => admin("POST", `${path}/unlock`));
    if (!answer) return;
    unlocked(answer.body);
    toast(el("span", {}, bdi(answer.body.login_name), " is unlocked."));
    focusHeading();
  } catch (error) {
    toastError(error);
  }
}

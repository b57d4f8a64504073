// The lock of a user, with its end and the way out of it.

/** @import { Answer, User } from "../shared/types" */
import { notice, toast, toastError } from "../dialogs.js";
import { bdi, busyWhile, button, focusHeading } from "../dom.js";
import { t, tp } from "../language.js";
import { mayChange } from "../roles.js";
import { admin } from "../session.js";
import { el } from "../shared/dom.js";
import { ago, isLocked, localTime, lockEnd } from "../words.js";

/**
 * A notice of the lock; null for a user who is not locked.
 * @param {{ user: User, path: string, unlocked: (user: User) => void }} context
 */
export function lockPart({ user, path, unlocked }) {
  const until = user.locked_until;
  if (!until || !isLocked(until)) return null;
  const end = lockEnd(until);
  const unlock = button(t("unlock"), { kind: "primary small", onclick: () => endLock(unlock, path, unlocked) });
  return notice({
    kind: "error",
    title: t("lockedByCodes"),
    text: end ? t("lockEndsAt", { time: localTime(end), ago: ago(until) }) : t("lockStays"),
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
    toast(el("span", {}, tp("userUnlocked", { name: bdi(answer.body.login_name) })));
    focusHeading();
  } catch (error) {
    toastError(error);
  }
}

// A secret in a dialog, shown this once. The dialog stays open until the secret is copied, or somebody insists.

/** @import { Dialog } from "../dialogs.js" */
/** @import { Child } from "../shared/types" */
import { notice } from "../dialogs.js";
import { button, relabel } from "../dom.js";
import { t } from "../language.js";
import { facts } from "../page.js";
import { announce, el } from "../shared/dom.js";

/**
 * `noun` is the kind of secret; `label` stands beside it; `facts` are shown above it.
 * @typedef {{
 *   title: string,
 *   noun: "secret" | "link" | "code",
 *   label: string,
 *   secret: string,
 *   facts?: [string, Child][],
 *   warning: Child,
 * }} Shown
 */

/**
 * @param {Dialog} dialog
 * @param {Shown} options
 */
export function showSecret(dialog, { title, noun, label, secret, facts: others = [], warning }) {
  const shown = el("code", { class: "secret", tabindex: "0", "aria-label": label }, secret);
  const copy = button(t(`copy_${noun}`), {
    icon: "copy",
    async onclick() {
      try {
        await navigator.clipboard.writeText(secret);
        taken();
        relabel(copy, t("secretCopied"));
        announce(t(`copied_${noun}`));
      } catch {
        getSelection()?.selectAllChildren(shown);
        announce(t(`selected_${noun}`));
      }
    },
  });
  const { alarm, done, taken } = untilTaken(dialog, noun, copy);
  shown.addEventListener("copy", taken); // with the keyboard or the menu
  const once = notice({ kind: "warning", title: t("shownOnce"), text: warning });
  const rows = facts([...others, [label, shown]]);
  dialog.show({ title, body: [rows, once, alarm], actions: [copy, done], focus: copy });
}

/**
 * Hold a dialog open until its secret is taken, or somebody insists. Escape is pressed too easily.
 * @param {Dialog} dialog
 * @param {Shown["noun"]} noun
 * @param {HTMLElement} copy
 */
function untilTaken(dialog, noun, copy) {
  let copied = false;
  const alarm = el("p", { class: "field-error", role: "alert", hidden: true });
  const done = button(t("secretDone"), {
    kind: "primary",
    onclick: () => (alarm.hidden && held() ? copy.focus() : dialog.close()),
  });
  const held = () => {
    alarm.textContent = t(`copyFirst_${noun}`);
    alarm.hidden = copied;
    relabel(done, t(copied ? "secretDone" : "closeWithoutCopying"));
    return !copied;
  };
  const taken = () => {
    copied = true;
    held();
  };
  dialog.hold(held);
  return { alarm, done, taken };
}

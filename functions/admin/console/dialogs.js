// Dialogs, toasts and notices: how the console speaks up.

import { SessionLost } from "./api.js";
import { $, bdi, button, busyWhile, el, icon, uid } from "./dom.js";
import { textField } from "./fields.js";
import { explain, sentence } from "./refusals.js";

/**
 * Open a dialog above the page. `body` and `actions` are elements; `closed` resolves with what `close(value)` was given, or
 * undefined when it was called off. The focus goes to `[data-first]` or the first field, and back when it closes.
 */
export function openDialog({ title, body, actions = [], wide = false, lasting = false }) {
  const id = uid("dialog");
  const foot = el("div", { class: "dialog-actions" }, actions);
  const heading = el("h2", { id, tabindex: "-1" }, title);
  const content = el("div", { class: "dialog-body" }, body);
  const dismiss = lasting
    ? null
    : el(
        "button",
        { type: "button", class: "icon-button", "aria-label": "Close", onclick: () => close() },
        icon("close"),
      );
  const element = el(
    "dialog",
    { class: wide ? "dialog wide" : "dialog", "aria-labelledby": id },
    el("div", { class: "dialog-head" }, heading, dismiss),
    content,
    foot,
  );
  const opener = document.activeElement;
  let resolve;
  const closed = new Promise((settle) => (resolve = settle));
  function close(value) {
    if (!element.isConnected) return;
    element.close();
    element.remove();
    if (opener?.isConnected) opener.focus();
    resolve(value);
  }
  element.addEventListener("cancel", (event) => {
    event.preventDefault();
    if (!lasting) close();
  });
  document.body.append(element);
  element.showModal();
  const dialog = {
    element,
    closed,
    close,
    /** Show the next step in the same dialog. */
    show({ title: next, body: parts, actions: controls = [], focus }) {
      if (next) heading.textContent = next;
      content.replaceChildren(...[parts].flat(Infinity).filter(Boolean));
      foot.replaceChildren(...controls);
      foot.hidden = !controls.length;
      (focus ?? first() ?? heading).focus();
    },
  };
  const first = () =>
    element.querySelector("[data-first]") ??
    content.querySelector("input:not([type=radio]), select, textarea") ??
    foot.querySelector("button");
  foot.hidden = !actions.length;
  first()?.focus();
  return dialog;
}

/**
 * Ask before something that cannot be taken back; true when told to go on. `work` is done while the dialog stays open, and
 * its refusal is shown in there. `type` is a text to be typed first.
 */
export async function confirm({ title, text, action = "Go on", danger = false, type = null, work = null }) {
  const alarm = el("div", { role: "alert" });
  const typed =
    type === null
      ? null
      : textField({
          name: "typed",
          label: el("span", {}, "Type ", el("strong", {}, bdi(type)), " to confirm"),
          autocomplete: "off",
        });
  const go = el("button", { type: "submit", class: `button ${danger ? "danger" : "primary"}` }, el("span", {}, action));
  const cancel = button("Cancel", { onclick: () => dialog.close(false), "data-first": !typed });
  const form = el(
    "form",
    { id: uid("form"), method: "dialog", novalidate: true },
    [text].flat().map((part) => (typeof part === "string" ? el("p", {}, part) : part)),
    typed?.element,
    alarm,
  );
  go.setAttribute("form", form.id);
  const dialog = openDialog({ title, body: form, actions: [cancel, go] });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (typed && typed.value.normalize("NFKC").trim().toLowerCase() !== type.toLowerCase()) {
      typed.setError("That is not the same.");
      return typed.focus();
    }
    try {
      if (work) await busyWhile(go, work);
      dialog.close(true);
    } catch (error) {
      alarm.replaceChildren(noticeOf(error));
    }
  });
  return (await dialog.closed) === true;
}

const TOAST_MS = 5000;

/** Say that something is done, or in `kind` "error" that it is not; an error stays until it is closed. */
export function toast(text, { kind = "good", action = null } = {}) {
  const words = el("p", {}, text);
  const box = el(
    "div",
    { class: "toast", dataset: { kind } },
    icon(kind === "good" ? "tick" : "warning"),
    words,
    action,
    el(
      "button",
      { type: "button", class: "icon-button", "aria-label": "Dismiss", onclick: () => box.remove() },
      icon("close"),
    ),
  );
  const region = $("toasts");
  box.setAttribute("role", kind === "good" ? "status" : "alert");
  for (const old of region.querySelectorAll('[data-kind="good"]')) old.remove();
  region.append(box);
  while (region.children.length > 4) region.firstElementChild.remove();
  if (kind === "good") {
    const leave = () => (box.matches(":hover, :focus-within") ? setTimeout(leave, 2000) : box.remove());
    setTimeout(leave, TOAST_MS);
  }
}

export function toastError(error) {
  if (!(error instanceof SessionLost)) toast(sentence(error), { kind: "error" });
}

/** Words in a box within the page: `kind` is info, good, warning or error. */
export function notice({ kind = "info", title, text, actions = [] }) {
  return el(
    "div",
    { class: "notice", dataset: { kind } },
    title && el("p", { class: "notice-title" }, title),
    text && (typeof text === "string" ? el("p", {}, text) : text),
    actions.length ? el("div", { class: "notice-actions" }, actions) : null,
  );
}

export function noticeOf(error, actions = []) {
  return notice({ kind: "error", ...explain(error), actions });
}

// Dialogs, toasts and notices: how the console tells a person something.

import { bdi, busyWhile, button, icon, submitButton, uid } from "./dom.js";
import { textField } from "./fields.js";
/** @import { Child } from "./shared/types" */
import { t, tp } from "./language.js";
import { explain, SessionLost, sentence } from "./refusals.js";
import { $, el, parts } from "./shared/dom.js";

/**
 * One step of a dialog: elements below a title, and buttons. `focus` is the element that gets the focus.
 * @typedef {{ title?: string, body: Child, actions?: HTMLElement[], focus?: HTMLElement }} DialogStep
 *
 * @typedef {object} Dialog
 * @property {HTMLDialogElement} element
 * @property {Promise<unknown>} closed resolves with the value that `close` was given; undefined when it was dismissed
 * @property {(value?: unknown) => void} close
 * @property {(step: DialogStep) => void} show shows the next step in the same dialog
 * @property {(held: () => boolean) => void} hold Escape and the cross call it, and close nothing while it is true
 */

/**
 * Open a dialog above the page. The focus goes to `[data-first]` or the first field, and back when it closes.
 * @param {{ title: string, body: Child, actions?: HTMLElement[], wide?: boolean }} options
 * @returns {Dialog}
 */
export function openDialog({ title, body, actions = [], wide = false }) {
  const id = uid("dialog");
  const foot = el("div", { class: "dialog-actions" }, actions);
  const heading = el("h2", { id, tabindex: "-1" }, title);
  const content = el("div", { class: "dialog-body" }, body);
  const head = el("div", { class: "dialog-head" }, heading);
  const look = wide ? "dialog wide" : "dialog";
  const element = el("dialog", { class: look, "aria-labelledby": id }, head, content, foot);
  const opener = document.activeElement;
  const { promise: closed, resolve } = promiseWithResolve();
  /** @param {unknown} [value] */
  const close = (value) => {
    if (!element.isConnected) return;
    element.close();
    element.remove();
    if (opener instanceof HTMLElement && opener.isConnected) opener.focus();
    resolve(value);
  };
  const { dismiss, hold } = dismissal(element, close);
  head.append(iconButton(t("close"), dismiss));
  document.body.append(element);
  element.showModal();
  foot.hidden = !actions.length;
  firstOf(element)?.focus();
  return {
    element,
    closed,
    close,
    hold,
    show({ title: next, body: children, actions: controls = [], focus }) {
      if (next) heading.textContent = next;
      content.replaceChildren(...parts(children));
      foot.replaceChildren(...controls);
      foot.hidden = !controls.length;
      (focus ?? firstOf(element) ?? heading).focus();
    },
  };
}

/**
 * Escape and the cross close a dialog the same way as its buttons, so that its promise resolves.
 * @param {HTMLDialogElement} dialog
 * @param {() => void} close
 */
function dismissal(dialog, close) {
  let held = () => false;
  const dismiss = () => {
    if (!held()) close();
  };
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    dismiss();
  });
  // A browser closes a dialog whatever its `cancel` says if Escape is pressed twice: so the key never gets that far.
  dialog.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    event.preventDefault();
    dismiss();
  });
  return {
    dismiss,
    hold(/** @type {() => boolean} */ until) {
      held = until;
    },
  };
}

/** Promise.withResolvers() is missing in browsers that are a few years old. */
function promiseWithResolve() {
  /** @type {(value: unknown) => void} */
  let resolve = () => {};
  /** @type {Promise<unknown>} */
  const promise = new Promise((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

/**
 * The element of a dialog that gets the focus first.
 * @param {HTMLDialogElement} dialog
 * @returns {HTMLElement | null}
 */
function firstOf(dialog) {
  return (
    dialog.querySelector("[data-first]") ??
    dialog.querySelector(".dialog-body input:not([type=radio]), .dialog-body select, .dialog-body textarea") ??
    dialog.querySelector(".dialog-actions button")
  );
}

/**
 * @param {string} label
 * @param {() => void} onclick
 */
function iconButton(label, onclick) {
  return el("button", { type: "button", class: "icon-button", "aria-label": label, onclick }, icon("close"));
}

/**
 * A question before something that cannot be undone. `work` is done while the dialog stays open, and its refusal is
 * shown there. `type` is a text to be typed first.
 * @typedef {object} Question
 * @property {string} title
 * @property {Child} text
 * @property {string} [action] the words on the button
 * @property {boolean} [danger]
 * @property {string | null} [type]
 * @property {(() => Promise<unknown>) | null} [work]
 */

/**
 * Ask; true when the person confirmed.
 * @param {Question} question
 */
export async function confirm({ title, text, action = t("goOn"), danger = false, type = null, work = null }) {
  const alarm = el("div", { role: "alert" });
  const typed = type === null ? null : typedField(type);
  const go = submitButton(action, { kind: danger ? "danger" : "primary" });
  const cancel = button(t("cancel"), { onclick: () => dialog.close(false), "data-first": !typed });
  const form = el(
    "form",
    { id: uid("form"), method: "dialog", novalidate: true },
    parts(text).map((part) => (typeof part === "string" ? el("p", {}, part) : part)),
    typed?.element,
    alarm,
  );
  go.setAttribute("form", form.id);
  const dialog = openDialog({ title, body: form, actions: [cancel, go] });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (typed && type !== null && typed.text.normalize("NFKC").trim().toLowerCase() !== type.toLowerCase()) {
      typed.setError(t("notTheSame"));
      typed.focus();
      return;
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

/** @param {string} type the text to type */
function typedField(type) {
  const label = el("span", {}, tp("typeToConfirm", { text: el("strong", {}, bdi(type)) }));
  return textField({ name: "typed", label, autocomplete: "off" });
}

const TOAST_MS = 5000;

/**
 * Say in passing that something is done, or with `kind` "error" that it is not. An error stays until it is closed, the
 * page is left, or something succeeds.
 * @param {Child} text
 * @param {{ kind?: "good" | "error" }} [options]
 */
export function toast(text, { kind = "good" } = {}) {
  const drawing = icon(kind === "good" ? "tick" : "warning");
  const dismiss = iconButton(t("dismiss"), () => box.remove());
  const box = el("div", { class: "toast", dataset: { kind } }, drawing, el("p", {}, text), dismiss);
  const region = $("toasts");
  box.setAttribute("role", kind === "good" ? "status" : "alert");
  // What went wrong before is over, once something succeeds.
  for (const old of region.querySelectorAll(kind === "good" ? ".toast" : '[data-kind="good"]')) old.remove();
  region.append(box);
  while (region.children.length > 4) region.firstElementChild?.remove();
  if (kind === "good") {
    const leave = () => {
      if (box.matches(":hover, :focus-within")) setTimeout(leave, 2000);
      else box.remove();
    };
    setTimeout(leave, TOAST_MS);
  }
}

/** Take away the errors of a page that is left. */
export function forgetErrors() {
  for (const old of $("toasts").querySelectorAll('[data-kind="error"]')) old.remove();
}

/** @param {unknown} error */
export function toastError(error) {
  if (!(error instanceof SessionLost)) toast(sentence(error), { kind: "error" });
}

/**
 * Words in a box within the page.
 * @param {{ kind?: "info" | "good" | "warning" | "error", title?: string, text?: Child, actions?: Child[] }} options
 */
export function notice({ kind = "info", title, text, actions = [] }) {
  return el(
    "div",
    { class: "notice", dataset: { kind } },
    title && el("p", { class: "notice-title" }, title),
    text && (typeof text === "string" ? el("p", {}, text) : text),
    actions.length ? el("div", { class: "notice-actions" }, actions) : null,
  );
}

/**
 * The same for a refusal, or whatever else went wrong.
 * @param {unknown} error
 * @param {Child[]} [actions]
 */
export function noticeOf(error, actions = []) {
  return notice({ kind: "error", ...explain(error), actions });
}

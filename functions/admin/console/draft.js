// Staged edits: what the server has, what the person has made of it, and the green Save between the two.

import { Problem, SessionLost } from "./api.js";
import { $, announce, bdi, button, busyWhile, el, uid } from "./dom.js";
import { notice, noticeOf, openDialog, toast } from "./dialogs.js";

const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

/** Edits of a flat record. `etag` is the version they are edits of. */
export class Draft {
  #mine = new Map();
  #listener = () => {};

  constructor(server, etag = null) {
    this.server = server;
    this.etag = etag;
  }

  get(name) {
    return this.#mine.has(name) ? this.#mine.get(name) : this.server[name];
  }

  set(name, value) {
    if (same(value, this.server[name] ?? null) || same(value, this.server[name])) this.#mine.delete(name);
    else this.#mine.set(name, value);
    this.#tell();
  }

  /** What is different from the server, as an object. */
  get changes() {
    return Object.fromEntries(this.#mine);
  }

  get dirty() {
    return this.#mine.size > 0;
  }

  discard() {
    this.#mine.clear();
    this.#tell();
  }

  /** Go on from a newer version: edits stay, but for those it has already, and those given up. */
  rebase(server, etag, givenUp = []) {
    this.server = server;
    this.etag = etag;
    for (const name of givenUp) this.#mine.delete(name);
    for (const [name, value] of [...this.#mine]) this.set(name, value);
    this.#tell();
  }

  /** Whom to tell of every change: the page that shows it, one at a time. */
  watch(listener) {
    this.#listener = listener;
  }

  #tell() {
    this.#listener();
  }
}

/**
 * The bar with *Save* and *Discard*, there as long as something is unsaved. `save()` does it; its refusals are shown in the
 * bar, unless `refused(problem)` deals with them and gives true. `count()` says how many changes there are.
 */
export function saveBar({ count, save, discard, refused = () => false, watch }) {
  const words = el("p", { class: "save-words" });
  const room = el("div", { class: "save-room", role: "alert" });
  const saveButton = button("Save", { kind: "save", onclick: run });
  const discardButton = button("Discard", {
    onclick() {
      room.replaceChildren();
      discard();
      announce("Changes discarded.");
      mainHeading()?.focus({ preventScroll: true });
    },
  });
  const bar = el(
    "div",
    { class: "save-bar", role: "region", "aria-label": "Unsaved changes" },
    room,
    el("div", { class: "save-row" }, words, discardButton, saveButton),
  );

  async function run() {
    room.replaceChildren();
    try {
      if ((await busyWhile(saveButton, save)) === false) return; // thought better of it
      toast("Saved.");
      if (!saveButton.isConnected || bar.hidden) mainHeading()?.focus({ preventScroll: true });
    } catch (error) {
      if (error instanceof SessionLost) return;
      if (await refused(error)) return;
      room.replaceChildren(noticeOf(error));
    }
  }

  function draw() {
    const n = count();
    bar.hidden = n === 0;
    if (n === 0) room.replaceChildren();
    words.textContent = n === 1 ? "1 unsaved change" : `${n} unsaved changes`;
  }

  watch(draw);
  draw();
  return Object.assign(bar, { say: (box) => room.replaceChildren(box) });
}

/** Errors that have no field on this page, with the field they are about. */
export function homelessNotice(errors, nameOf) {
  return notice({
    kind: "error",
    title: "That cannot be saved as it is",
    text: el(
      "ul",
      {},
      errors.map(({ field, message }) => el("li", {}, `${nameOf(field)}: ${message}`)),
    ),
  });
}

/**
 * Somebody else was faster: show, field by field, theirs and mine; the person chooses. Nothing is written in here: the draft
 * goes on from the newer version, and *Save* is pressed again. `fields` are `{name, label, show(value)}`. True when one goes on.
 */
export async function reconcile({ draft, server, etag, fields }) {
  const before = draft.server;
  const mine = draft.changes;
  const label = (name) => fields.find((field) => field.name === name)?.label ?? name;
  const show = (name, value) => bdi(fields.find((field) => field.name === name)?.show?.(value) ?? plain(value));
  const changed = Object.keys({ ...before, ...server }).filter(
    (name) => !same(before[name] ?? null, server[name] ?? null) && fields.some((field) => field.name === name),
  );
  const disputed = changed.filter((name) => name in mine && !same(mine[name], server[name]));
  const quiet = changed.filter((name) => !disputed.includes(name));
  const group = uid("dispute");

  const choices = disputed.map((name, index) => {
    const option = (side, who, value) =>
      el(
        "label",
        { class: "choice", for: `${group}-${index}-${side}` },
        el("input", {
          type: "radio",
          name: `${group}-${index}`,
          id: `${group}-${index}-${side}`,
          value: side,
          checked: side === "theirs",
        }),
        el(
          "span",
          {},
          el("span", { class: "choice-hint" }, who),
          el("span", { class: "choice-name" }, show(name, value)),
        ),
      );
    return el(
      "fieldset",
      { class: "choices two" },
      el("legend", {}, label(name)),
      option("theirs", "Theirs, saved", server[name]),
      option("mine", "Yours, not saved", mine[name]),
    );
  });
  const rows = quiet.map((name) =>
    el(
      "div",
      {},
      el("dt", {}, label(name)),
      el("dd", {}, el("s", { class: "soft" }, show(name, before[name])), " → ", show(name, server[name])),
    ),
  );
  const body = [
    el(
      "p",
      {},
      "Nothing was overwritten. ",
      disputed.length
        ? "Choose what to keep where both of you changed the same; then save again."
        : "Your changes are about other things and are kept; save again to add them.",
    ),
    choices,
    rows.length
      ? el(
          "div",
          {},
          el("h3", {}, disputed.length ? "Also changed meanwhile" : "Changed meanwhile"),
          el("dl", { class: "facts" }, rows),
        )
      : null,
    !changed.length ? el("p", {}, "What was changed is not shown on this page.") : null,
  ];
  const dialog = openDialog({
    title: "Someone else changed this meanwhile",
    wide: true,
    body,
    actions: [
      button("Not now", { onclick: () => dialog.close(false) }),
      button("Go on", { kind: "primary", "data-first": !disputed.length, onclick: () => dialog.close(true) }),
    ],
  });
  if ((await dialog.closed) !== true) return false;
  const givenUp = disputed.filter((name, index) => choices[index].querySelector(":checked").value === "theirs");
  draft.rebase(server, etag, givenUp);
  return true;
}

function plain(value) {
  if (value === null || value === undefined || value === "") return "(nothing)";
  if (value === true) return "On";
  if (value === false) return "Off";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

export const isConflict = (error) => error instanceof Problem && error.code === "precondition_failed";
export const isInvalid = (error) =>
  error instanceof Problem && error.code === "invalid_request" && error.errors.length > 0;
const mainHeading = () => $("main").querySelector("h1");

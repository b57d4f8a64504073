// Staged edits: what the server has, what the person has made of it, and the green Save between the two.

import { notice, noticeOf, openDialog, toast } from "./dialogs.js";
import { bdi, busyWhile, button, focusHeading, isInert, uid } from "./dom.js";
/** @import { Child, FieldError } from "./shared/types" */
import { t, tn } from "./language.js";
import { fieldSentence, SessionLost } from "./refusals.js";
import { Problem } from "./shared/api.js";
import { announce, el } from "./shared/dom.js";

/**
 * @param {unknown} a
 * @param {unknown} b
 */
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

/**
 * Edits of a flat record.
 * @template {object} R
 */
export class Draft {
  /** @type {Map<keyof R, R[keyof R]>} */
  #mine = new Map();
  #listener = () => {};
  /** A version that somebody else saved meanwhile. @type {{ server: R, etag: string | null } | null} */
  #newer = null;

  /**
   * @param {R} server the record as the server has it
   * @param {string | null} etag the version that these are edits of
   */
  constructor(server, etag) {
    this.server = server;
    this.etag = etag;
  }

  /**
   * @template {keyof R} K
   * @param {K} name
   * @returns {R[K]}
   */
  get(name) {
    const mine = /** @type {R[K] | undefined} */ (this.#mine.get(name));
    return this.#mine.has(name) && mine !== undefined ? mine : this.server[name];
  }

  /**
   * @template {keyof R} K
   * @param {K} name
   * @param {R[K]} value
   */
  set(name, value) {
    this.#stage(name, value);
    this.#listener();
  }

  /**
   * @param {keyof R} name
   * @param {R[keyof R]} value
   */
  #stage(name, value) {
    if (same(value, this.server[name] ?? null)) this.#mine.delete(name);
    else this.#mine.set(name, value);
  }

  /** The edits that are not saved yet. */
  get changes() {
    return /** @type {Partial<R>} */ (Object.fromEntries(this.#mine));
  }

  get dirty() {
    return this.#mine.size > 0;
  }

  /** Gives the edits up, for the newest version that is known. */
  discard() {
    this.#mine.clear();
    if (this.#newer) ({ server: this.server, etag: this.etag } = this.#newer);
    this.#newer = null;
    this.#listener();
  }

  /**
   * Learn of a newer version, which the person has not taken yet.
   * @param {R} server
   * @param {string | null} etag
   */
  learn(server, etag) {
    this.#newer = { server, etag };
  }

  /**
   * Go on from a newer version: edits stay, except those that it has already, and those that were given up.
   * @param {R} server
   * @param {string | null} etag
   * @param {(keyof R)[]} [givenUp]
   */
  rebase(server, etag, givenUp = []) {
    this.server = server;
    this.etag = etag;
    this.#newer = null;
    for (const name of givenUp) this.#mine.delete(name);
    for (const [name, value] of [...this.#mine]) this.#stage(name, value);
    this.#listener();
  }

  /**
   * Calls the listener at every change. There is one listener at a time: the page on show.
   * @param {() => void} listener
   */
  watch(listener) {
    this.#listener = listener;
  }
}

/** @template {object} R @param {Partial<R>} record */
export const namesOf = (record) => /** @type {(keyof R & string)[]} */ (Object.keys(record));

/**
 * The page's part of the bar.
 * @typedef {object} SaveBarOptions
 * @property {() => number} count how many changes there are
 * @property {() => Promise<unknown>} save false where the person thought better of it
 * @property {() => void} discard
 * @property {(error: unknown) => boolean | Promise<boolean>} [refused] true where the page shows the refusal itself
 * @property {(listener: () => void) => void} watch
 */

/** The bar on the page, and its *Save*. @type {{ bar: HTMLElement, run: () => unknown } | null} */
let saving = null;

/**
 * Enter in a field of the page saves, as in a form. Forms of their own (adding a phone) stay as they are.
 * @param {HTMLElement} bar
 * @param {() => unknown} run
 */
function enterSaves(bar, run) {
  if (!saving) document.addEventListener("keydown", onEnter);
  saving = { bar, run };
}

/** @param {KeyboardEvent} event */
function onEnter({ key, isComposing, target, repeat }) {
  if (key !== "Enter" || isComposing || repeat || !saving?.bar.isConnected || saving.bar.hidden) return;
  if (!(target instanceof HTMLInputElement) || target.form || !saving.bar.parentElement?.contains(target)) return;
  const { run } = saving;
  setTimeout(run); // after the field's own change event, which the same key causes
}

/**
 * The bar with *Save* and *Discard*, there as long as something is unsaved. It shows the refusals that the page leaves
 * to it.
 * @param {SaveBarOptions} options
 */
export function saveBar({ count, save, discard, refused = () => false, watch }) {
  const words = el("p", { class: "save-words" });
  const room = el("div", { class: "save-room", role: "alert" });
  const saveButton = button(t("save"), { kind: "save", onclick: run });
  const discardButton = button(t("discard"), { onclick: discardAll });
  const row = el("div", { class: "save-row" }, words, discardButton, saveButton);
  const bar = el("div", { class: "save-bar", role: "region", "aria-label": t("unsavedChanges") }, room, row);

  function discardAll() {
    room.replaceChildren();
    discard();
    announce(t("changesDiscarded"));
    focusHeading();
  }

  async function run() {
    room.replaceChildren();
    try {
      if ((await busyWhile(saveButton, save)) === false) return;
      toast(t("saved"));
      if (!saveButton.isConnected || bar.hidden) focusHeading();
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
    words.textContent = tn("unsaved", n);
  }
  watch(draw);
  draw();
  enterSaves(bar, () => (isInert(saveButton) ? undefined : run()));
  return Object.assign(bar, { say: (/** @type {HTMLElement} */ box) => room.replaceChildren(box) });
}

/**
 * Errors that have no field on this page, each with the name of its field.
 * @param {FieldError[]} errors
 * @param {(field: string) => string} nameOf
 */
export function homelessNotice(errors, nameOf) {
  const lines = errors.map(({ field, message }) => el("li", {}, fieldSentence(message, nameOf(field))));
  return notice({ kind: "error", title: t("notSavable"), text: el("ul", {}, lines) });
}

/**
 * How a field of a record is shown in words.
 * @typedef {{ name: string, label: string, show?: (value: never) => string | undefined }} FieldWords
 */

/**
 * Somebody else saved first: show, field by field, theirs and mine; the person chooses. Nothing is written here: the
 * draft goes on from the newer version, and *Save* is pressed again. True when the person goes on.
 * @template {object} R
 * @param {{ draft: Draft<R>, server: R, etag: string | null, fields: FieldWords[] }} options
 */
export async function reconcile({ draft, server, etag, fields }) {
  draft.learn(server, etag);
  const { changes, server: before } = draft;
  const changed = namesOf({ ...before, ...server }).filter(
    (name) => !same(before[name] ?? null, server[name] ?? null) && fields.some((field) => field.name === name),
  );
  const disputed = changed.filter((name) => name in changes && !same(changes[name], server[name]));
  const quiet = changed.filter((name) => !disputed.includes(name));
  const group = uid("dispute");
  const wordsOf = (/** @type {string} */ name) => fields.find((field) => field.name === name) ?? { name, label: name };
  const choices = disputed.map((name, index) =>
    dispute(`${group}-${index}`, wordsOf(name), server[name], changes[name]),
  );
  const rows = quiet.map((name) => changeRow(wordsOf(name), before[name], server[name]));
  const dialog = openDialog({
    title: t("changedByOther"),
    wide: true,
    body: [
      disputeLead(disputed.length > 0),
      choices,
      quietChanges(rows, disputed.length > 0),
      unseenNote(changed.length),
    ],
    actions: [
      button(t("notNow"), { onclick: () => dialog.close(false) }),
      button(t("goOn"), { kind: "primary", "data-first": !disputed.length, onclick: () => dialog.close(true) }),
    ],
  });
  if ((await dialog.closed) !== true) return false;
  const theirs = disputed.filter((_, index) => choices[index].querySelector('[value="theirs"]:checked'));
  draft.rebase(server, etag, theirs);
  return true;
}

/** @param {boolean} disputed */
function disputeLead(disputed) {
  return el("p", {}, t(disputed ? "keepWhich" : "keepBoth"));
}

/** @param {number} changes that are shown */
function unseenNote(changes) {
  return changes ? null : el("p", {}, t("notShownHere"));
}

/**
 * @param {Child[]} rows
 * @param {boolean} disputed
 */
function quietChanges(rows, disputed) {
  if (!rows.length) return null;
  const title = t(disputed ? "alsoChanged" : "changedMeanwhile");
  return el("div", {}, el("h3", {}, title), el("dl", { class: "facts" }, rows));
}

/**
 * @param {FieldWords} field
 * @param {unknown} value
 */
function shown(field, value) {
  const show = /** @type {((value: unknown) => string | undefined) | undefined} */ (field.show);
  return bdi(show?.(value) ?? plain(value));
}

/**
 * The choice between their value and mine.
 * @param {string} group
 * @param {FieldWords} field
 * @param {unknown} theirs
 * @param {unknown} mine
 */
function dispute(group, field, theirs, mine) {
  const option = (/** @type {string} */ side, /** @type {string} */ who, /** @type {unknown} */ value) => {
    const id = `${group}-${side}`;
    const input = el("input", { type: "radio", name: group, id, value: side, checked: side === "theirs" });
    const hint = el("span", { class: "choice-hint" }, who);
    const name = el("span", { class: "choice-name" }, shown(field, value));
    return el("label", { class: "choice", for: id }, input, el("span", {}, hint, name));
  };
  return el(
    "fieldset",
    { class: "choices two" },
    el("legend", {}, field.label),
    option("theirs", t("theirs"), theirs),
    option("mine", t("yours"), mine),
  );
}

/**
 * @param {FieldWords} field
 * @param {unknown} before
 * @param {unknown} after
 */
function changeRow(field, before, after) {
  const old = el("s", { class: "soft" }, shown(field, before));
  return el("div", {}, el("dt", {}, field.label), el("dd", {}, old, " → ", shown(field, after)));
}

/** @param {unknown} value */
export function plain(value) {
  if (value === null || value === undefined || value === "") return t("nothing");
  if (value === true) return t("on");
  if (value === false) return t("off");
  if (Array.isArray(value)) return value.join(", ") || t("none");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/**
 * @param {unknown} error
 * @returns {error is Problem}
 */
export const isConflict = (error) => error instanceof Problem && error.code === "precondition_failed";

/**
 * A refusal that names fields.
 * @param {unknown} error
 * @returns {error is Problem}
 */
export const isInvalid = (error) =>
  error instanceof Problem && error.code === "invalid_request" && error.errors.length > 0;

// The selection of users in their list: some of a page, or all that match.

/** @import { Child, User } from "../shared/types" */
/** @import { Column } from "../table.js" */
import { button } from "../dom.js";
import { t, tn } from "../language.js";
import { may } from "../roles.js";
import { el } from "../shared/dom.js";
import { changeMany } from "./bulk-dialog.js";

/** The filters that a job takes, as the list has them. */
const FILTERS = ["kind", "mfa", "q", "status", "filter", "not_seen_days"];

/** The users whom an administrator has selected, and the bar that says so. */
export class BulkSelection {
  /** @type {Set<string>} */
  #names = new Set();
  #all = false;
  /** @type {User[]} */
  #shown = [];
  /** @type {number | null} */
  #total = null;
  /** @type {Record<string, string>} */
  #filters = {};
  total = el("p", { class: "soft list-total" });
  #page = el("input", { type: "checkbox" });
  #words = el("span", { role: "status" });
  #everybody = button("", { kind: "small", onclick: () => this.#set([], true) });
  #clear = button(t("bulkClear"), { kind: "small quiet", onclick: () => this.clear() });
  #change = button(t("bulkChange"), { kind: "small primary", onclick: () => changeMany(this.#selected()) });

  constructor() {
    this.#page.addEventListener("change", () => {
      const names = this.#shown.map((user) => user.login_name);
      const others = [...this.#names].filter((name) => !names.includes(name));
      this.#set(this.#page.checked ? [...others, ...names] : others, false);
    });
    this.bar = el(
      "div",
      { class: "tools bulk-bar", hidden: !may("help") },
      el("label", { class: "bulk-page" }, this.#page, el("span", {}, t("bulkSelectPage"))),
      this.#words,
      this.#everybody,
      this.#clear,
      this.#change,
    );
    this.#draw();
  }

  /**
   * A page of the list was read. Other filters select nobody yet.
   * @param {Record<string, string>} filters those of the page that was read: they select, whatever is chosen later
   * @param {number | null} count the users in the list, null where it is not known
   */
  read(filters, count) {
    const given = Object.fromEntries(FILTERS.filter((name) => filters[name]).map((name) => [name, filters[name]]));
    if (JSON.stringify(given) !== JSON.stringify(this.#filters)) this.clear();
    this.#filters = given;
    this.#total = count;
    this.total.textContent = count === null ? "" : tn("users", count);
  }

  /** Select nobody. */
  clear() {
    this.#set([], false);
  }

  /**
   * The columns of a page of the list, with one to select from.
   * @param {Column<User>[]} columns
   * @param {User[]} items
   * @returns {Column<User>[]}
   */
  columns(columns, items) {
    this.#shown = items;
    this.#draw();
    if (!may("help")) return columns;
    return [{ label: t("bulkSelect"), unseen: true, cell: (user) => this.#box(user) }, ...columns];
  }

  /**
   * @param {User} user
   * @returns {Child}
   */
  #box({ login_name: name }) {
    const box = el("input", { type: "checkbox", "aria-label": t("bulkSelectUser", { name }) });
    box.dataset.bulk = name;
    box.checked = this.#all || this.#names.has(name);
    box.addEventListener("change", () => {
      const from = this.#all ? this.#shown.map((user) => user.login_name) : [...this.#names];
      this.#set(box.checked ? [...from, name] : from.filter((each) => each !== name), false);
    });
    return box;
  }

  /** @returns {import("./bulk-dialog.js").Selected} */
  #selected() {
    if (!this.#all) return { count: this.#names.size, selection: { login_names: [...this.#names] } };
    const given = Object.entries(this.#filters).map(([name, value]) => [name, typed(name, value)]);
    return { count: this.#total ?? 0, selection: { users: Object.fromEntries(given) } };
  }

  /**
   * @param {string[]} names
   * @param {boolean} all
   */
  #set(names, all) {
    this.#names = new Set(names);
    this.#all = all;
    for (const box of document.querySelectorAll("[data-bulk]"))
      if (box instanceof HTMLInputElement) box.checked = all || this.#names.has(box.dataset.bulk ?? "");
    this.#draw();
  }

  #draw() {
    const count = this.#all ? (this.#total ?? 0) : this.#names.size;
    const here = this.#shown.filter((user) => this.#all || this.#names.has(user.login_name)).length;
    this.#page.checked = here > 0 && here === this.#shown.length;
    this.#page.indeterminate = here > 0 && here < this.#shown.length;
    this.#words.textContent = count ? tn("bulkSelected", count) : "";
    this.#everybody.hidden = this.#all || !count || this.#total === null || this.#total <= this.#shown.length;
    const label = this.#everybody.lastChild;
    if (label) label.textContent = tn("bulkSelectAll", this.#total ?? 0);
    this.#clear.hidden = !count;
    this.#change.hidden = !count;
  }
}

/**
 * A filter as the API takes it in a body.
 * @param {string} name
 * @param {string} value
 */
function typed(name, value) {
  if (name === "mfa") return value === "true";
  return name === "not_seen_days" ? Number(value) : value;
}

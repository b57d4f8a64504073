// Lists: a table that becomes cards where there is no room for one, and paging by the API's cursors.

/** @import { Key, StemOf } from "./language.js" */
/** @import { Attributes, Child, ListPage } from "./shared/types" */
import { button, icon } from "./dom.js";
import { t, tn } from "./language.js";
import { failed, loading } from "./page.js";
import { explain, SessionLost } from "./refusals.js";
import { Problem } from "./shared/api.js";
import { announce, el } from "./shared/dom.js";
import { number } from "./words.js";

/**
 * A column. `kind` "number" aligns right, "main" heads the card, "end" holds the actions; `unseen` hides the label.
 * @template T
 * @typedef {object} Column
 * @property {string} label
 * @property {(item: T) => Child} cell
 * @property {"number" | "main" | "end"} [kind]
 * @property {boolean} [unseen]
 */

/**
 * A table. The roles are spelled out because cards are laid out as blocks.
 * @template T
 * @param {object} options
 * @param {string} options.caption for screen readers
 * @param {Column<T>[]} options.columns
 * @param {T[]} options.items
 * @param {(item: T) => Attributes} [options.row] attributes of an item's row
 */
export function table({ caption, columns, items, row = () => ({}) }) {
  const head = el("tr", { role: "row" }, columns.map(headCell));
  const rows = items.map((item) =>
    el(
      "tr",
      { role: "row", ...row(item) },
      columns.map((column) => bodyCell(column, item)),
    ),
  );
  return el(
    "div",
    { class: "table-room" },
    el(
      "table",
      { class: "table", role: "table" },
      el("caption", { class: "unseen" }, caption),
      el("thead", { role: "rowgroup" }, head),
      el("tbody", { role: "rowgroup" }, rows),
    ),
  );
}

/**
 * @template T
 * @param {Column<T>} column
 */
function headCell({ label, kind, unseen }) {
  const words = unseen ? el("span", { class: "unseen" }, label) : label;
  return el("th", { scope: "col", role: "columnheader", dataset: { kind: kind ?? "" } }, words);
}

/**
 * @template T
 * @param {Column<T>} column
 * @param {T} item
 */
function bodyCell({ label, cell, kind, unseen }, item) {
  const dataset = { kind: kind ?? "", label: unseen ? "" : label };
  const content = el("div", { class: "cell" }, cell(item));
  return kind === "main"
    ? el("th", { role: "rowheader", scope: "row", dataset }, content)
    : el("td", { role: "cell", dataset }, content);
}

/** The place in a list: the cursors of the pages so far. Kept by the page, so that coming back shows the same. */
export class Position {
  /** The list that it is about. @type {string | null} */
  key = null;
  /** @type {(string | null)[]} */
  cursors = [null];

  /**
   * Start over, unless the list is still the one of `key`.
   * @param {string} key
   */
  of(key) {
    if (this.key !== key) this.reset(key);
    return this;
  }

  /** @param {string | null} key */
  reset(key) {
    this.key = key;
    this.cursors = [null];
  }

  get cursor() {
    return this.cursors.at(-1) ?? null;
  }
}

/**
 * `fetch` gets a page, `draw` shows its items, `none` is shown for an empty list.
 * @template T
 * @typedef {object} ListOptions
 * @property {(cursor: string | null) => Promise<ListPage<T>>} fetch
 * @property {(items: T[]) => HTMLElement} draw
 * @property {() => HTMLElement} none
 * @property {Position} [position]
 * @property {string} [label] names the buttons to other pages: "Pages of the log"
 * @property {StemOf<Key>} [count] the words for a number of items: "users"
 */

/**
 * `reload({ quiet: true })` keeps showing the items meanwhile; with `says`, the number of items is announced.
 * @typedef {{ quiet?: boolean, says?: boolean }} Reload
 *
 * @typedef {{ element: HTMLElement, reload: (how?: Reload) => Promise<void> }} PagedList
 */

/**
 * A list that is paged, on the page.
 * @template T
 */
class Pages {
  #room = el("div", {});
  #position;
  #pager;
  /** The cursor of the next page. @type {string | null} */
  #following = null;
  #turn = 0;
  /** Called when the items are there. @type {(() => void)[]} */
  #waiting = [];

  /** @param {ListOptions<T>} options */
  constructor(options) {
    this.options = options;
    this.#position = options.position ?? new Position();
    this.#pager = pagerOf(options.label ?? t("pagesOfList"), {
      back: () => this.#move(() => this.#position.cursors.pop()),
      on: () => this.#move(() => this.#position.cursors.push(this.#following)),
    });
    this.element = el("div", { class: "list" }, this.#room, this.#pager.element);
  }

  /**
   * Resolves when the items are there, of this request or of a later one.
   * @param {Reload} [how]
   * @returns {Promise<void>}
   */
  reload(how = {}) {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#read(how);
    });
  }

  /** @param {Reload} how */
  async #read({ quiet = false, says = false }) {
    const mine = ++this.#turn;
    const isMine = () => mine === this.#turn;
    const wait = quiet || this.#room.children.length ? 400 : 0;
    const waiting = setTimeout(() => isMine() && this.#room.replaceChildren(loading(5, () => this.reload())), wait);
    this.#room.setAttribute("aria-busy", "true");
    try {
      const page = await firstPage(this.options.fetch, this.#position.cursor, isMine);
      if (!isMine()) return;
      this.#show(page);
      if (says) announce(this.#words(page));
    } catch (error) {
      if (isMine() && !(error instanceof SessionLost)) this.#refuse(error);
    } finally {
      clearTimeout(waiting);
      if (isMine()) {
        this.#room.removeAttribute("aria-busy");
        for (const resolve of this.#waiting.splice(0)) resolve();
      }
    }
  }

  /** @param {ListPage<T>} page */
  #show({ items, cursor = null }) {
    const { draw, none } = this.options;
    this.#following = cursor;
    const page = this.#position.cursors.length;
    this.#room.replaceChildren(!items.length && page === 1 ? none() : draw(items));
    this.#pager.show(page, cursor !== null);
  }

  /** @param {ListPage<T>} page */
  #words({ items, cursor = null }) {
    const { count = "items", none } = this.options;
    if (!items.length) return none().textContent ?? "";
    return t(cursor === null ? "allOfThem" : "firstOfThem", { count: tn(count, items.length) });
  }

  /** @param {unknown} error */
  #refuse(error) {
    this.#pager.element.hidden = true;
    const again = () => {
      // A cursor that is no longer valid.
      if (error instanceof Problem && error.code === "invalid_request") this.#position.reset(this.#position.key);
      this.reload();
    };
    this.#room.replaceChildren(failed(explain(error), again));
  }

  /** @param {() => void} step */
  async #move(step) {
    step();
    await this.reload();
    announce(this.#pager.words());
    this.#pager.keepFocus();
    this.element.scrollIntoView({ block: "nearest" });
  }
}

/**
 * A list that is paged.
 * @template T
 * @param {ListOptions<T>} options
 * @returns {PagedList}
 */
export function pagedList(options) {
  return new Pages(options);
}

/**
 * The first page that has items. A page may be empty and have a cursor: the API reads only so much for one request.
 * @template T
 * @param {(cursor: string | null) => Promise<ListPage<T>>} fetch
 * @param {string | null} cursor
 * @param {() => boolean} wanted
 */
async function firstPage(fetch, cursor, wanted) {
  let page = await fetch(cursor);
  while (!page.items.length && page.cursor && wanted()) page = await fetch(page.cursor);
  return page;
}

/**
 * @param {string} label
 * @param {{ back: () => void, on: () => void }} moves
 */
function pagerOf(label, { back, on }) {
  const previous = button(t("previous"), { kind: "small", icon: "previous", onclick: back });
  const next = button(t("next"), { kind: "small icon-last", icon: "next", onclick: on });
  const where = el("span", { class: "soft" });
  const element = el("nav", { class: "pager", "aria-label": label, hidden: true }, previous, where, next);
  return {
    element,
    words: () => where.textContent,
    /** The button that was pressed may be gone at an end of the list: then the other one has the focus. */
    keepFocus() {
      if (document.activeElement === document.body) (next.hidden ? previous : next).focus();
    },
    /**
     * @param {number} page
     * @param {boolean} more
     */
    show(page, more) {
      where.textContent = t("pageNumber", { n: number(page) });
      previous.hidden = page === 1;
      next.hidden = !more;
      element.hidden = previous.hidden && next.hidden;
    },
  };
}

/**
 * A box to search in; `onsearch(text)` is called when the person pauses.
 * @param {{ label: string, value?: string, placeholder: string, onsearch: (text: string) => void }} options
 */
export function searchBox({ label, value = "", placeholder, onsearch }) {
  const input = el("input", {
    type: "search",
    "aria-label": label,
    placeholder,
    autocomplete: "off",
    spellcheck: "false",
    autocapitalize: "none",
  });
  input.value = value;
  /** @type {number | undefined} */
  let timer;
  let last = input.value;
  const tell = () => {
    clearTimeout(timer);
    if (input.value.trim() === last) return;
    last = input.value.trim();
    onsearch(last);
  };
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(tell, 300);
  });
  input.addEventListener("change", tell);
  return el("div", { class: "search" }, icon("search"), input);
}

/**
 * A filter with a few choices, as a select.
 * @param {object} options
 * @param {string} options.label
 * @param {string} options.value
 * @param {[value: string, label: string][]} options.options
 * @param {(value: string) => void} options.onchange
 */
export function filterBox({ label, value, options, onchange }) {
  const choices = options.map(([key, text]) => el("option", { value: key }, text));
  const select = el("select", { "aria-label": label }, choices);
  select.value = value;
  select.addEventListener("change", () => onchange(select.value));
  return el("div", { class: "select small" }, select);
}

// Lists: a table that becomes cards where there is no room for one, and paging by the API's cursors.

import { announce, button, el, icon } from "./dom.js";
import { failed, loading } from "./page.js";
import { explain } from "./refusals.js";
import { SessionLost } from "./api.js";

/**
 * A table. `columns` are `{label, cell(item), kind?, unseen?}`: `kind` "number" aligns right, "main" heads the card, "end"
 * holds what can be done. The roles are spelled out because cards are laid out as blocks.
 */
export function table({ caption, columns, items, row = () => ({}) }) {
  return el(
    "div",
    { class: "table-room" },
    el(
      "table",
      { class: "table", role: "table" },
      el("caption", { class: "unseen" }, caption),
      el(
        "thead",
        { role: "rowgroup" },
        el(
          "tr",
          { role: "row" },
          columns.map(({ label, kind, unseen }) =>
            el(
              "th",
              { scope: "col", role: "columnheader", dataset: { kind: kind ?? "" } },
              unseen ? el("span", { class: "unseen" }, label) : label,
            ),
          ),
        ),
      ),
      el(
        "tbody",
        { role: "rowgroup" },
        items.map((item) =>
          el(
            "tr",
            { role: "row", ...row(item) },
            columns.map(({ label, cell, kind, unseen }) =>
              el(
                kind === "main" ? "th" : "td",
                {
                  role: kind === "main" ? "rowheader" : "cell",
                  scope: kind === "main" ? "row" : null,
                  dataset: { kind: kind ?? "", label: unseen ? "" : label },
                },
                el("div", { class: "cell" }, cell(item)),
              ),
            ),
          ),
        ),
      ),
    ),
  );
}

/** Where one is in a list: the cursors of the pages before. Kept by the page, so that coming back shows the same. */
export class Position {
  constructor() {
    this.reset();
  }

  /** Start over, unless the list is still the one of `key`. */
  of(key) {
    if (this.key !== key) this.reset(key);
    return this;
  }

  reset(key = null) {
    this.key = key;
    this.cursors = [null];
  }

  get cursor() {
    return this.cursors.at(-1);
  }
}

/** A list that is paged: `fetch(cursor)` gives `{items, cursor?}`, `draw(items)` an element, `none()` one for an empty list. */
export function pagedList({ fetch, draw, none, position = new Position(), noun = "list" }) {
  const room = el("div", {});
  const previous = button("Previous", {
    kind: "small",
    icon: "previous",
    onclick: () => move(() => position.cursors.pop()),
  });
  const next = button("Next", {
    kind: "small icon-last",
    icon: "next",
    onclick: () => move(() => position.cursors.push(following)),
  });
  const where = el("span", { class: "soft" });
  const pager = el(
    "nav",
    { class: "pager", "aria-label": `Pages of the ${noun}`, hidden: true },
    previous,
    where,
    next,
  );
  const element = el("div", { class: "list" }, room, pager);
  let following = null;
  let turn = 0;

  async function move(step) {
    step();
    await reload();
    announce(where.textContent);
    element.scrollIntoView({ block: "nearest" });
  }

  async function reload({ quiet = false } = {}) {
    const mine = ++turn;
    const waiting = setTimeout(
      () => mine === turn && room.replaceChildren(loading(5)),
      quiet || room.children.length ? 400 : 0,
    );
    room.setAttribute("aria-busy", "true");
    try {
      let { items, cursor = null } = await fetch(position.cursor);
      // A page may be empty and have a cursor: the API reads only so much for one request.
      while (!items.length && cursor && mine === turn) ({ items, cursor = null } = await fetch(cursor));
      if (mine !== turn) return;
      following = cursor;
      const nothing = !items.length && position.cursors.length === 1;
      room.replaceChildren(nothing ? none() : draw(items));
      where.textContent = `Page ${position.cursors.length}`;
      previous.hidden = position.cursors.length === 1;
      next.hidden = following === null;
      pager.hidden = previous.hidden && next.hidden;
    } catch (error) {
      if (mine !== turn || error instanceof SessionLost) return;
      pager.hidden = true;
      const again = () => {
        if (error.code === "invalid_request") position.reset(position.key); // a cursor that is no longer good
        reload();
      };
      room.replaceChildren(failed(explain(error), again));
    } finally {
      clearTimeout(waiting);
      if (mine === turn) room.removeAttribute("aria-busy");
    }
  }

  return { element, reload };
}

/** A box to search in; `onsearch(text)` is called when the typing pauses. */
export function searchBox({ label, value, placeholder, onsearch }) {
  const input = el("input", {
    type: "search",
    "aria-label": label,
    placeholder,
    autocomplete: "off",
    spellcheck: "false",
    autocapitalize: "none",
  });
  input.value = value ?? "";
  let timer;
  let last = input.value;
  const tell = () => {
    clearTimeout(timer);
    if (input.value.trim() !== last) onsearch((last = input.value.trim()));
  };
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(tell, 300);
  });
  input.addEventListener("change", tell);
  return el("div", { class: "search" }, icon("search"), input);
}

/** A filter with a few choices, as a select: `options` are `[value, label]`. */
export function filterBox({ label, value, options, onchange }) {
  const select = el(
    "select",
    { "aria-label": label, onchange: () => onchange(select.value) },
    options.map(([key, text]) => el("option", { value: key }, text)),
  );
  select.value = value ?? "";
  return el("div", { class: "select small" }, select);
}

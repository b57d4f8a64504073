// The log over everything: what administrators, clients, the product and refused logins did, over all users.

import { toast, toastError } from "../dialogs.js";
import { bdi, busyWhile, button, download } from "../dom.js";
import { selectField, textField } from "../fields.js";
/** @import { PageContext } from "../page.js" */
/** @import { Answer, Child, LogExport, LogLine, LogPage } from "../shared/types" */
/** @import { Column } from "../table.js" */
import { language, t, tn, tp } from "../language.js";
import { empty, heading } from "../page.js";
import { restate, to } from "../router.js";
import { admin } from "../session.js";
import { learnSettings } from "../settings-schema.js";
import { query } from "../shared/api.js";
import { el } from "../shared/dom.js";
import { Position, pagedList, table } from "../table.js";
import { byName, time, timeZone } from "../words.js";
import { EVENT_TYPES } from "./event-types.js";
import { profileChanges, settingsChanges } from "./event-values.js";
import { ACTORS, addressCell, eventCell, isByClient, learnClients, named } from "./user-history.js";

/** The filters, each empty for all. `from` and `to` are moments. @typedef {Record<string, string>} Filters */

const FILTERS = ["type", "user", "actor", "from", "to", "text"];
const LIMIT = 50;
/** Answers of one export, of 500 lines at most. */
const MOST_ANSWERS = 100;
/**
 * The sentences of changes whose values are folded up.
 * @type {Record<string, "changedSettings" | "changedUser" | undefined>}
 */
const CHANGED = { settings_changed: "changedSettings", user_changed: "changedUser" };

const position = new Position(); // coming back from a user shows the same page of the log

/**
 * @param {HTMLElement} place
 * @param {PageContext} context
 */
export async function draw(place, { search, present }) {
  const filters = Object.fromEntries(FILTERS.map((name) => [name, search.get(name) ?? ""]));
  const searched = searchBack(filters);
  const list = pagedList({
    label: t("pagesOfLog"),
    count: "lines",
    position: position.of(JSON.stringify(filters)),
    fetch: searched.fetch,
    draw: searched.draw,
    none: () => nothing(filters, clear),
  });

  /** @param {Filters} changed */
  function restart(changed) {
    Object.assign(filters, changed);
    restate(`#/log${query(filters)}`);
    position.of(JSON.stringify(filters));
    list.reload({ says: true });
  }

  function clear() {
    restart(Object.fromEntries(FILTERS.map((name) => [name, ""])));
    tools.replaceChildren(...fields(filters, restart));
    tools.querySelector("select")?.focus();
  }

  const room = { class: "log-filters", role: "search", "aria-label": t("logFilters") };
  const tools = el("div", room, fields(filters, restart));
  place.append(
    heading({ title: t("log"), lead: t("logLead"), actions: exports(filters) }),
    el("div", { class: "card flush" }, tools, searched.note, list.element),
  );
  present();
  await list.reload();
}

/**
 * A search of the log. It says how far back it has looked: above the list while it goes on, below the lines at its end
 * @param {Filters} filters
 */
function searchBack(filters) {
  /** @type {string | null} */
  let searchedTo = null;
  const note = el("p", { class: "soft note", role: "status", hidden: true });

  /** @param {string | null} cursor */
  async function fetch(cursor) {
    const asked = JSON.stringify(filters);
    const page = await read(filters, cursor).catch((error) => {
      note.hidden = true;
      throw error;
    });
    searchedTo = page.items.length < LIMIT ? page.searched_to : null;
    // A page without lines that is not the last: the list asks on by itself, which may take a while.
    const looksOn = searchedTo && !page.items.length && asked === JSON.stringify(filters);
    note.hidden = !looksOn;
    if (searchedTo && looksOn) note.replaceChildren(...tp("lookingBack", { at: time(searchedTo) }));
    return page;
  }

  return { note, fetch, draw: (/** @type {LogLine[]} */ items) => lines(items, searchedTo) };
}

/**
 * @param {Filters} filters
 * @param {string | null} cursor
 */
async function read(filters, cursor) {
  /** @type {Answer<LogPage>} */
  const { body } = await admin("GET", `/events${query({ ...filters, cursor, limit: LIMIT })}`);
  const items = body.items.map(toEvent);
  if (items.some(({ type }) => type === "settings_changed")) await learnSettings();
  await learnClients(items);
  return { ...body, items };
}

/**
 * The line in the form of a history's event, which the sentences read.
 * @param {LogLine} line
 * @returns {LogLine}
 */
const toEvent = (line) => ({ ...line, detail: { ...line.detail, values: line.changes } });

/**
 * @param {LogLine[]} items
 * @param {string | null} searchedTo
 */
function lines(items, searchedTo) {
  const caption = tn("logCaption", items.length);
  const shown = table({ caption, items, columns: columns() });
  if (!searchedTo) return shown;
  const note = el("p", { class: "soft note" }, tp("lookedBack", { at: time(searchedTo) }));
  return el("div", {}, shown, note);
}

/** @returns {Column<LogLine>[]} */
function columns() {
  return [
    { label: t("columnWhat"), kind: "main", cell: whatCell },
    { label: t("columnUser"), cell: userCell },
    { label: t("columnWhen"), cell: ({ at }) => time(at, { precise: true }) },
    { label: t("columnWho"), cell: whoCell },
    { label: t("columnFrom"), cell: addressCell },
  ];
}

/** @param {LogLine} line */
function whatCell(line) {
  const words = CHANGED[line.type];
  const count = Object.keys(line.changes).length;
  if (!words || !count) return eventCell(line, { login_name: line.user ?? "" });
  const values = line.type === "settings_changed" ? settingsChanges(line.detail) : profileChanges(line.detail);
  const folded = el("details", {}, el("summary", {}, tn(words, count)), values);
  return el("div", { class: "event" }, el("span", { class: "dot", "aria-hidden": "true" }), folded);
}

/**
 * The user in whose history the line stands. What administrators did to the settings stands in their own.
 * @param {LogLine} line
 * @returns {Child}
 */
function userCell({ user, type }) {
  if (!user) return el("span", { class: "soft" }, type === "wrong_password" ? t("noSuchName") : "–");
  return el("a", { class: "log-user", href: to("users", user, "history") }, bdi(user));
}

/**
 * @param {LogLine} line
 * @returns {Child}
 */
function whoCell(line) {
  const { actor, type } = line;
  if (type === "wrong_password") return el("span", { class: "soft" }, t("whoNotKnown"));
  if (isByClient(line)) return named(actor);
  return ACTORS[actor] ? el("span", { class: "nowrap" }, ACTORS[actor]) : bdi(actor);
}

/**
 * @param {Filters} filters
 * @param {() => void} clear
 */
function nothing(filters, clear) {
  return Object.values(filters).some(Boolean)
    ? empty({
        title: t("noLineFits"),
        text: t("noLineFitsText"),
        actions: [button(t("clearFilters"), { onclick: clear })],
      })
    : empty({ title: t("logIsEmpty"), text: t("logIsEmptyText") });
}

/**
 * @param {Filters} filters
 * @param {(changed: Filters) => void} restart
 */
function fields(filters, restart) {
  const filtering = { filters, restart };
  const types = [...EVENT_TYPES].sort(([, one], [, other]) => byName(one, other));
  const type = selectField({
    label: t("columnWhat"),
    value: filters.type,
    options: [["", t("everything")], ...types],
    onchange: (value) => restart({ type: value }),
  });
  return [
    type.element,
    words(filtering, "user", t("columnUser"), t("filterUser")),
    words(filtering, "actor", t("filterActor"), t("filterActorHint")),
    moment(filtering, "from", t("filterFrom")),
    moment(filtering, "to", t("filterBefore")),
    words(filtering, "text", t("filterText"), t("filterTextHint")),
  ];
}

/** What a filter's field needs. @typedef {{ filters: Filters, restart: (changed: Filters) => void }} Filtering */

/**
 * A filter that is typed, and holds when it is left or Enter is pressed.
 * @param {Filtering} filtering
 * @param {string} name
 * @param {string} label
 * @param {string} placeholder
 */
function words({ filters, restart }, name, label, placeholder) {
  const field = textField({ label, value: filters[name], placeholder, maxlength: 128 });
  field.input.addEventListener("change", () => restart({ [name]: field.input.value.trim() }));
  return field.element;
}

/**
 * A moment in the time of this place.
 * @param {Filtering} filtering
 * @param {string} name
 * @param {string} label
 */
function moment({ filters, restart }, name, label) {
  const hint = t("timeZone", { zone: timeZone() });
  const field = textField({ label, hint, type: "datetime-local", value: toLocal(filters[name]) });
  field.input.addEventListener("change", () => {
    const { value } = field.input;
    restart({ [name]: value ? new Date(value).toISOString() : "" });
  });
  return field.element;
}

/**
 * A moment as a field for local time takes it.
 * @param {string} iso
 */
function toLocal(iso) {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return "";
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** @param {Filters} filters */
function exports(filters) {
  const csv = button(t("exportCsv"), { icon: "download", onclick: () => save(csv, filters, "csv") });
  const jsonl = button(t("exportJsonLines"), { icon: "download", onclick: () => save(jsonl, filters, "jsonl") });
  return [csv, jsonl];
}

/**
 * The lines that the filters let through, page by page, as one file.
 * @param {HTMLElement} control
 * @param {Filters} filters
 * @param {"csv" | "jsonl"} format
 */
async function save(control, filters, format) {
  /** @type {string[]} */
  const pieces = [];
  let count = 0;
  /** @type {string | null} */
  let cursor = null;
  try {
    await busyWhile(control, async () => {
      for (let answers = 0; answers < MOST_ANSWERS && (cursor || !answers); answers++) {
        /** @type {Answer<LogExport>} */
        const { body } = await admin("GET", `/events/export${query({ ...filters, format, cursor })}`);
        pieces.push(body.text);
        count += body.lines;
        cursor = body.cursor ?? null;
      }
      // With a byte order mark, without which Excel does not read UTF-8.
      const mark = format === "csv" ? "\ufeff" : "";
      const type = format === "csv" ? "text/csv;charset=utf-8" : "application/jsonl";
      download(`log-${new Date().toISOString().slice(0, 10)}.${format}`, mark + pieces.join(""), type);
    });
    toast(language.sentences(tn("exportedLines", count), cursor && t("olderOnes")));
  } catch (error) {
    toastError(error);
  }
}

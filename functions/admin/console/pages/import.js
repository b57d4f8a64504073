// Import of users: a dry run over all lines first, then chunk by chunk. It can be paused, and repeated without harm.

import { notice, noticeOf } from "../dialogs.js";
import { button, download, relabel } from "../dom.js";
/** @import { Answer, Chunk, ImportReport, LineError } from "../shared/types" */
import { t, tn } from "../language.js";
import { empty, heading, section } from "../page.js";
import { SessionLost } from "../refusals.js";
import { may, roleNotice } from "../roles.js";
import { guard } from "../router.js";
import { admin } from "../session.js";
import { announce, el } from "../shared/dom.js";
import { number } from "../words.js";

const MOST_BYTES = 5_000_000; // what one request to a function may hold, with room for its wrapping
const SHOWN = 200;
const PATIENCE_MS = 60_000;
const TEXTS = ["alias", "owner", "contact_email", "locale"].join(", ");
const COLUMNS = [
  ["login_name", t("column_login_name")],
  ["kind", t("column_kind")],
  [TEXTS, t("column_texts")],
  ["mfa_enabled", t("column_mfa_enabled")],
  ["status", t("column_status")],
  ["phones", t("column_phones")],
  ["password_hash", t("column_password_hash")],
];
const EXAMPLE = [
  "login_name,alias,owner,contact_email,mfa_enabled,phones",
  "jane.roe,Jane Roe,Example Ltd,jane@example.com,true,+85292153799 +442079460000",
  "",
].join("\r\n");

/** @param {HTMLElement} place */
export async function draw(place) {
  if (!may("manage_users")) {
    place.append(heading({ title: t("importUsers"), crumbs: [[t("place_users"), "#/users"]] }), roleNotice("users"));
    return;
  }
  const room = el("div", { class: "stack", role: "region", "aria-label": t("import") });
  const file = section(
    { title: t("theFile") },
    dropArea((given) => check(room, given)),
    fileHelp(),
  );
  place.append(
    heading({ title: t("importUsers"), crumbs: [[t("place_users"), "#/users"]] }),
    el("div", { class: "stack" }, file, room),
  );
}

/** @param {(file: File) => Promise<void>} take */
function dropArea(take) {
  const input = el("input", { type: "file", accept: ".csv,text/csv", id: "csv", class: "file" });
  const drop = el(
    "label",
    { class: "drop", for: "csv" },
    el("span", { class: "drop-title" }, t("chooseCsv")),
    el("span", { class: "soft" }, t("orDrop")),
    input,
  );
  const takeFirst = async (/** @type {FileList | null | undefined} */ files) => {
    const file = files?.[0];
    if (file) await take(file);
    input.value = ""; // so that the same file can be chosen again
  };
  input.addEventListener("change", () => takeFirst(input.files));
  drop.addEventListener("dragover", (event) => event.preventDefault());
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    takeFirst(event.dataTransfer?.files);
  });
  return drop;
}

function fileHelp() {
  const columns = COLUMNS.map(([name, words]) =>
    el("div", {}, el("dt", {}, el("code", {}, name)), el("dd", {}, words)),
  );
  const save = () => download("users-example.csv", EXAMPLE);
  return el(
    "details",
    {},
    el("summary", {}, t("fileLooks")),
    el("p", { class: "soft" }, t("fileFormat")),
    el("dl", { class: "facts" }, columns),
    button(t("downloadExample"), { kind: "small", icon: "download", onclick: save }),
  );
}

/**
 * The dry run.
 * @param {HTMLElement} room
 * @param {File} file
 */
async function check(room, file) {
  const title = file.name;
  room.replaceChildren(section({ title }, el("p", { class: "soft working" }, t("checkingLines"))));
  try {
    const text = await read(file);
    const report = await send(text, true);
    room.replaceChildren(checked(title, text, report));
    announce(tn("checked", report.lines, { bad: number(report.lines - report.valid) }));
  } catch (error) {
    if (error instanceof SessionLost) return;
    const again = button(t("tryAgain"), { kind: "small", onclick: () => check(room, file) });
    const words =
      error instanceof Unreadable
        ? notice({ kind: "error", title: t("fileUnreadable"), text: error.message })
        : noticeOf(error, [again]);
    room.replaceChildren(section({ title }, words));
  }
}

/**
 * @param {string} csv
 * @param {boolean} dryRun
 */
async function send(csv, dryRun) {
  const body = { csv, dry_run: dryRun };
  /** @type {Answer<ImportReport>} */
  const answer = await admin("POST", "/users/import", { body, patience: PATIENCE_MS });
  return answer.body;
}

/**
 * The result of the dry run, with a button for the import if there is something to import.
 * @param {string} title
 * @param {string} text
 * @param {ImportReport} report
 */
function checked(title, text, report) {
  const bad = report.lines - report.valid;
  const hasErrors = report.errors.length > 0;
  return section(
    { title },
    tally([
      [t("tallyLines"), report.lines],
      [t("tallyGood"), report.valid, "good"],
      [t("tallyBad"), bad, hasErrors ? "bad" : ""],
    ]),
    hasErrors && errorList(title, report.errors, bad),
    nextStep(text, report),
  );
}

/**
 * @param {string} text
 * @param {ImportReport} report
 */
function nextStep(text, report) {
  if (!report.lines) {
    return empty({ title: t("fileEmpty"), text: t("fileEmptyText") });
  }
  if (!report.valid || !report.chunks.length) {
    return notice({ kind: "error", title: t("nothingGood"), text: t("nothingGoodText") });
  }
  return new Importer(text, report).element;
}

/** The import itself: chunk after chunk, as the dry run has cut the file. */
class Importer {
  #next = 0;
  #lines = 0;
  #running = false; // a chunk is under way, or the next one is about to be
  #paused = false;
  #counts = { created: 0, updated: 0, unchanged: 0 };
  #refused = 0;
  /** The errors that only writing has shown. @type {LineError[]} */
  #errors = [];

  /**
   * @param {string} text
   * @param {ImportReport} report of the dry run
   */
  constructor(text, { chunks, valid, errors }) {
    this.text = text;
    this.chunks = chunks;
    this.known = new Set(errors.map((error) => error.line));
    this.header = text.slice(0, chunks[0].start);
    this.total = chunks.reduce((sum, chunk) => sum + chunk.lines, 0);
    this.bar = el("progress", { max: String(this.total), "aria-label": t("importProgress") });
    this.bar.value = 0;
    this.bar.hidden = true;
    this.words = el("p", { class: "soft", role: "status" });
    this.trouble = el("div", { role: "alert" });
    this.control = button(tn("importButton", valid), { kind: "save", onclick: () => this.#press() });
    this.result = el("div", {});
    this.element = el(
      "div",
      { class: "importer" },
      errors.length ? el("p", {}, t("badLinesLeftOut")) : null,
      this.bar,
      this.words,
      this.trouble,
      el("div", { class: "actions" }, this.control),
      this.result,
    );
    guard({
      dirty: () => this.#running || (this.#next > 0 && this.#next < chunks.length),
      discard: () => this.#pause(),
      question: () => ({
        title: t("leaveImport"),
        text: [t("linesStay", this.#progress), t(this.#running ? "underWayIsWritten" : "restIsNot"), t("importTwice")],
        action: t("stopAndLeave"),
      }),
    });
  }

  get #progress() {
    return { done: number(this.#lines), all: number(this.total) };
  }

  #press() {
    if (this.#running) this.#pause();
    else this.#run();
  }

  #pause() {
    this.#paused = true;
    relabel(this.control, t("pausing")); // until the chunk that is under way is done
  }

  async #run() {
    this.#running = true;
    this.#paused = false;
    this.bar.hidden = false;
    this.trouble.replaceChildren();
    relabel(this.control, t("pauseImport"));
    while (!this.#paused && this.#next < this.chunks.length) {
      this.words.textContent = t("linesDone", this.#progress);
      try {
        await this.#importChunk(this.chunks[this.#next]);
      } catch (error) {
        this.#paused = true;
        if (error instanceof SessionLost) return;
        this.trouble.replaceChildren(noticeOf(error), el("p", { class: "soft" }, t("importedIsSafe")));
      }
    }
    this.#running = false;
    const over = this.#next >= this.chunks.length;
    this.words.textContent = over ? "" : t("stoppedAfter", this.#progress);
    relabel(this.control, t("resumeImport"));
    if (over) this.#finish();
  }

  /** @param {Chunk} chunk */
  async #importChunk(chunk) {
    const report = await send(this.header + this.text.slice(chunk.start, chunk.end), false);
    this.#counts.created += report.created;
    this.#counts.updated += report.updated;
    this.#counts.unchanged += report.unchanged;
    // A chunk counts its lines from its own header; the file's lines before it are added.
    const before = breaks(this.text.slice(this.header.length, chunk.start));
    const found = report.errors.map((error) => ({ ...error, line: error.line + before }));
    this.#refused += found.length;
    // The lines that were bad before are listed above already.
    this.#errors.push(...found.filter((error) => !this.known.has(error.line)));
    this.#next += 1;
    this.#lines += chunk.lines;
    this.bar.value = this.#lines;
  }

  #finish() {
    const refused = this.#refused;
    this.control.hidden = true;
    this.bar.hidden = true;
    this.result.replaceChildren(
      tally([
        [t("tallyCreated"), this.#counts.created, "good"],
        [t("tallyUpdated"), this.#counts.updated],
        [t("tallyUnchanged"), this.#counts.unchanged],
        [t("tallyRefused"), refused, refused ? "bad" : ""],
      ]),
      this.#errors.length ? errorList("import", this.#errors) : importDone(refused),
      el("a", { class: "button primary", href: "#/users" }, t("seeUsers")),
    );
  }
}

/** @param {number} refused lines, all of which the check had listed */
const importDone = (refused) =>
  notice({
    kind: "good",
    title: t("importComplete"),
    text: refused ? tn("leftOut", refused) : null,
  });

/** @param {string} text */
const breaks = (text) => text.match(/\r\n|\r|\n/g)?.length ?? 0;

/** @param {[name: string, value: number, kind?: string][]} entries */
function tally(entries) {
  const boxes = entries.map(([name, value, kind = ""]) =>
    el("div", { dataset: { kind } }, el("dt", {}, name), el("dd", {}, number(value))),
  );
  return el("dl", { class: "tally" }, boxes);
}

/**
 * The first of the errors as a table, with all of them to download.
 * @param {string} name of the file
 * @param {LineError[]} errors that the API gave
 * @param {number} [all] how many there are
 */
function errorList(name, errors, all = errors.length) {
  const save = () => download(`${name.replace(/\.csv$/i, "")}-errors.csv`, errorsCsv(errors));
  const shown = number(SHOWN);
  const note =
    all > errors.length ? t("shownFirst", { shown, saved: number(errors.length) }) : t("shownAll", { shown });
  return el(
    "div",
    { class: "errors" },
    el(
      "div",
      { class: "section-head" },
      el("h3", {}, tn("errorCount", all)),
      button(t("downloadErrors"), { kind: "small", icon: "download", onclick: save }),
    ),
    el("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": t("errorsLabel") }, errorTable(errors)),
    all > SHOWN ? el("p", { class: "soft" }, note) : null,
  );
}

/** @param {LineError[]} errors */
function errorTable(errors) {
  const labels = [t("errorLine"), t("errorUser"), t("errorColumn"), t("errorValue"), t("errorWhat")];
  const head = labels.map((label) => el("th", { scope: "col" }, label));
  const rows = errors.slice(0, SHOWN).map(({ line, login_name: user, field, value, message }) => {
    const cells = [String(line), user ?? "", field ?? "", field === "login_name" ? "" : (value ?? ""), message];
    return el(
      "tr",
      {},
      cells.map((cell) => el("td", {}, el("bdi", {}, cell))),
    );
  });
  return el("table", { class: "plain-table" }, el("thead", {}, el("tr", {}, head)), el("tbody", {}, rows));
}

/** @param {LineError[]} errors */
function errorsCsv(errors) {
  const lines = errors.map(({ line, login_name: user, field, value, message }) =>
    [line, user ?? "", field ?? "", value ?? "", message].map(quoted).join(","),
  );
  return ["line,login_name,field,value,message", ...lines, ""].join("\r\n");
}

/**
 * A cell of a CSV file, which no spreadsheet takes for a formula.
 * @param {string | number} value
 */
function quoted(value) {
  const text = String(value);
  return `"${(/^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
}

class Unreadable extends Error {}

/**
 * The file's text, without a byte order mark.
 * @param {File} file
 */
async function read(file) {
  if (file.size > MOST_BYTES) {
    throw new Unreadable(t("tooLarge", { size: number(Math.round(file.size / 1_000_000)) }));
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(await file.arrayBuffer());
  } catch (cause) {
    throw new Unreadable(t("notUtf8"), { cause });
  }
}

// Import of users: a dry run over all lines first, then chunk by chunk. It can be paused, and repeated without harm.

/** @import { Answer, Chunk, ImportReport, LineError } from "../shared/types" */
import { notice, noticeOf } from "../dialogs.js";
import { button, download, relabel } from "../dom.js";
import { empty, heading, section } from "../page.js";
import { SessionLost } from "../refusals.js";
import { may, roleNotice } from "../roles.js";
import { guard } from "../router.js";
import { admin } from "../session.js";
import { announce, el } from "../shared/dom.js";
import { number, plural } from "../words.js";

const MOST_BYTES = 5_000_000; // what one request to a function may hold, with room for its wrapping
const SHOWN = 200;
const PATIENCE_MS = 60_000;
const COLUMNS = [
  ["login_name", "needed"],
  ["kind", "backup or system"],
  ["alias, owner, contact_email, locale", "text"],
  ["mfa_enabled", "true or false"],
  ["status", "active or disabled"],
  ["phones", "numbers in international form, with blanks between them"],
  ["password_hash", "argon2id, encoded; never a password"],
];
const FORMAT = [
  "The first line names the columns, in any order; only login_name is needed.",
  "Users that exist are updated, the others created. UTF-8, with commas.",
].join(" ");
const EXAMPLE = [
  "login_name,alias,owner,contact_email,mfa_enabled,phones",
  "jane.roe,Jane Roe,Example Ltd,jane@example.com,true,+85292153799 +442079460000",
  "",
].join("\r\n");

/** @param {HTMLElement} place */
export async function draw(place) {
  if (!may("manage_users")) {
    place.append(heading({ title: "Import users", crumbs: [["Users", "#/users"]] }), roleNotice("users"));
    return;
  }
  const room = el("div", { class: "stack", role: "region", "aria-label": "Import" });
  const file = section(
    { title: "The file" },
    dropArea((given) => check(room, given)),
    fileHelp(),
  );
  place.append(
    heading({ title: "Import users", crumbs: [["Users", "#/users"]] }),
    el("div", { class: "stack" }, file, room),
  );
}

/** @param {(file: File) => Promise<void>} take */
function dropArea(take) {
  const input = el("input", { type: "file", accept: ".csv,text/csv", id: "csv", class: "file" });
  const drop = el(
    "label",
    { class: "drop", for: "csv" },
    el("span", { class: "drop-title" }, "Choose a CSV file"),
    el("span", { class: "soft" }, "or drop it here. Nothing is written before you have seen what is in it."),
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
    el("summary", {}, "What the file looks like"),
    el("p", { class: "soft" }, FORMAT),
    el("dl", { class: "facts" }, columns),
    button("Download an example", { kind: "small", icon: "download", onclick: save }),
  );
}

/**
 * The dry run.
 * @param {HTMLElement} room
 * @param {File} file
 */
async function check(room, file) {
  const title = file.name;
  room.replaceChildren(section({ title }, el("p", { class: "soft working" }, "Checking every line…")));
  try {
    const text = await read(file);
    const report = await send(text, true);
    room.replaceChildren(checked(title, text, report));
    announce(`${plural(report.lines, "line")} checked, ${report.lines - report.valid} of them bad.`);
  } catch (error) {
    if (error instanceof SessionLost) return;
    const again = button("Try again", { kind: "small", onclick: () => check(room, file) });
    const words =
      error instanceof Unreadable
        ? notice({ kind: "error", title: "This file cannot be read", text: error.message })
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
      ["Lines", report.lines],
      ["Good", report.valid, "good"],
      ["Bad", bad, hasErrors ? "bad" : ""],
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
    const words = "Below the line that names the columns there is nothing.";
    return empty({ title: "There are no users in this file", text: words });
  }
  if (!report.valid || !report.chunks.length) {
    const words = "No line of it is good. Correct the file, then choose it again.";
    return notice({ kind: "error", title: "Nothing can be imported", text: words });
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
    this.bar = el("progress", { max: String(this.total), "aria-label": "Progress of the import" });
    this.bar.value = 0;
    this.bar.hidden = true;
    this.words = el("p", { class: "soft", role: "status" });
    this.trouble = el("div", { role: "alert" });
    this.control = button(`Import ${plural(valid, "user")}`, { kind: "save", onclick: () => this.#press() });
    this.result = el("div", {});
    this.element = el(
      "div",
      { class: "importer" },
      errors.length ? el("p", {}, BAD_LINES) : null,
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
        title: "Leave the import?",
        text: [
          `${number(this.#lines)} of ${number(this.total)} lines are written, and stay.`,
          this.#running
            ? "The part that is under way is written as well; the rest is not."
            : "The rest is not written.",
          "Choose the same file again to go on: importing a line twice changes nothing.",
        ],
        action: "Stop and leave",
      }),
    });
  }

  #press() {
    if (this.#running) this.#pause();
    else this.#run();
  }

  #pause() {
    this.#paused = true;
    relabel(this.control, "Pausing…"); // until the chunk that is under way is done
  }

  async #run() {
    this.#running = true;
    this.#paused = false;
    this.bar.hidden = false;
    this.trouble.replaceChildren();
    relabel(this.control, "Pause");
    while (!this.#paused && this.#next < this.chunks.length) {
      this.words.textContent = `${number(this.#lines)} of ${number(this.total)} lines`;
      try {
        await this.#importChunk(this.chunks[this.#next]);
      } catch (error) {
        this.#paused = true;
        if (error instanceof SessionLost) return;
        this.trouble.replaceChildren(noticeOf(error), el("p", { class: "soft" }, STOPPED));
      }
    }
    this.#running = false;
    const over = this.#next >= this.chunks.length;
    this.words.textContent = over ? "" : `Stopped after ${number(this.#lines)} of ${number(this.total)} lines.`;
    relabel(this.control, "Resume");
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
        ["Created", this.#counts.created, "good"],
        ["Updated", this.#counts.updated],
        ["Unchanged", this.#counts.unchanged],
        ["Refused", refused, refused ? "bad" : ""],
      ]),
      this.#errors.length ? errorList("import", this.#errors) : importDone(refused),
      el("a", { class: "button primary", href: "#/users" }, "See the users"),
    );
  }
}

/** @param {number} refused lines, all of which the check had listed */
const importDone = (refused) =>
  notice({
    kind: "good",
    title: "The import is complete",
    text: refused
      ? `${plural(refused, "line")} that the check found bad ${refused === 1 ? "was" : "were"} left out.`
      : null,
  });

const BAD_LINES = [
  "The bad lines are left out; the good ones can be imported now,",
  "or all of them after you have corrected the file.",
].join(" ");
const STOPPED = [
  "What was imported so far is safe.",
  "Resume goes on with the same chunk; importing it twice changes nothing.",
].join(" ");

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
  const saved = all > errors.length ? `the first ${number(errors.length)}` : "all of them";
  const note = `The first ${SHOWN} are shown here, ${saved} are in the download.`;
  return el(
    "div",
    { class: "errors" },
    el(
      "div",
      { class: "section-head" },
      el("h3", {}, plural(all, "error")),
      button("Download errors", { kind: "small", icon: "download", onclick: save }),
    ),
    el("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": "Errors" }, errorTable(errors)),
    all > SHOWN ? el("p", { class: "soft" }, note) : null,
  );
}

/** @param {LineError[]} errors */
function errorTable(errors) {
  const head = ["Line", "User", "Column", "Value", "What is wrong"].map((label) => el("th", { scope: "col" }, label));
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
    const size = `It has ${number(Math.round(file.size / 1_000_000))} MB, and at most 5 MB go at once.`;
    throw new Unreadable(`${size} Split it into several files, each with the line that names the columns.`);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(await file.arrayBuffer());
  } catch (cause) {
    throw new Unreadable("It is not UTF-8. In a spreadsheet, save it as “CSV UTF-8”.", { cause });
  }
}

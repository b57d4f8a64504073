// Import of users: a dry run over all lines first, then piece by piece, to be paused and to be repeated without harm.

import { SessionLost } from "../api.js";
import { announce, button, download, el } from "../dom.js";
import { notice, noticeOf } from "../dialogs.js";
import { empty, heading, section } from "../page.js";
import { guard } from "../router.js";
import { admin } from "../session.js";
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
const EXAMPLE =
  "login_name,alias,owner,contact_email,mfa_enabled,phones\r\njane.roe,Jane Roe,Example Ltd,jane@example.com,true,+85292153799 +442079460000\r\n";

export function draw(place) {
  const input = el("input", {
    type: "file",
    accept: ".csv,text/csv",
    id: "csv",
    class: "file",
    onchange: () => input.files[0] && take(input.files[0]),
  });
  const drop = el(
    "label",
    { class: "drop", for: "csv" },
    el("span", { class: "drop-title" }, "Choose a CSV file"),
    el("span", { class: "soft" }, "or drop it here. Nothing is written before you have seen what is in it."),
    input,
  );
  drop.addEventListener("dragover", (event) => event.preventDefault());
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    if (event.dataTransfer.files[0]) take(event.dataTransfer.files[0]);
  });
  const room = el("div", { class: "stack", role: "region", "aria-label": "Import" });
  place.append(
    heading({ title: "Import users", crumbs: [["Users", "#/users"]] }),
    el(
      "div",
      { class: "stack" },
      section(
        { title: "The file" },
        drop,
        el(
          "details",
          {},
          el("summary", {}, "What the file looks like"),
          el(
            "p",
            { class: "soft" },
            "The first line names the columns, in any order; only login_name is needed. Users that exist are updated, the others created. UTF-8, with commas.",
          ),
          el(
            "dl",
            { class: "facts" },
            COLUMNS.map(([name, words]) => el("div", {}, el("dt", {}, el("code", {}, name)), el("dd", {}, words))),
          ),
          button("Download an example", {
            kind: "small",
            icon: "download",
            onclick: () => download("users-example.csv", EXAMPLE),
          }),
        ),
      ),
      room,
    ),
  );

  async function take(file) {
    const name = file.name;
    room.replaceChildren(section({ title: name }, el("p", { class: "soft working" }, "Checking every line…")));
    try {
      const text = await read(file);
      const { body } = await admin("POST", "/users/import", {
        body: { csv: text, dry_run: true },
        patience: PATIENCE_MS,
      });
      room.replaceChildren(checked(name, text, body));
      announce(`${plural(body.lines, "line")} checked, ${body.lines - body.valid} of them bad.`);
    } catch (error) {
      if (error instanceof SessionLost) return;
      const words =
        error instanceof Unreadable
          ? notice({ kind: "error", title: "This file cannot be read", text: error.message })
          : noticeOf(error, [button("Try again", { kind: "small", onclick: () => take(file) })]);
      room.replaceChildren(section({ title: name }, words));
    } finally {
      input.value = "";
    }
  }

  function checked(name, text, report) {
    const bad = report.errors.length;
    const parts = [
      tally([
        ["Lines", report.lines],
        ["Good", report.valid, "good"],
        ["Bad", report.lines - report.valid, bad ? "bad" : ""],
      ]),
    ];
    if (bad) parts.push(errorList(name, report.errors, report.lines - report.valid));
    if (!report.lines)
      parts.push(
        empty({
          title: "There are no users in this file",
          text: "Below the line that names the columns there is nothing.",
        }),
      );
    else if (!report.valid || !report.chunks.length)
      parts.push(
        notice({
          kind: "error",
          title: "Nothing can be imported",
          text: "No line of it is good. Correct the file, then choose it again.",
        }),
      );
    else parts.push(importer(text, report, Boolean(bad)));
    return section({ title: name }, parts);
  }

  function importer(text, { chunks, valid }, someBad) {
    const header = text.slice(0, chunks[0].start);
    const total = chunks.reduce((sum, chunk) => sum + chunk.lines, 0);
    const done = { next: 0, lines: 0, created: 0, updated: 0, unchanged: 0, errors: [] };
    let running = false; // a piece is on its way, or the next one is about to be
    let paused = false;
    const bar = el("progress", { max: String(total), "aria-label": "Progress of the import" });
    bar.value = 0;
    const words = el("p", { class: "soft", role: "status" });
    const result = el("div", {});
    const trouble = el("div", { role: "alert" });
    const control = button(`Import ${plural(valid, "user")}`, {
      kind: "save",
      onclick: () => (!running ? run() : pause()),
    });
    const box = el(
      "div",
      { class: "importer" },
      someBad
        ? el(
            "p",
            {},
            "The bad lines are left out; the good ones can be imported now, or all of them after you have corrected the file.",
          )
        : null,
      bar,
      words,
      trouble,
      el("div", { class: "actions" }, control),
      result,
    );
    bar.hidden = true;
    guard({ dirty: () => running || (done.next > 0 && done.next < chunks.length), discard: pause });
    const label = (caption) => (control.lastChild.textContent = caption);

    function pause() {
      paused = true;
      label("Pausing…"); // until the piece that is on its way is done
    }

    async function run() {
      running = true;
      paused = false;
      bar.hidden = false;
      trouble.replaceChildren();
      label("Pause");
      while (!paused && done.next < chunks.length) {
        const chunk = chunks[done.next];
        words.textContent = `${number(done.lines)} of ${number(total)} lines`;
        try {
          const csv = header + text.slice(chunk.start, chunk.end);
          const { body } = await admin("POST", "/users/import", {
            body: { csv, dry_run: false },
            patience: PATIENCE_MS,
          });
          for (const key of ["created", "updated", "unchanged"]) done[key] += body[key];
          // A piece counts its lines from its own header; the file's lines before it are added.
          const before = breaks(text.slice(header.length, chunk.start));
          done.errors.push(...body.errors.map((error) => ({ ...error, line: error.line + before })));
          done.next += 1;
          done.lines += chunk.lines;
          bar.value = done.lines;
        } catch (error) {
          paused = true;
          if (error instanceof SessionLost) return;
          trouble.replaceChildren(
            noticeOf(error),
            el(
              "p",
              { class: "soft" },
              "What was imported so far is safe. Resume goes on with the same piece; doing it twice changes nothing.",
            ),
          );
        }
      }
      running = false;
      const over = done.next >= chunks.length;
      words.textContent = over ? "" : `Stopped after ${number(done.lines)} of ${number(total)} lines.`;
      label("Resume");
      if (over) finish();
    }

    function finish() {
      control.hidden = true;
      bar.hidden = true;
      result.replaceChildren(
        tally([
          ["Created", done.created, "good"],
          ["Updated", done.updated],
          ["Unchanged", done.unchanged],
          ["Refused", done.errors.length, done.errors.length ? "bad" : ""],
        ]),
        done.errors.length
          ? errorList("import", done.errors)
          : notice({ kind: "good", title: "The import is complete" }),
        el("a", { class: "button primary", href: "#/users" }, "See the users"),
      );
    }
    return box;
  }
  return Promise.resolve();
}

const breaks = (text) => text.match(/\r\n|\r|\n/g)?.length ?? 0;

function tally(entries) {
  return el(
    "dl",
    { class: "tally" },
    entries.map(([name, value, kind = ""]) =>
      el("div", { dataset: { kind } }, el("dt", {}, name), el("dd", {}, number(value))),
    ),
  );
}

/** The first of the bad lines to be seen, all of them to be taken along. */
function errorList(name, errors, all = errors.length) {
  const rows = errors
    .slice(0, SHOWN)
    .map(({ line, field, message }) =>
      el(
        "tr",
        {},
        el("td", {}, String(line)),
        el("td", {}, el("bdi", {}, field ?? "")),
        el("td", {}, el("bdi", {}, message)),
      ),
    );
  const save = () =>
    download(
      `${name.replace(/\.csv$/i, "")}-errors.csv`,
      `line,field,message\r\n${errors.map((error) => [error.line, error.field ?? "", error.message].map(quoted).join(",")).join("\r\n")}\r\n`,
    );
  return el(
    "div",
    { class: "errors" },
    el(
      "div",
      { class: "section-head" },
      el("h3", {}, plural(all, "error")),
      button("Download errors", { kind: "small", icon: "download", onclick: save }),
    ),
    el(
      "div",
      { class: "scroll", tabindex: "0", role: "group", "aria-label": "Errors" },
      el(
        "table",
        { class: "plain-table" },
        el(
          "thead",
          {},
          el(
            "tr",
            {},
            ["Line", "Column", "What is wrong"].map((label) => el("th", { scope: "col" }, label)),
          ),
        ),
        el("tbody", {}, rows),
      ),
    ),
    all > SHOWN
      ? el(
          "p",
          { class: "soft" },
          `The first ${SHOWN} are shown here, ${all > errors.length ? `the first ${number(errors.length)}` : "all of them"} are in the download.`,
        )
      : null,
  );
}

/** A cell of a CSV file, which no spreadsheet takes for a formula. */
function quoted(value) {
  const text = String(value);
  return `"${(/^[=+\-@\t\r]/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
}

class Unreadable extends Error {}

/** The file's text, without the mark of its encoding. */
async function read(file) {
  if (file.size > MOST_BYTES)
    throw new Unreadable(
      `It has ${number(Math.round(file.size / 1_000_000))} MB, and at most 5 MB go at once. Split it into several files, each with the line that names the columns.`,
    );
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(await file.arrayBuffer());
  } catch (cause) {
    throw new Unreadable("It is not UTF-8. In a spreadsheet, save it as “CSV UTF-8”.", { cause });
  }
}

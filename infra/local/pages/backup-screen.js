// How the backup sets look.

import { $, el } from "/v1/account/shared/dom.js";

/** @typedef {{ id: string, name: string, bytes: number, last_backup_at: string }} BackupSet */
/** @typedef {{ login_name: string, sets: BackupSet[] }} BackupSets */

const ALL_SETS = 3;
/** The page is in English: the reader's own kind of it where the browser says one. */
const LANGUAGE = navigator.languages.find((tag) => tag.startsWith("en")) ?? "en";

/** @param {BackupSets} list */
export function drawSets({ login_name: name, sets }) {
  $("sets-lead").replaceChildren("Logged in as ", el("strong", {}, name), sets.length ? "." : ". There is no backup.");
  $("sets").replaceChildren(...sets.map(drawSet));
  $("restore").hidden = sets.length === ALL_SETS;
}

/** @param {BackupSet} set */
function drawSet(set) {
  const fact = (/** @type {string} */ name, /** @type {string} */ value) =>
    el("div", {}, el("dt", {}, name), el("dd", {}, value));
  return el(
    "li",
    { class: "set" },
    el("h2", {}, set.name),
    el("dl", {}, fact("Size", size(set.bytes)), fact("Last backup", moment(set.last_backup_at))),
    el(
      "button",
      { type: "button", class: "button small", dataset: { do: "delete", set: set.id } },
      "Delete backup data…",
      el("span", { class: "unseen" }, ` of ${set.name}`),
    ),
  );
}

/**
 * "214 GB", "1.64 TB"
 * @param {number} bytes
 */
function size(bytes) {
  const [value, unit] = bytes < 1e12 ? [bytes / 1e9, "gigabyte"] : [bytes / 1e12, "terabyte"];
  return new Intl.NumberFormat(LANGUAGE, { style: "unit", unit, maximumSignificantDigits: 3 }).format(value);
}

/** @param {string} time */
function moment(time) {
  return new Intl.DateTimeFormat(LANGUAGE, { dateStyle: "medium", timeStyle: "short" }).format(Date.parse(time));
}

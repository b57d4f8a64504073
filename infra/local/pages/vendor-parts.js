// The parts of a simulated vendor's panel: what is in it, and the faults that every vendor has.

import { el } from "/static/shared/dom.js";

/**
 * A rule as the simulated vendor has it; infra/local/faults.py and the vendor's own module describe its members.
 * @typedef {object} Rule
 * @property {string} fault
 * @property {number | string} [status]
 * @property {boolean} [accept]
 * @property {number} [code]
 * @property {number} [error_code]
 * @property {string} [exception]
 * @property {string} [reason]
 * @property {number} [seconds]
 * @property {number} [retry_after]
 * @property {string[]} [verified]
 * @property {number} [times]
 * @property {string} [channel]
 * @property {string} [to]
 */

/**
 * A name, its rule, and the fields that a person may fill in, each with what is in it at first.
 * @typedef {[name: string, rule: Rule, fields?: Record<string, string>]} Fault
 */

/**
 * A field of the form that belongs to some faults only.
 * @typedef {object} Field
 * @property {string} label
 * @property {boolean} [optional]
 * @property {Record<string, string | number>} [input] attributes; without them it is a text
 */

/**
 * A line of a log: when, what, more about it, and the result.
 * @typedef {{ at: string, text: string, more: string, result: string, good: boolean }} Line
 */

/**
 * What makes a vendor's panel its own.
 * @typedef {object} Look
 * @property {string} id of its panel, and the beginning of all ids in it
 * @property {string} name
 * @property {string} api the path below which `faults` and `requests` are
 * @property {string} account the path of its account: without it there is no such vendor here
 * @property {string} reports the name of its list of reports in the API
 * @property {string} reportsName
 * @property {Record<string, string>} channels by channel, its name
 * @property {Record<string, Fault[]>} faults by group
 * @property {Record<string, Field>} fields by member of a rule
 * @property {(rule: Rule, best: Rule | undefined) => string[]} details the words for the vendor's own members
 */

/**
 * How a vendor's own requests and reports are shown.
 * @typedef {{ requestLine(request: unknown): Line, reportLine(report: unknown): Line }} Lines
 */

/**
 * @typedef {Look & Lines} Vendor
 */

const TIMES = { 1: "Once", 2: "Twice", 3: "Three times", 10: "Ten times", "": "Until ended" };

/** Fields that any vendor may have. @type {Record<string, Field>} */
export const FIELDS = {
  seconds: { label: "Seconds", input: { type: "number", min: 0, max: 86_400, step: "any", inputmode: "decimal" } },
  retry_after: {
    label: "Retry after, seconds",
    optional: true,
    input: { type: "number", min: 0, max: 86_400, inputmode: "numeric" },
  },
};

/** Faults of any vendor: the connection, and a late answer. @type {Fault[]} */
export const CONNECTION = [
  ["Connection reset, nothing sent", { fault: "reset" }],
  ["Connection reset, message sent", { fault: "reset_after_accept" }],
  ["Half an answer, message sent", { fault: "malformed" }],
  ["Late answer, message sent", { fault: "slow" }, { seconds: "30" }],
];

/** Faults of any vendor: a status instead of the answer. @type {Fault[]} */
export const STATUSES = [
  ["Too many requests (429)", { fault: "status", status: 429 }, { retry_after: "2" }],
  ["Server error (500)", { fault: "status", status: 500 }],
  ["Unavailable (503)", { fault: "status", status: 503 }],
  ["Server error, message sent", { fault: "status", status: 500, accept: true }],
];

/**
 * A labelled control of the form.
 * @param {string} id
 * @param {string} label
 * @param {HTMLElement} control
 * @param {Record<string, string | boolean>} [attributes]
 */
function field(id, label, control, attributes = {}) {
  control.id = id;
  return el("p", { class: "field wide", ...attributes }, el("label", { for: id }, label), control);
}

/** @param {Vendor} vendor */
function faultForm(vendor) {
  const { id, fields, channels } = vendor;
  const groups = Object.entries(vendor.faults).map(([label, entries]) =>
    el("optgroup", { label }, ...entries.map(([name]) => el("option", { value: name }, name))),
  );
  const own = Object.entries(fields).map(([member, { label, input }]) =>
    field(
      `${id}-${member}`,
      label,
      el("input", { type: "text", autocomplete: "off", "data-member": member, ...input }),
      {
        "data-field": member,
        hidden: true,
      },
    ),
  );
  const times = Object.entries(TIMES).map(([value, name]) => el("option", { value, selected: value === "1" }, name));
  const kinds = Object.entries(channels).map(([value, name]) => el("option", { value }, name));
  const number = { type: "text", inputmode: "tel", autocomplete: "off", placeholder: "any" };
  return el(
    "form",
    { id: `${id}-form` },
    field(`${id}-what`, "What goes wrong", el("select", {}, ...groups)),
    ...own,
    field(`${id}-times`, "How often", el("select", {}, ...times), { class: "field" }),
    field(`${id}-channel`, "For", el("select", {}, el("option", { value: "" }, "Everything"), ...kinds), {
      class: "field",
    }),
    field(`${id}-number`, "Only to this number", el("input", { ...number, "aria-describedby": `${id}-refused` })),
    el("p", { id: `${id}-refused`, class: "refused wide", role: "alert" }),
    el("p", { class: "wide" }, el("button", { type: "submit" }, "Add")),
  );
}

/**
 * A list of the panel, with a heading and what stands there while it is empty.
 * @param {string} id
 * @param {string} name
 * @param {string} empty
 * @param {string} kind
 * @param {...HTMLElement} more
 */
function list(id, name, empty, kind, ...more) {
  return el(
    "section",
    { "aria-labelledby": `${id}-name` },
    el("h3", { id: `${id}-name` }, name),
    el("p", { id: `${id}-none` }, empty),
    el("ol", { id, class: kind }),
    ...more,
  );
}

/**
 * The contents of a vendor's panel.
 * @param {Vendor} vendor
 */
export function panelOf(vendor) {
  const { id, name } = vendor;
  const endAll = el("button", { type: "button", id: `${id}-end-all`, hidden: true }, "End all");
  return [
    el(
      "details",
      { id: `${id}-panel` },
      el(
        "summary",
        {},
        el("h2", { id: `${id}-name` }, name),
        " ",
        el("span", { id: `${id}-in-force`, class: "in-force" }),
      ),
      faultForm(vendor),
      list(`${id}-rules`, "In force", `Nothing: ${name} works as usual.`, "rules", endAll),
      list(`${id}-requests`, "Requests", "None yet.", "log"),
      list(`${id}-reports`, vendor.reportsName, "None yet.", "log"),
    ),
    el("p", { id: `${id}-news`, class: "unseen", role: "status", "aria-live": "polite" }),
  ];
}

/**
 * A line of a log as a list item.
 * @param {Line} line
 */
export function lineOf({ at, text, more, result, good }) {
  return el(
    "li",
    {},
    el("time", { datetime: at }, new Date(at).toLocaleTimeString()),
    el("span", { class: "what" }, text, more ? el("span", { class: "more" }, ` ${more}`) : null),
    el("span", { class: good ? "good" : "bad" }, result),
  );
}

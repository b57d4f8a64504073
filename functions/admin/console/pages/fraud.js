// Fraud: how full the budgets of messages to new phones are, and what was decided.

/** @import { PageContext } from "../page.js" */
/** @import { Answer, FraudMode, FraudReport, RegionFraud } from "../shared/types" */
/** @import { Column } from "../table.js" */
import { shareBar } from "../charts.js";
import { confirm, toast } from "../dialogs.js";
import { button, focusHeading } from "../dom.js";
import { decisions, fullBanner, isFullThisHour, isFullToday } from "../fraud-words.js";
import { badge, empty, heading, load, section } from "../page.js";
import { may } from "../roles.js";
import { saveAlone } from "../saved-alone.js";
import { admin } from "../session.js";
import { el } from "../shared/dom.js";
import { regionName } from "../shared/words.js";
import { table } from "../table.js";
import { number, percent, time } from "../words.js";
import { FRAUD_MODES } from "./settings-fields.js";

const LEAD = [
  "Messages to new phones, by country: those that were not verified before today (UTC).",
  "They count until their codes come back.",
].join(" ");

/**
 * @param {HTMLElement} place
 * @param {PageContext} context
 */
export function draw(place, { present }) {
  const room = el("div", { class: "stack" });
  const show = () => load(room, fetchReport, (report) => content(report, redraw), 6);
  const redraw = (/** @type {FraudReport} */ report) => room.replaceChildren(...content(report, redraw));
  const reload = button("Refresh", { onclick: show });
  place.append(heading({ title: "Fraud", lead: LEAD, actions: [reload] }), room);
  present();
  return show();
}

async function fetchReport() {
  /** @type {Answer<FraudReport>} */
  const { body } = await admin("GET", "/fraud");
  return body;
}

/**
 * @param {FraudReport} report
 * @param {(report: FraudReport) => void} redraw
 */
function content(report, redraw) {
  return [
    ...fullBanner(report),
    modeSection(report, redraw),
    report.items.length ? el("dl", { class: "tiles" }, tiles(report.items)) : null,
    report.items.length ? regionSection(report) : nothingYet(),
  ].filter((part) => part !== null);
}

/**
 * What happens to a message beyond a budget, with the button that changes it.
 * @param {FraudReport} report
 * @param {(report: FraudReport) => void} redraw
 */
function modeSection(report, redraw) {
  const { mode } = report;
  const [, label, hint] = FRAUD_MODES.find(([name]) => name === mode) ?? FRAUD_MODES[0];
  const change = (/** @type {FraudMode} */ next) => async () => {
    if (!(await askFor(next, report))) return;
    toast(next === "enforce" ? "Fraud budgets are enforced." : "Fraud budgets are observed.");
    redraw({ ...report, mode: next });
    focusHeading();
  };
  const actions = may("manage_settings") && [
    mode !== "observe" && button("Observe", { onclick: change("observe") }),
    mode !== "enforce" && button("Enforce", { kind: "primary", onclick: change("enforce") }),
  ];
  const settings = el("a", { href: "#/settings/limits" }, "Budgets in the settings");
  return section(
    { title: "Messages beyond a budget", actions: actions || [] },
    el("p", {}, badge(label, mode === "enforce" ? "good" : ""), " ", hint),
    el("p", { class: "soft" }, total(report.items), settings),
  );
}

/** @param {RegionFraud[]} items */
const sums = (items) => ({
  sent: sum(items, "sent"),
  would_refuse: sum(items, "would_refuse"),
  refused: sum(items, "refused"),
});

/** @param {RegionFraud[]} items */
function total(items) {
  const words = decisions(sums(items));
  return words ? `Today: ${words[0].toLowerCase()}${words.slice(1)}. ` : "";
}

/**
 * @param {RegionFraud[]} items
 * @param {Exclude<keyof RegionFraud, "region" | "unverified_by_hour" | "verified_by_hour">} key
 */
const sum = (items, key) => items.reduce((all, item) => all + item[key], 0);

/**
 * Asks, and saves the mode. True when it is saved.
 * @param {FraudMode} next
 * @param {FraudReport} report
 */
function askFor(next, { items }) {
  const { sent, would_refuse: would } = sums(items);
  const past = would ? `It would have refused ${number(would)} of ${number(sent)} messages today.` : "";
  const enforce = next === "enforce";
  return confirm({
    title: enforce ? "Enforce fraud budgets?" : "Only observe fraud budgets?",
    text: enforce
      ? ["Within 30 seconds, messages to new phones beyond the budget of their country are refused.", past]
      : "Within 30 seconds, messages to new phones beyond a budget are recorded, and sent.",
    action: enforce ? "Enforce" : "Observe",
    danger: !enforce,
    work: () => saveAlone({ fraud: { mode: next } }),
  });
}

/** @param {RegionFraud[]} items */
function tiles(items) {
  const [sent, unverified] = [sum(items, "sent"), sum(items, "unverified_today")];
  /** @type {[label: string, value: number, note: string][]} */
  const figures = [
    ["Messages today", sent, ""],
    ["Verified", sum(items, "verified"), ""],
    ["Unverified", unverified, sent ? `${percent(unverified / sent)} of messages` : ""],
    ["This hour", sum(items, "unverified_this_hour"), "unverified"],
  ];
  return figures.map(([label, value, note]) =>
    el(
      "div",
      { class: "tile" },
      el("dt", {}, label),
      el("dd", {}, el("span", { class: "tile-value" }, number(value)), note && el("span", { class: "soft" }, note)),
    ),
  );
}

/** @param {FraudReport} report */
function regionSection({ items, computed_at: at }) {
  const lead = at
    ? ["Budgets follow the codes that come back; computed every five minutes, last ", time(at), "."]
    : "Budgets are not computed yet: those of the settings hold.";
  const columns = regionColumns();
  return section(
    { title: "By country", lead },
    el("div", { class: "inset" }, table({ caption: "By country", columns, items })),
  );
}

/** @returns {Column<RegionFraud>[]} */
function regionColumns() {
  return [
    { label: "Country", kind: "main", cell: ({ region }) => regionName(region) ?? region },
    { label: "Messages", kind: "number", cell: ({ sent }) => number(sent) },
    { label: "Verified", kind: "number", cell: ({ verified }) => number(verified) },
    {
      label: "Unverified today",
      cell: (item) => filling(item.unverified_today, item.daily, isFullToday(item)),
    },
    {
      label: "Unverified this hour",
      cell: (item) => filling(item.unverified_this_hour, item.hourly, isFullThisHour(item)),
    },
    { label: "Decisions today", cell: (item) => decisions(item) ?? el("span", { class: "soft" }, "None") },
  ];
}

/**
 * "18 of 20", with a bar.
 * @param {number} count
 * @param {number} most
 * @param {boolean} full
 */
function filling(count, most, full) {
  const words = el("span", {}, `${number(count)} of ${number(most)}`, full && [" ", badge("Full", "bad")]);
  return el("span", { class: "region" }, words, shareBar(Math.min(count / most, 1)));
}

function nothingYet() {
  const words = empty({
    title: "No message was sent today",
    text: "A country is listed here, with its budgets and decisions, after its first message of the day (UTC).",
  });
  return el("div", { class: "card" }, words);
}

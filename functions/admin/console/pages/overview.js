// Overview: what was sent, how it ended, where, and what it cost.

/** @import { PageContext } from "../page.js" */
/** @import { Answer, Counts, DayCounts, FraudReport, Overview, RegionCounts, Totals } from "../shared/types" */
/** @import { Column } from "../table.js" */
/** @import { Step } from "./overview-charts.js" */
import { compare } from "../chart-scale.js";
import { toastError } from "../dialogs.js";
import { busyWhile, button, download } from "../dom.js";
import { fullBanner } from "../fraud-words.js";
import { language, t, tn } from "../language.js";
import { empty, heading, load, section } from "../page.js";
import { restate } from "../router.js";
import { admin, peek } from "../session.js";
import { query } from "../shared/api.js";
import { el } from "../shared/dom.js";
import { shareBar, sparkline } from "../small-charts.js";
import { filterBox, table } from "../table.js";
import { day as dayWords, money, number, percent } from "../words.js";
import { charts, conversionTable, dollars, placeName, usd } from "./overview-charts.js";

const PERIODS = [7, 30, 90];
const changes = new Intl.NumberFormat(language.format, {
  style: "percent",
  signDisplay: "exceptZero",
  maximumFractionDigits: 1,
});
/** @type {(keyof Counts)[]} */
const FIGURES = ["sends", "approvals", "wrong_codes", "locks", "legacy_logins"];

/**
 * @param {HTMLElement} place
 * @param {PageContext} context
 */
export function draw(place, { search, present }) {
  const given = Number(search.get("days") ?? 30);
  let days = PERIODS.includes(given) ? given : 30;
  /** @type {Step} */
  let step = search.get("by") === "hour" ? "hour" : "day";
  const room = el("div", { class: "stack" });
  const show = () => {
    const by = step;
    return load(
      room,
      () => fetchOverview(days),
      (found) => overview(found, by),
      8,
    );
  };
  const go = () => {
    restate(`#/overview${query({ days, by: step === "hour" ? step : null })}`);
    show();
  };
  const controls = [
    stepChoice(step, (chosen) => {
      step = chosen;
      go();
    }),
    periodChoice(days, (chosen) => {
      days = chosen;
      go();
    }),
  ];
  const full = el("div", { class: "above", role: "status" });
  place.append(heading({ title: t("place_overview"), lead: t("overviewLead"), actions: controls }), full, room);
  present();
  warn(full);
  return show();
}

/**
 * @param {number} days
 * @param {(days: number) => void} choose
 */
const periodChoice = (days, choose) =>
  filterBox({
    label: t("period"),
    value: String(days),
    options: PERIODS.map((n) => [String(n), tn("lastDays", n)]),
    onchange: (value) => choose(Number(value)),
  });

/**
 * @param {Step} step
 * @param {(step: Step) => void} choose
 */
const stepChoice = (step, choose) =>
  filterBox({
    label: t("chartsBy"),
    value: step,
    options: [
      ["day", t("chartsByDay")],
      ["hour", t("chartsByHour")],
    ],
    onchange: (value) => choose(value === "hour" ? "hour" : "day"),
  });

/**
 * Say above the figures if a fraud budget is used up. Nothing waits for it, and nothing else depends on it.
 * @param {HTMLElement} place
 */
async function warn(place) {
  try {
    /** @type {Answer<FraudReport> | null} */
    const answer = await peek("/fraud");
    const link = el("a", { class: "button small", href: "#/fraud" }, t("fraudBudgets"));
    if (answer) place.replaceChildren(...fullBanner(answer.body, [link]));
  } catch {
    // The fraud page says what is wrong.
  }
}

/** @param {number} days */
async function fetchOverview(days) {
  /** @type {Answer<Overview>} */
  const { body } = await admin("GET", `/overview${query({ days })}`);
  return body;
}

/**
 * @param {Overview} found
 * @param {Step} step
 */
function overview(found, step) {
  const { days, regions, totals } = found;
  const figures = el("dl", { class: "tiles" }, tiles(days, found));
  if (!days.length || !FIGURES.some((key) => totals[key] > 0)) return [figures, nothingYet()];
  const save = button(t("download"), {
    kind: "small",
    icon: "download",
    onclick: () => exportCosts(/** @type {HTMLButtonElement} */ (save), days.length),
  });
  return [
    figures,
    el("p", { class: "soft" }, comparedWith(days)),
    charts(found, step),
    section(
      { title: t("byCountry") },
      regionTable(regions, totals),
      el("details", {}, el("summary", {}, t("byCountryAndChannel")), conversionTable(found.conversions)),
    ),
    section(
      { title: t("byDay"), actions: [save] },
      el("details", {}, el("summary", {}, t("everyDay")), dayTable(days)),
    ),
  ];
}

/**
 * Saves the counts and costs of every day and country, with the cost of each hour.
 * @param {HTMLButtonElement} control
 * @param {number} days
 */
async function exportCosts(control, days) {
  try {
    await busyWhile(control, async () => {
      /** @type {Answer<{ csv: string }>} */
      const { body } = await admin("GET", `/overview/export${query({ days })}`);
      download("overview.csv", body.csv);
    });
  } catch (error) {
    toastError(error);
  }
}

/**
 * The days that the figures are compared with, said once for all of them.
 * @param {DayCounts[]} days
 */
function comparedWith(days) {
  const found = compare(
    days,
    ({ sends }) => sends,
    (day) => day.week_before?.sends ?? null,
  );
  return found ? tn("comparedDays", found.points) : t("comparedNothing");
}

/**
 * The change since the week before, as in "+12 % on the week before"; empty if there is nothing to compare with.
 * @param {DayCounts[]} days
 * @param {(figures: Counts & Pick<DayCounts, "cost">) => number} figure
 */
function change(days, figure) {
  const found = compare(days, figure, ({ week_before: before }) => before && figure(before));
  return found?.change === null || !found ? "" : t("onWeekBefore", { change: changes.format(found.change) });
}

/**
 * @param {DayCounts[]} days
 * @param {Overview} found
 */
function tiles(days, { totals, mail, factors, spend }) {
  const conversion = days.map((day) => (day.sends ? day.approvals / day.sends : 0));
  const counted = (/** @type {string} */ label, /** @type {keyof Counts} */ key, note = "") =>
    tile(label, number(totals[key]), {
      values: days.map((day) => day[key]),
      notes: [note, change(days, (figures) => figures[key])],
    });
  return [
    counted(t("messages"), "sends"),
    counted(t("approvals"), "approvals"),
    tile(t("conversion"), percent(totals.conversion_rate), { values: conversion, notes: [t("perMessage")] }),
    tile(t("cost"), money(totals.cost), {
      values: days.map(({ cost }) => usd(cost)),
      notes: [t("estimated"), change(days, ({ cost }) => usd(cost))],
    }),
    tile(t("spentToday"), money(spend.today), { notes: [t("ofCeiling", { ceiling: dollars(spend.per_day) })] }),
    counted(t("wrongPasscodes"), "wrong_codes"),
    counted(t("locks"), "locks"),
    counted(t("legacyCount"), "legacy_logins", t("noPasscode")),
    tile(t("recoveryByMail"), number(mail.sends), { notes: [t("approvedCount", { n: number(mail.approvals) })] }),
    tile(t("appsAndCodes"), number(factors.approvals), {
      notes: [t("wrongCount", { n: number(factors.wrong_codes) })],
    }),
  ];
}

/**
 * A figure with its course over the days.
 * @param {string} label
 * @param {string} value
 * @param {{ values?: number[], notes?: string[] }} options
 */
function tile(label, value, { values = [], notes = [] }) {
  return el(
    "div",
    { class: "tile" },
    el("dt", {}, label),
    el(
      "dd",
      {},
      el("span", { class: "tile-value" }, value),
      notes.filter(Boolean).map((note) => el("span", { class: "soft tile-note" }, note)),
      values.some((one) => one > 0) ? sparkline(values) : null,
    ),
  );
}

function nothingYet() {
  const words = empty({
    title: t("nothingYet"),
    text: t("nothingYetText"),
    actions: [el("a", { class: "button", href: "#/settings/mfa" }, t("testSettings"))],
  });
  return el("div", { class: "card" }, words);
}

/**
 * @param {RegionCounts[]} regions
 * @param {Totals} totals
 */
function regionTable(regions, totals) {
  const items = [...regions].sort((a, b) => b.sends - a.sends);
  if (!items.length) return el("p", { class: "soft quiet-empty" }, t("noMessageYet"));
  return el("div", { class: "inset" }, table({ caption: t("byCountry"), items, columns: regionColumns(totals) }));
}

/**
 * @param {Totals} totals
 * @returns {Column<RegionCounts>[]}
 */
function regionColumns(totals) {
  return [
    {
      label: t("country"),
      kind: "main",
      cell: ({ region, sends }) =>
        el(
          "span",
          { class: "region" },
          el("span", {}, placeName(region)),
          shareBar(totals.sends ? sends / totals.sends : 0),
        ),
    },
    { label: t("messages"), kind: "number", cell: (item) => number(item.sends) },
    { label: t("approvals"), kind: "number", cell: (item) => number(item.approvals) },
    {
      label: t("conversion"),
      kind: "number",
      cell: (item) => percent(item.sends ? item.approvals / item.sends : null),
    },
    { label: t("wrongPasscodes"), kind: "number", cell: (item) => number(item.wrong_codes) },
    { label: t("locks"), kind: "number", cell: (item) => number(item.locks) },
    { label: t("estimatedCost"), kind: "number", cell: (item) => money(item.cost) },
  ];
}

/** @param {DayCounts[]} days */
function dayTable(days) {
  /** @type {(label: string, key: keyof Counts) => Column<DayCounts>} */
  const figure = (label, key) => ({ label, kind: "number", cell: (day) => number(day[key]) });
  return el(
    "div",
    { class: "inset" },
    table({
      caption: t("byDay"),
      items: [...days].reverse(),
      columns: [
        { label: t("dayUtc"), kind: "main", cell: (day) => dayWords(day.date) },
        figure(t("messages"), "sends"),
        figure(t("approvals"), "approvals"),
        figure(t("wrongPasscodes"), "wrong_codes"),
        figure(t("locks"), "locks"),
        figure(t("legacyCount"), "legacy_logins"),
        { label: t("estimatedCost"), kind: "number", cell: (day) => money(day.cost) },
      ],
    }),
  );
}

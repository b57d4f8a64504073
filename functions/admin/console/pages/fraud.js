// Fraud: how full the budgets of messages to new phones are, and what was decided.

/** @import { PageContext } from "../page.js" */
/** @import { Answer, FraudMode, FraudReport, RegionFraud } from "../shared/types" */
/** @import { Column } from "../table.js" */
import { sumOf } from "../chart-scale.js";
import { hourOfDay, hourWithDay } from "../chart-words.js";
import { chartOf } from "../charts.js";
import { confirm, toast } from "../dialogs.js";
import { button, focusHeading } from "../dom.js";
import { decisions, fullBanner, isFullThisHour, isFullToday } from "../fraud-words.js";
import { t, tn, tp } from "../language.js";
import { badge, empty, heading, load, section } from "../page.js";
import { may } from "../roles.js";
import { saveAlone } from "../saved-alone.js";
import { admin } from "../session.js";
import { clock } from "../shared/api.js";
import { el } from "../shared/dom.js";
import { shareBar } from "../small-charts.js";
import { filterBox, table } from "../table.js";
import { number, percent, regionName, time } from "../words.js";
import { FRAUD_MODES } from "./settings-fields.js";

/**
 * @param {HTMLElement} place
 * @param {PageContext} context
 */
export function draw(place, { present }) {
  const room = el("div", { class: "stack" });
  const show = () => load(room, fetchReport, (report) => content(report, redraw), 6);
  const redraw = (/** @type {FraudReport} */ report) => room.replaceChildren(...content(report, redraw));
  const reload = button(t("refresh"), { onclick: show });
  place.append(heading({ title: t("place_fraud"), lead: t("fraudLead"), actions: [reload] }), room);
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
    report.items.length ? hourSection(report.items) : null,
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
    toast(next === "enforce" ? t("nowEnforced") : t("nowObserved"));
    redraw({ ...report, mode: next });
    focusHeading();
  };
  const actions = may("manage_settings") && [
    mode !== "observe" && button(t("observe"), { onclick: change("observe") }),
    mode !== "enforce" && button(t("enforce"), { kind: "primary", onclick: change("enforce") }),
  ];
  const settings = el("a", { href: "#/settings/limits" }, t("budgetsInSettings"));
  return section(
    { title: t("beyondBudget"), actions: actions || [] },
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
  return words ? [t("decidedToday", { decisions: words }), " "] : null;
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
  const past = would ? tn("enforcePast", would, { all: number(sent) }) : "";
  const enforce = next === "enforce";
  return confirm({
    title: enforce ? t("enforceAsk") : t("observeAsk"),
    text: enforce ? [t("enforceText"), past] : t("observeText"),
    action: enforce ? t("enforce") : t("observe"),
    danger: !enforce,
    work: () => saveAlone({ fraud: { mode: next } }),
  });
}

/** @param {RegionFraud[]} items */
function tiles(items) {
  const [sent, unverified] = [sum(items, "sent"), sum(items, "unverified_today")];
  /** @type {[label: string, value: number, note: string][]} */
  const figures = [
    [t("messagesToday"), sent, ""],
    [t("verifiedMessages"), sum(items, "verified"), ""],
    [t("unverifiedMessages"), unverified, sent ? t("ofMessages", { share: percent(unverified / sent) }) : ""],
    [t("thisHour"), sum(items, "unverified_this_hour"), t("unverifiedNote")],
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

const EVERY = "";

/**
 * Today's hours so far (UTC), of all countries or one.
 * @param {RegionFraud[]} items
 */
function hourSection(items) {
  const now = new Date(clock.now());
  const midnight = Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate());
  const room = el("div", {});
  const show = (/** @type {string} */ region) => {
    const fits = items.filter((each) => region === EVERY || each.region === region);
    const [back, open] = [
      sumOf(
        fits.map((each) => each.verified_by_hour),
        24,
      ),
      sumOf(
        fits.map((each) => each.unverified_by_hour),
        24,
      ),
    ];
    const hours = Array.from({ length: now.getUTCHours() + 1 }, (_, hour) => hour);
    room.replaceChildren(
      hourChart(
        hours.map((hour) => ({ at: midnight + hour * 3_600_000, verified: back[hour], unverified: open[hour] })),
      ),
    );
  };
  show(EVERY);
  /** @type {[value: string, label: string][]} */
  const options = items.map(({ region }) => [region, regionName(region) ?? region]);
  const choice = filterBox({
    label: t("country"),
    value: EVERY,
    options: [[EVERY, t("everyCountry")], ...options],
    onchange: show,
  });
  return section({ title: t("todayByHour"), lead: t("todayByHourLead"), actions: [choice] }, room);
}

/** @param {{ at: number, verified: number | null, unverified: number | null }[]} points */
const hourChart = (points) =>
  chartOf({
    points,
    title: t("chartTitle", { title: t("todayByHour"), per: t("perHour") }),
    label: ({ at }) => hourOfDay(at),
    longLabel: ({ at }) => hourWithDay(at),
    head: t("hourUtc"),
    stacked: true,
    series: [
      { label: t("verifiedMessages"), look: "main", value: ({ verified }) => verified },
      { label: t("unverifiedMessages"), look: "warn", value: ({ unverified }) => unverified },
    ],
  });

/** @param {FraudReport} report */
function regionSection({ items, computed_at: at }) {
  const lead = at ? tp("budgetsComputed", { time: time(at) }) : t("budgetsNotComputed");
  const columns = regionColumns();
  return section(
    { title: t("byCountry"), lead },
    el("div", { class: "inset" }, table({ caption: t("byCountry"), columns, items })),
  );
}

/** @returns {Column<RegionFraud>[]} */
function regionColumns() {
  return [
    { label: t("country"), kind: "main", cell: ({ region }) => regionName(region) ?? region },
    { label: t("sentMessages"), kind: "number", cell: ({ sent }) => number(sent) },
    { label: t("verifiedMessages"), kind: "number", cell: ({ verified }) => number(verified) },
    {
      label: t("unverifiedToday"),
      cell: (item) => filling(item.unverified_today, item.daily, isFullToday(item)),
    },
    {
      label: t("unverifiedThisHour"),
      cell: (item) => filling(item.unverified_this_hour, item.hourly, isFullThisHour(item)),
    },
    { label: t("decisionsToday"), cell: (item) => decisions(item) ?? el("span", { class: "soft" }, t("noDecisions")) },
  ];
}

/**
 * "18 of 20", with a bar.
 * @param {number} count
 * @param {number} most
 * @param {boolean} full
 */
function filling(count, most, full) {
  const filled = t("fillingOf", { n: number(count), most: number(most) });
  const words = el("span", {}, filled, full && [" ", badge(t("full"), "bad")]);
  return el("span", { class: "region" }, words, shareBar(Math.min(count / most, 1)));
}

function nothingYet() {
  const words = empty({
    title: t("noMessageToday"),
    text: t("noMessageTodayText"),
  });
  return el("div", { class: "card" }, words);
}

// Overview: what was sent, how it ended, where, and what it cost.

/** @import { PageContext } from "../page.js" */
/** @import { Answer, Cost, Counts, DayCounts, FraudReport, HourCounts } from "../shared/types" */
/** @import { Overview, RegionCounts, Totals } from "../shared/types" */
/** @import { Series } from "../charts.js" */
/** @import { Column } from "../table.js" */
import { columns, shareBar, sparkline } from "../charts.js";
import { toastError } from "../dialogs.js";
import { busyWhile, button, download } from "../dom.js";
import { fullBanner } from "../fraud-words.js";
import { empty, heading, load, section } from "../page.js";
import { restate } from "../router.js";
import { admin, peek } from "../session.js";
import { query } from "../shared/api.js";
import { el } from "../shared/dom.js";
import { regionName } from "../shared/words.js";
import { filterBox, table } from "../table.js";
import { day as dayWords, money, number, percent, shortDay } from "../words.js";

/** @type {Series<"sends" | "approvals">[]} */
const SENDS = [
  { key: "sends", label: "Messages", look: "look-soft" },
  { key: "approvals", label: "Approvals", look: "look-main" },
];
/** @type {Series<"wrong_codes" | "locks" | "legacy_logins">[]} */
const TROUBLE = [
  { key: "wrong_codes", label: "Wrong passcodes", look: "look-warn" },
  { key: "locks", label: "Locks", look: "look-bad" },
  { key: "legacy_logins", label: "Legacy logins", look: "look-soft" },
];
/** @type {Series<"usd">[]} */
const COST = [{ key: "usd", label: "Cost", look: "look-main" }];
const MICRO = 1_000_000;
/** @type {(keyof Counts)[]} */
const FIGURES = ["sends", "approvals", "wrong_codes", "locks", "legacy_logins"];

/**
 * @param {HTMLElement} place
 * @param {PageContext} context
 */
export function draw(place, { search, present }) {
  const given = Number(search.get("days") ?? 30);
  let days = [7, 30, 90].includes(given) ? given : 30;
  const room = el("div", { class: "stack" });
  const show = () => load(room, () => fetchOverview(days), overview, 8);
  const range = filterBox({
    label: "Period",
    value: String(days),
    options: [
      ["7", "Last 7 days"],
      ["30", "Last 30 days"],
      ["90", "Last 90 days"],
    ],
    onchange(value) {
      days = Number(value);
      restate(`#/overview?days=${days}`);
      show();
    },
  });
  const full = el("div", { class: "above", role: "status" });
  place.append(
    heading({ title: "Overview", lead: "Counted as it happens, by days of UTC.", actions: [range] }),
    full,
    room,
  );
  present();
  warn(full);
  return show();
}

/**
 * Say above the figures if a fraud budget is used up. Nothing waits for it, and nothing else depends on it.
 * @param {HTMLElement} place
 */
async function warn(place) {
  try {
    /** @type {Answer<FraudReport> | null} */
    const answer = await peek("/fraud");
    const link = el("a", { class: "button small", href: "#/fraud" }, "Fraud budgets");
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

/** @param {Overview} found */
function overview(found) {
  const { days: given, regions, totals } = found;
  const days = [...given].sort((a, b) => a.date.localeCompare(b.date));
  const figures = el("dl", { class: "tiles" }, tiles(days, found));
  if (!days.length || !FIGURES.some((key) => totals[key] > 0)) return [figures, nothingYet()];
  const save = button("Download", {
    kind: "small",
    icon: "download",
    onclick: () => exportCosts(/** @type {HTMLButtonElement} */ (save), days.length),
  });
  return [
    figures,
    charts(days, found),
    section({ title: "By country" }, regionTable(regions, totals)),
    section(
      { title: "By day", actions: [save] },
      el("details", {}, el("summary", {}, "Every day as a table"), dayTable(days)),
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

/** @param {Cost} cost */
const usd = (cost) => cost.micro_usd / MICRO;
/** @param {number} amount */
const dollars = (amount) => money({ amount: String(amount), currency: "USD" });

/**
 * @param {DayCounts[]} days
 * @param {Overview} found
 */
function tiles(days, { totals, mail, factors, spend }) {
  const over = (/** @type {keyof Counts} */ key) => days.map((day) => day[key]);
  const conversion = days.map((day) => (day.sends ? day.approvals / day.sends : 0));
  return [
    tile("Messages", number(totals.sends), over("sends")),
    tile("Approvals", number(totals.approvals), over("approvals")),
    tile("Conversion", percent(totals.conversion_rate), conversion, "per message"),
    tile(
      "Cost",
      money(totals.cost),
      days.map(({ cost }) => usd(cost)),
      "estimated",
    ),
    tile("Spent today", money(spend.today), [], `of ${dollars(spend.per_day)}`),
    tile("Wrong passcodes", number(totals.wrong_codes), over("wrong_codes")),
    tile("Locks", number(totals.locks), over("locks")),
    tile("Legacy logins", number(totals.legacy_logins), over("legacy_logins"), "no passcode"),
    tile("Recovery by mail", number(mail.sends), [], `${number(mail.approvals)} approved`),
    tile("Apps and recovery codes", number(factors.approvals), [], `${number(factors.wrong_codes)} wrong`),
  ];
}

/**
 * A figure with its course over the days.
 * @param {string} label
 * @param {string} value
 * @param {number[]} values
 * @param {string} [note]
 */
function tile(label, value, values, note) {
  return el(
    "div",
    { class: "tile" },
    el("dt", {}, label),
    el(
      "dd",
      {},
      el("span", { class: "tile-value" }, value),
      note && el("span", { class: "soft tile-note" }, note),
      values.some((one) => one > 0) ? sparkline(values) : null,
    ),
  );
}

function nothingYet() {
  const words = empty({
    title: "Nothing has happened yet",
    text: "As soon as a passcode is sent, its message, its login and its cost are counted here.",
    actions: [el("a", { class: "button", href: "#/settings/mfa" }, "Test the settings")],
  });
  return el("div", { class: "card" }, words);
}

/**
 * @param {DayCounts[]} days
 * @param {Overview} found
 */
function charts(days, { hours }) {
  const chart = {
    days,
    label: (/** @type {DayCounts} */ day) => shortDay(day.date),
    longLabel: (/** @type {DayCounts} */ day) => dayWords(day.date),
  };
  return [
    section(
      { title: "Messages and approvals" },
      columns({ ...chart, title: "Messages and approvals per day", series: SENDS }),
    ),
    section(
      { title: "Estimated cost in USD", lead: "Of messages, calls and WhatsApp, by the prices of the day." },
      columns({
        ...chart,
        days: days.map((day) => ({ date: day.date, usd: usd(day.cost) })),
        label: ({ date }) => shortDay(date),
        longLabel: ({ date }) => dayWords(date),
        title: "Estimated cost per day",
        words: dollars,
        series: COST,
      }),
      el("details", {}, el("summary", {}, "Today and yesterday by the hour"), hourChart(hours)),
    ),
    section(
      { title: "Wrong passcodes, locks and legacy logins" },
      columns({ ...chart, title: "Wrong passcodes, locks and legacy logins per day", series: TROUBLE, stacked: true }),
    ),
  ];
}

/** @param {HourCounts[]} hours */
function hourChart(hours) {
  return columns({
    days: hours.map(({ at, cost }) => ({ at, usd: usd(cost) })),
    label: ({ at }) => `${at.slice(11, 13)}:00`,
    longLabel: ({ at }) => `${dayWords(at.slice(0, 10))}, ${at.slice(11, 16)} UTC`,
    title: "Estimated cost per hour",
    words: dollars,
    series: COST,
  });
}

/**
 * @param {RegionCounts[]} regions
 * @param {Totals} totals
 */
function regionTable(regions, totals) {
  const items = [...regions].sort((a, b) => b.sends - a.sends);
  if (!items.length) return el("p", { class: "soft quiet-empty" }, "No message was sent yet.");
  return el("div", { class: "inset" }, table({ caption: "By country", items, columns: regionColumns(totals) }));
}

/**
 * @param {Totals} totals
 * @returns {Column<RegionCounts>[]}
 */
function regionColumns(totals) {
  return [
    {
      label: "Country",
      kind: "main",
      cell: ({ region, sends }) =>
        el(
          "span",
          { class: "region" },
          el("span", {}, regionName(region) ?? region),
          shareBar(totals.sends ? sends / totals.sends : 0),
        ),
    },
    { label: "Messages", kind: "number", cell: (item) => number(item.sends) },
    { label: "Approvals", kind: "number", cell: (item) => number(item.approvals) },
    { label: "Conversion", kind: "number", cell: (item) => percent(item.sends ? item.approvals / item.sends : null) },
    { label: "Wrong passcodes", kind: "number", cell: (item) => number(item.wrong_codes) },
    { label: "Locks", kind: "number", cell: (item) => number(item.locks) },
    { label: "Estimated cost", kind: "number", cell: (item) => money(item.cost) },
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
      caption: "By day",
      items: [...days].reverse(),
      columns: [
        { label: "Day", kind: "main", cell: (day) => dayWords(day.date) },
        figure("Messages", "sends"),
        figure("Approvals", "approvals"),
        figure("Wrong passcodes", "wrong_codes"),
        figure("Locks", "locks"),
        figure("Legacy logins", "legacy_logins"),
        { label: "Estimated cost", kind: "number", cell: (day) => money(day.cost) },
      ],
    }),
  );
}

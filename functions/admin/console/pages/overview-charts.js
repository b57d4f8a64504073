// The charts of the overview, by days or by the last 48 hours.

/** @import { Conversions, Cost, DayCounts, DayFigures, DeliveryTimes } from "../shared/types" */
/** @import { HourCounts, HourFigures, Overview } from "../shared/types" */
/** @import { Chart, Series } from "../charts.js" */
/** @import { Column } from "../table.js" */
import { shareOf, sumOf } from "../chart-scale.js";
import { hourOfDay, hourWithDay, seconds } from "../chart-words.js";
import { chartOf } from "../charts.js";
import { known, t } from "../language.js";
import { section } from "../page.js";
import { el } from "../shared/dom.js";
import { filterBox, table } from "../table.js";
import { byName, day as dayWords, money, number, PROVIDERS, percent, regionName, shortDay } from "../words.js";

const MICRO = 1_000_000;
const EVERY = "";

/** @typedef {"day" | "hour"} Step */

/** @param {Cost} cost */
export const usd = (cost) => cost.micro_usd / MICRO;
/** @param {number} amount */
export const dollars = (amount) => money({ amount: String(amount), currency: "USD" });
/** @param {string} region */
export const placeName = (region) => (region === "email" ? t("recoveryByMail") : (regionName(region) ?? region));
/** @param {string} channel */
const channelName = (channel) => known(`channel_${channel}`) ?? channel;

/**
 * The names of a point, and the head of a table of them.
 * @param {Step} step
 * @returns {Pick<Chart<{ at: string }>, "label" | "longLabel" | "head">}
 */
const named = (step) =>
  step === "day"
    ? { label: ({ at }) => shortDay(at), longLabel: ({ at }) => dayWords(at), head: t("dayUtc") }
    : {
        label: ({ at }) => hourOfDay(Date.parse(at)),
        longLabel: ({ at }) => hourWithDay(Date.parse(at)),
        head: t("hourUtc"),
      };

/**
 * @param {Overview} found
 * @param {Step} step
 */
export function charts(found, step) {
  /** @type {(DayPoint | HourPoint)[]} */
  const points =
    step === "day"
      ? found.days.map((day) => ({ ...day, at: day.date, sent: day.sends, earlier: earlierDay(day) }))
      : found.hours.map((hour) => ({ ...hour, sent: hour.passcodes, earlier: earlierHour(hour) }));
  const per = step === "day" ? t("perDay") : t("perHour");
  return [
    messages(points, step, per),
    conversions(found, step, per),
    step === "day" ? deliveries(found) : null,
    costs(points, step, per),
    troubles(points, step, per),
  ].filter((part) => part !== null);
}

/** @typedef {DayFigures & { at: string, sent: number, earlier: Earlier | null }} DayPoint */
/** @typedef {HourFigures & { at: string, sent: number | null, earlier: Earlier | null }} HourPoint */
/** @typedef {{ sent: number | null, cost: Cost }} Earlier */

/** @param {DayCounts} day */
const earlierDay = ({ week_before: before }) => before && { sent: before.sends, cost: before.cost };
/** @param {HourCounts} hour */
const earlierHour = ({ week_before: before }) => before && { sent: before.passcodes, cost: before.cost };

/**
 * @param {(DayPoint | HourPoint)[]} points
 * @param {Step} step
 * @param {string} per
 */
function messages(points, step, per) {
  const sent = step === "day" ? t("messages") : t("passcodes");
  return section(
    { title: t("messagesAndApprovals") },
    chartOf({
      ...named(step),
      points,
      title: t("chartTitle", { title: t("messagesAndApprovals"), per }),
      series: [
        { label: sent, look: "soft", value: (point) => point.sent },
        { label: t("approvals"), look: "main", value: (point) => point.approvals },
        {
          label: t("weekBefore", { what: sent }),
          look: "before",
          shape: "line",
          value: ({ earlier }) => earlier?.sent ?? null,
        },
      ],
    }),
  );
}

/**
 * @param {(DayPoint | HourPoint)[]} points
 * @param {Step} step
 * @param {string} per
 */
function costs(points, step, per) {
  return section(
    { title: t("costInUsd"), lead: t("costLead") },
    chartOf({
      ...named(step),
      points,
      title: t("chartTitle", { title: t("estimatedCost"), per }),
      whole: false,
      tick: dollars,
      series: [
        { label: t("cost"), look: "main", value: (point) => usd(point.cost), words: dollars },
        {
          label: t("weekBefore", { what: t("cost") }),
          look: "before",
          shape: "line",
          value: ({ earlier }) => earlier && usd(earlier.cost),
          words: dollars,
        },
      ],
    }),
  );
}

/**
 * @param {(DayPoint | HourPoint)[]} points
 * @param {Step} step
 * @param {string} per
 */
function troubles(points, step, per) {
  return section(
    { title: t("troubles") },
    chartOf({
      ...named(step),
      points,
      title: t("chartTitle", { title: t("troubles"), per }),
      stacked: true,
      series: [
        { label: t("wrongPasscodes"), look: "warn", value: (point) => point.wrong_codes },
        { label: t("locks"), look: "bad", value: (point) => point.locks },
        { label: t("legacyCount"), look: "soft", value: (point) => point.legacy_logins },
      ],
    }),
  );
}

/** @typedef {{ region: string, channel?: string, passcodes: (number | null)[], approvals: (number | null)[] }} Row */

/**
 * The share of passcodes that came back, of a country and a channel that are chosen.
 * @param {Overview} found
 * @param {Step} step
 * @param {string} per
 */
function conversions(found, step, per) {
  /** @type {Row[]} */
  const rows = step === "day" ? found.conversions : found.conversions_by_hour;
  if (!rows.length) return null;
  const times = step === "day" ? found.days.map(({ date }) => date) : found.hours.map(({ at }) => at);
  const room = el("div", {});
  const chosen = { region: EVERY, channel: EVERY };
  const show = () => {
    const fits = rows.filter(
      (row) => [EVERY, row.region].includes(chosen.region) && [EVERY, row.channel].includes(chosen.channel),
    );
    room.replaceChildren(conversionChart(conversionPoints(fits, times), step, per));
  };
  const choices = conversionChoices(rows, (what, value) => {
    chosen[what] = value;
    show();
  });
  show();
  return section({ title: t("conversion"), lead: t("conversionLead"), actions: choices }, room);
}

/**
 * @param {Row[]} rows
 * @param {string[]} times
 */
function conversionPoints(rows, times) {
  const [sent, back] = [
    sumOf(
      rows.map(({ passcodes }) => passcodes),
      times.length,
    ),
    sumOf(
      rows.map(({ approvals }) => approvals),
      times.length,
    ),
  ];
  return times.map((at, index) => ({ at, sent: sent[index], back: back[index] }));
}

/**
 * @param {Row[]} rows
 * @param {(what: "region" | "channel", value: string) => void} choose
 */
function conversionChoices(rows, choose) {
  const regions = [...new Set(rows.map(({ region }) => region))];
  const channels = [...new Set(rows.flatMap(({ channel }) => channel ?? []))];
  /** @type {[value: string, name: string][]} */
  const places = regions.map((region) => [region, placeName(region)]);
  places.sort(([, a], [, b]) => byName(a, b));
  const country = choice(t("country"), t("everyCountry"), places, (value) => choose("region", value));
  if (channels.length < 2) return [country];
  /** @type {[value: string, name: string][]} */
  const ways = channels.map((channel) => [channel, channelName(channel)]);
  return [country, choice(t("channel"), t("everyChannel"), ways, (value) => choose("channel", value))];
}

/**
 * @param {string} label
 * @param {string} every
 * @param {[value: string, name: string][]} options
 * @param {(value: string) => void} onchange
 */
const choice = (label, every, options, onchange) =>
  filterBox({ label, value: EVERY, options: [[EVERY, every], ...options], onchange });

/**
 * @param {{ at: string, sent: number | null, back: number | null }[]} points
 * @param {Step} step
 * @param {string} per
 */
function conversionChart(points, step, per) {
  return chartOf({
    ...named(step),
    points,
    title: t("chartTitle", { title: t("conversion"), per }),
    top: 1,
    whole: false,
    tick: percent,
    series: [
      {
        label: t("conversion"),
        look: "main",
        shape: "line",
        value: ({ sent, back }) => shareOf(back, sent),
        words: percent,
      },
      { label: t("passcodes"), look: "soft", shape: "said", value: ({ sent }) => sent },
      { label: t("approvals"), look: "main", shape: "said", value: ({ back }) => back },
    ],
  });
}

/** @param {DeliveryTimes} times */
const wayOf = ({ channel, provider }) =>
  t("channelBy", {
    channel: channelName(channel),
    provider: Object.entries(PROVIDERS).find(([name]) => name === provider)?.[1] ?? provider,
  });

/**
 * The time until messages arrived, of a channel and provider that are chosen; and by country.
 * @param {Overview} found
 */
function deliveries({ days, deliveries: { days: reported, regions } }) {
  const ways = [...new Set(reported.map(wayOf))];
  if (!ways.length) return section({ title: t("deliveryTimes"), lead: t("noDeliveryYet") });
  const room = el("div", {});
  const show = (/** @type {string} */ way) => {
    const found = new Map(reported.filter((each) => wayOf(each) === way).map((each) => [each.date, each]));
    room.replaceChildren(deliveryChart(days.map(({ date }) => ({ at: date, times: found.get(date) ?? null }))));
  };
  show(ways[0]);
  const actions =
    ways.length > 1
      ? [filterBox({ label: t("channel"), value: ways[0], options: ways.map((way) => [way, way]), onchange: show })]
      : [];
  return section(
    { title: t("deliveryTimes"), lead: t("deliveryLead"), actions },
    room,
    el("details", {}, el("summary", {}, t("deliveryByCountry")), deliveryTable(regions)),
  );
}

/** @param {{ at: string, times: DeliveryTimes | null }[]} points */
function deliveryChart(points) {
  /**
   * @param {string} label
   * @param {"main" | "before"} look
   * @param {"p50_seconds" | "p95_seconds"} key
   * @returns {Series<typeof points[number]>}
   */
  const row = (label, look, key) => ({
    label,
    look,
    shape: "line",
    value: ({ times }) => times?.[key] ?? null,
    words: seconds,
  });
  return chartOf({
    ...named("day"),
    points,
    title: t("chartTitle", { title: t("deliveryTimes"), per: t("perDay") }),
    whole: false,
    tick: seconds,
    series: [
      row(t("half"), "main", "p50_seconds"),
      row(t("ninetyFive"), "before", "p95_seconds"),
      { label: t("reported"), look: "soft", shape: "said", value: ({ times }) => times?.reported ?? null },
    ],
  });
}

/** @param {Overview["deliveries"]["regions"]} items */
function deliveryTable(items) {
  /** @type {Column<Overview["deliveries"]["regions"][number]>[]} */
  const columns = [
    { label: t("country"), kind: "main", cell: ({ region }) => placeName(region) },
    { label: t("channel"), cell: wayOf },
    { label: t("reported"), kind: "number", cell: (item) => number(item.reported) },
    { label: t("half"), kind: "number", cell: (item) => seconds(item.p50_seconds) },
    { label: t("ninetyFive"), kind: "number", cell: (item) => seconds(item.p95_seconds) },
  ];
  return el("div", { class: "inset" }, table({ caption: t("deliveryByCountry"), items, columns }));
}

/**
 * Passcodes and how many came back, by country and channel, over all days that were counted so.
 * @param {Conversions[]} found
 */
export function conversionTable(found) {
  const sum = (/** @type {(number | null)[]} */ values) =>
    values.reduce((/** @type {number} */ all, value) => all + (value ?? 0), 0);
  const items = found
    .map(({ region, channel, passcodes, approvals }) => {
      // Days on which both are known: else the share would be of different days.
      const both = passcodes.map((value, index) => value !== null && approvals[index] !== null);
      const kept = (/** @type {(number | null)[]} */ values) => sum(values.filter((_, index) => both[index]));
      return { region, channel, sent: kept(passcodes), back: kept(approvals) };
    })
    .sort((a, b) => b.sent - a.sent);
  /** @type {Column<typeof items[number]>[]} */
  const columns = [
    { label: t("country"), kind: "main", cell: ({ region }) => placeName(region) },
    { label: t("channel"), cell: ({ channel }) => channelName(channel) },
    { label: t("passcodes"), kind: "number", cell: ({ sent }) => number(sent) },
    { label: t("approvals"), kind: "number", cell: ({ back }) => number(back) },
    { label: t("conversion"), kind: "number", cell: ({ sent, back }) => percent(shareOf(back, sent)) },
  ];
  return el("div", { class: "inset" }, table({ caption: t("byCountryAndChannel"), items, columns }));
}

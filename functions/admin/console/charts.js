// Charts as plain SVG, drawn from figures. A table beside them says the same.

/** @import { Child } from "./shared/types" */
import { el, parts, svg } from "./shared/dom.js";
import { number } from "./words.js";

// A narrow window gets a narrow chart, so that its print stays as large as in a wide one.
const WIDEST = 720;
const NARROWEST = 240;
const MARGINS = 80;
const HEIGHT = 200;
// The room for the figures beside the lines, and of each letter of them.
const LEFT = 40;
const LETTER = 8;
// A date below a column.
const LABEL = 44;
const LABEL_AND_GAP = 90;
const BOTTOM = 30;
const TOP = 10;
const PLOT = HEIGHT - TOP - BOTTOM;

/**
 * A row of figures in a chart, one for each day: the figure's key, its label, and its class in the style sheet.
 * @template {string} K
 * @typedef {{ key: K, label: string, look: string }} Series
 */

/**
 * @template {string} K
 * @template {Record<K, number>} D
 * @typedef {object} Chart
 * @property {string} title
 * @property {D[]} days
 * @property {Series<K>[]} series
 * @property {(day: D) => string} label below a column
 * @property {(day: D) => string} longLabel in the tooltip
 * @property {(value: number) => string} [words] a figure in words
 * @property {boolean} [stacked] columns on each other; else they stand in front of each other, the larger first
 */

/**
 * The positions in a chart of so many days, up to so large a figure. Lengths are in units of the view box.
 * @param {number} days
 * @param {number} most
 */
function layout(days, most) {
  const { top, ticks } = scale(most);
  const room = document.querySelector("main")?.clientWidth ?? WIDEST;
  const whole = Math.min(WIDEST, Math.max(NARROWEST, room - MARGINS));
  const left = Math.max(LEFT, 8 + LETTER * Math.max(...ticks.map((tick) => short(tick).length)));
  const slot = (whole - left) / days;
  return {
    ticks,
    whole,
    left,
    slot,
    width: Math.min(28, slot * 0.68),
    y: (/** @type {number} */ value) => TOP + PLOT - (value / top) * PLOT,
    height: (/** @type {number} */ value) => Math.max(1.5, (value / top) * PLOT),
  };
}

/** @typedef {ReturnType<typeof layout>} Layout */

/**
 * The round number above `most`, and the steps up to it.
 * @param {number} most
 */
function scale(most) {
  const aim = Math.max(1, most) / 4;
  const power = 10 ** Math.floor(Math.log10(aim));
  const round = [1, 2, 2.5, 5, 10].map((n) => n * power).find((n) => n >= aim) ?? aim;
  const step = Math.max(1, round);
  const steps = Math.max(1, Math.ceil(most / step));
  return { top: step * steps, ticks: Array.from({ length: steps + 1 }, (_, index) => index * step) };
}

/**
 * Columns over days.
 * @template {string} K
 * @template {Record<K, number>} D
 * @param {Chart<K, D>} chart
 */
export function columns(chart) {
  const { title, days, series, label, longLabel, words = number, stacked = false } = chart;
  const totals = days.map((day) => {
    const values = series.map(({ key }) => day[key]);
    return stacked ? values.reduce((sum, value) => sum + value, 0) : Math.max(...values);
  });
  const at = layout(days.length, Math.max(0, ...totals));
  const every = Math.ceil(days.length / Math.floor(at.whole / LABEL_AND_GAP));
  const shape = svg("svg", {
    class: "chart",
    viewBox: `0 0 ${at.whole} ${HEIGHT}`,
    role: "img",
    "aria-label": `${title}. ${summary(chart)}`,
  });
  for (const tick of at.ticks) shape.append(...gridLine(at, tick));
  const tip = el("div", { class: "chart-tip", "aria-hidden": "true", hidden: true });
  days.forEach((day, index) => {
    const group = column(at, chart, day, index);
    explainOn(group, tip, () => [
      el("strong", {}, longLabel(day)),
      series.map(({ key, label: name, look }) => el("span", {}, swatch(look), ` ${name} `, words(day[key]))),
    ]);
    shape.append(group);
    if (index % every === 0) shape.append(...columnLabel(at, index, label(day)));
  });
  return el("figure", { class: "chart-figure" }, legend(series), el("div", { class: "chart-room" }, shape, tip));
}

/**
 * Shows a tooltip beside a part of the chart while the mouse is on it, or once a finger touched it.
 * @param {SVGElement} part
 * @param {HTMLElement} tip
 * @param {() => Child} words
 */
function explainOn(part, tip, words) {
  const show = () => {
    tip.replaceChildren(...parts(words()));
    tip.hidden = false;
    const room = (tip.parentElement ?? tip).getBoundingClientRect();
    const place = part.getBoundingClientRect();
    const beside = place.right - room.left + 8;
    const fits = beside + tip.offsetWidth <= room.width;
    tip.style.left = `${Math.max(0, fits ? beside : place.left - room.left - tip.offsetWidth - 8)}px`;
  };
  part.addEventListener("pointerenter", show);
  part.addEventListener("pointerdown", show);
  part.addEventListener("pointerleave", (event) => {
    // A finger that is lifted leaves as well: then the words stay until another column is touched.
    if (event.pointerType === "mouse") tip.hidden = true;
  });
}

/**
 * @param {Layout} at
 * @param {number} tick
 */
function gridLine(at, tick) {
  const y = at.y(tick);
  return [
    svg("line", { class: "chart-line", x1: at.left, x2: at.whole, y1: y, y2: y }),
    svg("text", { class: "chart-text", x: at.left - 8, y: y + 4, "text-anchor": "end" }, short(tick)),
  ];
}

/**
 * The bars of a day.
 * @template {string} K
 * @template {Record<K, number>} D
 * @param {Layout} at
 * @param {Chart<K, D>} chart
 * @param {D} day
 * @param {number} index
 */
function column(at, { series, stacked = false }, day, index) {
  const left = at.left + at.slot * index;
  const hit = svg("rect", { class: "chart-hit", x: left, y: TOP, width: at.slot, height: PLOT + BOTTOM });
  const group = svg("g", { class: "chart-day" }, hit);
  let base = 0;
  for (const { key, look } of series) {
    const value = day[key];
    if (value > 0) group.append(bar(at, { look, x: left + (at.slot - at.width) / 2, base, value }));
    if (stacked) base += value;
  }
  return group;
}

/**
 * @param {Layout} at
 * @param {{ look: string, x: number, base: number, value: number }} what
 */
function bar(at, { look, x, base, value }) {
  const height = at.height(value);
  const { width } = at;
  return svg("rect", {
    class: `chart-bar ${look}`,
    x,
    y: at.y(base) - height,
    width,
    height,
    rx: Math.min(2.5, width / 4),
  });
}

/**
 * The date of a column, unless the chart ends within it.
 * @param {Layout} at
 * @param {number} index
 * @param {string} text
 */
function columnLabel(at, index, text) {
  const x = at.left + at.slot * (index + 0.5);
  if (x + LABEL / 2 > at.whole) return [];
  return [svg("text", { class: "chart-text", x, y: HEIGHT - 4, "text-anchor": "middle" }, text)];
}

/** @param {Series<string>[]} series */
function legend(series) {
  const items = series.map(({ label, look }) => el("span", { class: "legend-item" }, swatch(look), label));
  return el("figcaption", { class: "legend" }, items);
}

/** @param {string} look */
const swatch = (look) => el("span", { class: `swatch ${look}`, "aria-hidden": "true" });

/**
 * @template {string} K
 * @template {Record<K, number>} D
 * @param {Chart<K, D>} chart
 */
function summary({ days, series, longLabel, words = number }) {
  const sums = series
    .map(({ key, label }) => `${label} ${words(days.reduce((sum, day) => sum + day[key], 0))}`)
    .join(", ");
  return `${longLabel(days[0])} to ${longLabel(days[days.length - 1])}: ${sums}. The table below has every day.`;
}

/** @param {number} value */
function short(value) {
  return value >= 10_000 ? `${+(value / 1000).toFixed(1)}k` : number(value);
}

/**
 * A share as a bar.
 * @param {number} share of 1
 */
export function shareBar(share) {
  const width = Math.max(share > 0 ? 1.5 : 0, share * 100);
  return svg(
    "svg",
    { class: "share", viewBox: "0 0 100 6", preserveAspectRatio: "none", "aria-hidden": "true", focusable: "false" },
    svg("rect", { class: "share-all", width: 100, height: 6, rx: 3 }),
    svg("rect", { class: "share-part", width, height: 6, rx: 3 }),
  );
}

/**
 * A figure over the days, as a line without axes.
 * @param {number[]} values
 */
export function sparkline(values) {
  const most = Math.max(1, ...values);
  const line = values
    .map((value, index) => {
      const x = (index / Math.max(1, values.length - 1)) * 100;
      return `${x.toFixed(1)} ${(27 - (value / most) * 24).toFixed(1)}`;
    })
    .join(" L");
  return svg(
    "svg",
    { class: "spark", viewBox: "0 0 100 28", preserveAspectRatio: "none", "aria-hidden": "true", focusable: "false" },
    svg("path", { class: "spark-area", d: `M0 28 L${line} L100 28Z` }),
    svg("path", { class: "spark-line", d: `M${line}`, "vector-effect": "non-scaling-stroke" }),
  );
}

// Charts as SVG, drawn from figures: columns and lines over days or hours. Each is one stop of the Tab key; arrow keys,
// a pointer and a finger walk its points; a table below it has the same numbers.

/** @import { Child } from "./shared/types" */
import { labelEvery, runs, scale, stepTo } from "./chart-scale.js";
import { language, t } from "./language.js";
import { el, parts, svg } from "./shared/dom.js";
import { table } from "./table.js";
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
const compact = new Intl.NumberFormat(language.format, { notation: "compact", maximumFractionDigits: 1 });

/**
 * A row of figures: its label, its look in the style sheet, and the figure of a point, null where it is not known. A
 * `column` (the default), a `line`, or `said`: only in words.
 * @template P
 * @typedef {object} Series
 * @property {string} label
 * @property {"main" | "soft" | "warn" | "bad" | "before"} look
 * @property {(point: P) => number | null} value
 * @property {"column" | "line" | "said"} [shape]
 * @property {(value: number) => string} [words]
 */

/**
 * @template P
 * @typedef {object} Chart
 * @property {string} title with its unit, and "per day" or "per hour"
 * @property {P[]} points
 * @property {Series<P>[]} series
 * @property {(point: P) => string} label below a column
 * @property {(point: P) => string} longLabel in the tooltip and the table
 * @property {string} head of the table's first column
 * @property {(value: number) => string} [tick] a figure beside the axis
 * @property {number} [top] the end of the axis; else the largest figure
 * @property {boolean} [whole] whether figures are whole numbers
 * @property {boolean} [stacked] columns on each other; else they stand in front of each other, the larger first
 */

/**
 * The chart, what it says of a point, and its table.
 * @template P
 * @param {Chart<P>} chart
 */
export function chartOf(chart) {
  const { title, points, series } = chart;
  const at = layout(chart);
  const shape = svg("svg", { class: "chart", viewBox: `0 0 ${at.whole} ${HEIGHT}`, role: "img", "aria-label": title });
  for (const tick of at.ticks) shape.append(...gridLine(at, tick, chart.tick ?? short));
  const every = labelEvery(points.length, at.whole, LABEL_AND_GAP);
  const columns = points.map((point, index) => column(at, chart, point, index));
  shape.append(...columns);
  points.forEach((point, index) => {
    if (index % every === 0) shape.append(...columnLabel(at, index, chart.label(point)));
  });
  for (const one of series) if (one.shape === "line") shape.append(...line(at, one, points));
  const room = el("div", { class: "chart-room" }, shape);
  walk(room, columns, chart);
  return el("figure", { class: "chart-figure" }, legend(series), room, asTable(chart));
}

/**
 * The positions in a chart. Lengths are in units of the view box.
 * @template P
 * @param {Chart<P>} chart
 */
function layout({ points, series, stacked = false, tick = short, top: end, whole: isWhole = true }) {
  const drawn = series.filter(({ shape }) => shape !== "said");
  const most = Math.max(
    0,
    ...points.map((point) => {
      const columns = drawn.filter(({ shape }) => shape !== "line").map(({ value }) => value(point) ?? 0);
      const lines = drawn.filter(({ shape }) => shape === "line").map(({ value }) => value(point) ?? 0);
      return Math.max(...lines, stacked ? columns.reduce((sum, value) => sum + value, 0) : Math.max(0, ...columns));
    }),
  );
  const { top, ticks } = scale(end ?? most, { whole: isWhole });
  const room = document.querySelector("main")?.clientWidth ?? WIDEST;
  const whole = Math.min(WIDEST, Math.max(NARROWEST, room - MARGINS));
  const left = Math.max(LEFT, 8 + LETTER * Math.max(...ticks.map((value) => tick(value).length)));
  const slot = (whole - left) / points.length;
  return {
    ticks,
    whole,
    left,
    slot,
    width: Math.min(28, slot * 0.68),
    x: (/** @type {number} */ index) => left + slot * (index + 0.5),
    y: (/** @type {number} */ value) => TOP + PLOT - (value / top) * PLOT,
    height: (/** @type {number} */ value) => Math.max(1.5, (value / top) * PLOT),
  };
}

/** @typedef {ReturnType<typeof layout>} Layout */

/**
 * Lets a reader walk the points. The control over the chart is a slider: screen readers say its value themselves, and
 * its keys reach it in all of them.
 * @template P
 * @param {HTMLElement} room
 * @param {SVGElement[]} columns
 * @param {Chart<P>} chart
 */
function walk(room, columns, chart) {
  const { title, points } = chart;
  if (!points.length) return;
  const label = t("chartWalk", { title });
  const control = el("div", { class: "chart-walk", role: "slider", tabindex: "0", "aria-label": label });
  const tip = el("div", { class: "chart-tip", "aria-hidden": "true", hidden: true });
  let here = points.length - 1;
  const put = (/** @type {number} */ index) => {
    here = index;
    const place = {
      valuemin: 1,
      valuemax: points.length,
      valuenow: index + 1,
      valuetext: inWords(chart, points[index]),
    };
    for (const [name, value] of Object.entries(place)) control.setAttribute(`aria-${name}`, String(value));
  };
  const { show, hide } = tipOf(tip, columns, (index) => explained(chart, points[index]));
  const go = (/** @type {number} */ index) => {
    put(index);
    show(index);
  };
  control.addEventListener("focus", () => show(here));
  control.addEventListener("blur", hide);
  control.addEventListener("keydown", (event) => {
    const next = event.ctrlKey || event.metaKey || event.altKey ? null : stepTo(event.key, here, points.length);
    if (next === null) return;
    event.preventDefault();
    go(next);
  });
  columns.forEach((part, index) => {
    part.addEventListener("pointerenter", () => show(index));
    part.addEventListener("pointerdown", () => go(index));
    // A finger that is lifted leaves as well: then the words stay until another column is touched.
    part.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && hide());
  });
  put(here);
  room.append(control, tip);
}

/**
 * Shows and hides the words about a point. Escape hides them, too.
 * @param {HTMLElement} tip
 * @param {SVGElement[]} columns
 * @param {(index: number) => Child} words
 */
function tipOf(tip, columns, words) {
  let listening = new AbortController();
  const hide = () => {
    tip.hidden = true;
    for (const column of columns) column.classList.remove("here");
    listening.abort();
  };
  const show = (/** @type {number} */ index) => {
    hide();
    columns[index].classList.add("here");
    tip.replaceChildren(...parts(words(index)));
    tip.hidden = false;
    place(tip, columns[index]);
    listening = new AbortController();
    // On the document: a pointer may have brought the words, with the focus anywhere.
    const hideOn = (/** @type {KeyboardEvent} */ event) => event.key === "Escape" && hide();
    document.addEventListener("keydown", hideOn, { signal: listening.signal });
    window.addEventListener("resize", () => place(tip, columns[index]), { signal: listening.signal });
  };
  return { show, hide };
}

/**
 * Puts the tooltip beside a point, within the chart.
 * @param {HTMLElement} tip
 * @param {SVGElement} part
 */
function place(tip, part) {
  const room = (tip.parentElement ?? tip).getBoundingClientRect();
  const at = part.getBoundingClientRect();
  const beside = at.right - room.left + 8;
  const fits = beside + tip.offsetWidth <= room.width;
  const left = fits ? beside : at.left - room.left - tip.offsetWidth - 8;
  tip.style.left = `${Math.max(0, Math.min(left, room.width - tip.offsetWidth))}px`;
}

/**
 * @template P
 * @param {Chart<P>} chart
 * @param {P} point
 * @returns {Child}
 */
function explained({ series, longLabel }, point) {
  const lines = series.map((one) => el("span", {}, swatch(one), ` ${one.label} `, figure(one, point)));
  return [el("strong", {}, longLabel(point)), lines];
}

/**
 * @template P
 * @param {Chart<P>} chart
 * @param {P} point
 */
function inWords({ series, longLabel }, point) {
  return [
    longLabel(point),
    ...series.map((one) => t("chartValue", { label: one.label, value: figure(one, point) })),
  ].join("; ");
}

/**
 * @template P
 * @param {Series<P>} series
 * @param {P} point
 */
function figure({ value, words = number }, point) {
  const found = value(point);
  return found === null ? t("chartUnknown") : words(found);
}

/**
 * The same numbers as a table, the newest first. It is made when it is opened.
 * @template P
 * @param {Chart<P>} chart
 */
function asTable(chart) {
  const details = el("details", { class: "chart-table" }, el("summary", {}, t("chartTable")));
  const make = () => {
    /** @type {import("./table.js").Column<P>[]} */
    const columns = [
      { label: chart.head, kind: "main", cell: chart.longLabel },
      ...chart.series.map(
        (one) =>
          /** @type {import("./table.js").Column<P>} */ ({
            label: one.label,
            kind: "number",
            cell: (point) => figure(one, point),
          }),
      ),
    ];
    details.append(
      el("div", { class: "inset" }, table({ caption: chart.title, items: chart.points.toReversed(), columns })),
    );
  };
  details.addEventListener("toggle", make, { once: true });
  return details;
}

/**
 * @param {Layout} at
 * @param {number} tick
 * @param {(value: number) => string} words
 */
function gridLine(at, tick, words) {
  const y = at.y(tick);
  return [
    svg("line", { class: "chart-line", x1: at.left, x2: at.whole, y1: y, y2: y }),
    svg("text", { class: "chart-text", x: at.left - 8, y: y + 4, "text-anchor": "end" }, words(tick)),
  ];
}

/**
 * The columns of a point, and the room that a pointer finds it in. Looks differ by fill and outline, not by colour
 * alone.
 * @template P
 * @param {Layout} at
 * @param {Chart<P>} chart
 * @param {P} point
 * @param {number} index
 */
function column(at, { series, stacked = false }, point, index) {
  const left = at.left + at.slot * index;
  const hit = svg("rect", { class: "chart-hit", x: left, y: TOP, width: at.slot, height: PLOT + BOTTOM });
  const group = svg("g", { class: "chart-day" }, hit);
  let base = 0;
  for (const { value, look, shape = "column" } of series) {
    const found = shape === "column" ? value(point) : null;
    if (!found) continue;
    const height = at.height(found);
    const box = { x: at.x(index) - at.width / 2, y: at.y(base) - height, width: at.width, height };
    group.append(svg("rect", { class: `chart-bar look-${look}`, ...box, rx: Math.min(2.5, at.width / 4) }));
    if (stacked) base += found;
  }
  return group;
}

/**
 * A line through the points that are known; a point by itself is a dot.
 * @template P
 * @param {Layout} at
 * @param {Series<P>} series
 * @param {P[]} points
 */
function line(at, { value, look }, points) {
  return runs(points.map(value)).flatMap((run) => {
    const [[index, found]] = run;
    if (run.length === 1) {
      return svg("circle", { class: `chart-dot look-${look}`, cx: at.x(index), cy: at.y(found), r: 2.5 });
    }
    const places = run.map(([place, each]) => `${at.x(place).toFixed(1)} ${at.y(each).toFixed(1)}`);
    const d = `M${places.join(" L")}`;
    // On a rim, or it would be lost before dark columns.
    return [svg("path", { class: "chart-rim", d }), svg("path", { class: `chart-series look-${look}`, d })];
  });
}

/**
 * The date of a column, unless the chart ends within it.
 * @param {Layout} at
 * @param {number} index
 * @param {string} text
 */
function columnLabel(at, index, text) {
  const x = at.x(index);
  if (x + LABEL / 2 > at.whole) return [];
  return [svg("text", { class: "chart-text", x, y: HEIGHT - 4, "text-anchor": "middle" }, text)];
}

/**
 * @template P
 * @param {Series<P>[]} series
 */
function legend(series) {
  const items = series
    .filter(({ shape }) => shape !== "said")
    .map((one) => el("span", { class: "legend-item" }, swatch(one), one.label));
  return el("figcaption", { class: "legend" }, items);
}

/**
 * A sample of a series, drawn as in the chart.
 * @template P
 * @param {Series<P>} series
 */
function swatch({ look, shape = "column" }) {
  const box = { x: 0.5, y: 0.5, width: 10, height: 10, rx: 2 };
  /** @type {Record<string, () => Element[]>} */
  const samples = {
    column: () => [svg("rect", { class: `chart-bar look-${look}`, ...box })],
    line: () => [svg("path", { class: `chart-series look-${look}`, d: "M0 5.5 H16" })],
    said: () => [],
  };
  const width = shape === "column" ? 11 : 16;
  const size = { viewBox: `0 0 ${width} 11`, width, height: 11 };
  return svg("svg", { class: "swatch", "aria-hidden": "true", focusable: "false", ...size }, ...samples[shape]());
}

/** @param {number} value */
const short = (value) => (value >= 10_000 ? compact.format(value) : number(value));

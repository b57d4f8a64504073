// Charts as plain SVG: drawn from figures, with a table that says the same.

import { el, svg } from "./dom.js";
import { number } from "./words.js";

const WIDTH = 720;
const HEIGHT = 200;
const LEFT = 40;
const BOTTOM = 30;
const TOP = 10;

/** The round number above `most`, and the steps up to it. */
function scale(most) {
  const aim = Math.max(1, most) / 4;
  const power = 10 ** Math.floor(Math.log10(aim));
  const step = Math.max(
    1,
    [1, 2, 2.5, 5, 10].map((n) => n * power).find((n) => n >= aim),
  );
  const steps = Math.max(1, Math.ceil(most / step));
  return { top: step * steps, ticks: Array.from({ length: steps + 1 }, (_, index) => index * step) };
}

/**
 * Columns over days. `series` are `{key, label, look}`, each a class of the style sheet; `stacked` puts them on each other, else
 * they stand in front of each other, the larger first.
 */
export function columns({ title, days, series, label, longLabel, stacked = false }) {
  const totals = days.map((day) =>
    stacked ? series.reduce((sum, { key }) => sum + day[key], 0) : Math.max(...series.map(({ key }) => day[key])),
  );
  const { top, ticks } = scale(Math.max(0, ...totals));
  const height = HEIGHT - TOP - BOTTOM;
  const y = (value) => TOP + height - (value / top) * height;
  const slot = (WIDTH - LEFT) / days.length;
  const width = Math.min(28, slot * 0.68);
  const every = Math.ceil(days.length / 8);
  const shape = svg("svg", {
    class: "chart",
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
    role: "img",
    "aria-label": `${title}. ${summary(days, series, longLabel)}`,
  });
  for (const tick of ticks) {
    shape.append(
      svg("line", { class: "chart-line", x1: LEFT, x2: WIDTH, y1: y(tick), y2: y(tick) }),
      svg("text", { class: "chart-text", x: LEFT - 8, y: y(tick) + 4, "text-anchor": "end" }, short(tick)),
    );
  }
  days.forEach((day, index) => {
    const x = LEFT + slot * index + (slot - width) / 2;
    const group = svg(
      "g",
      { class: "chart-day" },
      svg("rect", { class: "chart-hit", x: LEFT + slot * index, y: TOP, width: slot, height: height + BOTTOM }),
    );
    let base = 0;
    for (const { key, look } of series) {
      const value = day[key];
      if (value > 0) {
        const tall = Math.max(1.5, (value / top) * height);
        group.append(
          svg("rect", {
            class: `chart-bar ${look}`,
            x,
            y: y(base) - tall,
            width,
            height: tall,
            rx: Math.min(2.5, width / 4),
          }),
        );
      }
      if (stacked) base += value;
    }
    group.append(
      svg(
        "title",
        {},
        `${longLabel(day)}: ${series.map(({ key, label: name }) => `${name} ${number(day[key])}`).join(", ")}`,
      ),
    );
    shape.append(group);
    if (index % every === 0)
      shape.append(
        svg("text", { class: "chart-text", x: x + width / 2, y: HEIGHT - 4, "text-anchor": "middle" }, label(day)),
      );
  });
  return el(
    "figure",
    { class: "chart-figure" },
    el(
      "figcaption",
      { class: "legend" },
      series.map(({ label: name, look }) =>
        el("span", { class: "legend-item" }, el("span", { class: `swatch ${look}`, "aria-hidden": "true" }), name),
      ),
    ),
    shape,
  );
}

function summary(days, series, longLabel) {
  const sums = series
    .map(({ key, label }) => `${label} ${number(days.reduce((sum, day) => sum + day[key], 0))}`)
    .join(", ");
  return `${longLabel(days[0])} to ${longLabel(days.at(-1))}: ${sums}. The table below has every day.`;
}

function short(value) {
  return value >= 10_000 ? `${+(value / 1000).toFixed(1)}k` : number(value);
}

/** A share as a bar behind its row. */
export function shareBar(share) {
  return svg(
    "svg",
    { class: "share", viewBox: "0 0 100 6", preserveAspectRatio: "none", "aria-hidden": "true", focusable: "false" },
    svg("rect", { class: "share-all", width: 100, height: 6, rx: 3 }),
    svg("rect", { class: "share-part", width: Math.max(share > 0 ? 1.5 : 0, share * 100), height: 6, rx: 3 }),
  );
}

/** How something went over the days, as a line without axes. */
export function sparkline(values) {
  const most = Math.max(1, ...values);
  const at = (value, index) =>
    `${((index / Math.max(1, values.length - 1)) * 100).toFixed(1)} ${(27 - (value / most) * 24).toFixed(1)}`;
  const line = values.map(at).join(" L");
  return svg(
    "svg",
    { class: "spark", viewBox: "0 0 100 28", preserveAspectRatio: "none", "aria-hidden": "true", focusable: "false" },
    svg("path", { class: "spark-area", d: `M0 28 L${line} L100 28Z` }),
    svg("path", { class: "spark-line", d: `M${line}`, "vector-effect": "non-scaling-stroke" }),
  );
}

// Figures drawn small, beside words that say them: a share as a bar, and a course as a line.

import { svg } from "./shared/dom.js";

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

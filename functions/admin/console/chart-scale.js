// The arithmetic of charts: scales, places, sums and comparisons. Nothing here draws or knows words.

/**
 * The round number above `most`, and the steps up to it. `whole`: only whole numbers, as counts are.
 * @param {number} most
 * @param {{ whole?: boolean }} [options]
 */
export function scale(most, { whole = true } = {}) {
  if (!(most > 0)) return { top: 1, ticks: [0, 1] };
  const aim = whole ? Math.max(1, most / 4) : most / 4;
  const power = 10 ** Math.floor(Math.log10(aim));
  const rounds = [1, 2, 2.5, 5, 10].map((n) => n * power).filter((n) => !whole || Number.isInteger(n));
  const step = rounds.find((n) => n >= aim) ?? aim;
  const steps = Math.max(1, Math.ceil(most / step - 1e-9));
  return { top: tidy(step * steps), ticks: Array.from({ length: steps + 1 }, (_, index) => tidy(index * step)) };
}

/**
 * Without the noise of binary fractions: 0.3, not 0.30000000000000004.
 * @param {number} value
 */
const tidy = (value) => Number(value.toPrecision(12));

/**
 * Which of so many points are labelled, so that labels of this width do not touch: every n-th.
 * @param {number} points
 * @param {number} width
 * @param {number} label
 */
export const labelEvery = (points, width, label) =>
  Math.max(1, Math.ceil(points / Math.max(1, Math.floor(width / label))));

/**
 * Where a key leads from a point of so many: null if the key leads nowhere.
 * @param {string} key
 * @param {number} here
 * @param {number} points
 */
export function stepTo(key, here, points) {
  const last = points - 1;
  switch (key) {
    case "ArrowLeft":
    case "ArrowDown":
      return Math.max(0, here - 1);
    case "ArrowRight":
    case "ArrowUp":
      return Math.min(last, here + 1);
    case "PageDown":
      return Math.max(0, here - 7);
    case "PageUp":
      return Math.min(last, here + 7);
    case "Home":
      return 0;
    case "End":
      return last;
    default:
      return null;
  }
}

/**
 * The lines through points that are there: a point without a value ends one.
 * @param {(number | null)[]} values
 * @returns {[index: number, value: number][][]}
 */
export function runs(values) {
  /** @type {[number, number][][]} */
  const found = [];
  values.forEach((value, index) => {
    if (value === null) return;
    if (index && values[index - 1] !== null) found[found.length - 1].push([index, value]);
    else found.push([[index, value]]);
  });
  return found;
}

/**
 * The sum of several lists, place by place; null where one of them is not known.
 * @param {(number | null)[][]} lists
 * @param {number} length
 * @returns {(number | null)[]}
 */
export const sumOf = (lists, length) =>
  Array.from({ length }, (_, place) =>
    lists.reduce((/** @type {number | null} */ sum, list) => {
      const value = list[place];
      return sum === null || value === null ? null : sum + value;
    }, 0),
  );

/**
 * A share of 1, or null where nothing was sent or it is not known.
 * @param {number | null} part
 * @param {number | null} all
 */
export const shareOf = (part, all) => (part === null || !all ? null : part / all);

/**
 * The points against those of the week before: the sums over the points of which both are known, and the change as a
 * share.
 * The last point is left out, since its day or hour is not over. Null if nothing can be compared.
 * @template T
 * @param {T[]} points
 * @param {(point: T) => number | null} now
 * @param {(point: T) => number | null} before
 */
export function compare(points, now, before) {
  const both = points
    .slice(0, -1)
    .map((point) => [now(point), before(point)])
    .filter((pair) => pair.every((value) => value !== null));
  if (!both.length) return null;
  const sum = (/** @type {number} */ which) => both.reduce((all, pair) => all + (pair[which] ?? 0), 0);
  const [current, earlier] = [sum(0), sum(1)];
  return { points: both.length, now: current, before: earlier, change: earlier ? current / earlier - 1 : null };
}

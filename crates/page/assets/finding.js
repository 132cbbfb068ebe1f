// The chart's caption: what the figures say, in a sentence or two.

import { describeChange } from "./change.js";
import { bucketName, formatWindow } from "./dates.js";
import { money, percent } from "./format.js";
import { SALES, sumOf } from "./series.js";

const BEST = { day: "The strongest day", week: "The strongest week", month: "The strongest month" };
const RUNNING = { day: "Today is", week: "This week is", month: "This month is" };

/** The finding of `points`, gross or net by `kind`; `against` names the comparison window or is null. */
export function describeFinding(points, data, { against, kind }) {
  const { meta } = data;
  return [
    `${headline(data, against, kind)}${leader(points)}.`,
    strongest(points, meta),
    points.some((point) => point.partial) ? `${RUNNING[meta.granularity]} not over yet (partial).` : null,
  ].filter(Boolean).join(" ");
}

function headline({ kpiMetrics, comparison, meta }, against, kind) {
  const [name, key] = kind === "net" ? ["Net revenue", "netRevenue"] : ["Revenue", "totalRevenue"];
  const revenue = `${name} for ${formatWindow(meta.startDate, meta.endDate)} was ${money(kpiMetrics[key])}`;
  if (!against) return revenue;
  const before = comparison.kpiMetrics[key];
  const { direction, words } = describeChange(kpiMetrics[key], before, { write: money });
  return direction === "none" ? revenue : `${revenue}, ${words} against ${against}`;
}

function leader(points) {
  const sums = SALES.map((series) => ({ ...series, sum: sumOf(points, series.key) }));
  const all = sums.reduce((total, { sum }) => total + sum, 0);
  const [first] = sums.sort((one, other) => other.sum - one.sum);
  if (all <= 0) return "";
  return `; ${first.label.toLowerCase()} brought ${percent((first.sum / all) * 100)} of the sales`;
}

function strongest(points, meta) {
  if (points.length < 2) return null;
  const best = points.reduce((found, point, index) => (point.total > points[found].total ? index : found), 0);
  if (points[best].total <= 0) return null;
  return `${BEST[meta.granularity]} was ${bucketName(points, best, meta)} with ${money(points[best].total)}.`;
}

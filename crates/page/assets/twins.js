// What stands in the tables beside the charts: the same points, row by row.

import { bucketName, formatWindow } from "./dates.js";
import { SERIES, sumOf } from "./series.js";

const AMOUNTS = [...SERIES, { key: "total", label: "Total" }];
const PERIODS = { day: "Day", week: "Week", month: "Month" };

const period = ({ granularity }) => ({ label: PERIODS[granularity] ?? "Period" });

/** A bucket's name; the file gets the day it begins with. */
function bucketCell(points, index, meta) {
  const named = bucketName(points, index, meta);
  const { date, partial } = points[index];
  return { raw: date.slice(0, 10), text: partial ? `${named} (partial)` : named };
}

/** The table of the revenue chart. */
export function revenueTable(points, meta, money) {
  return {
    caption: `${money === "net" ? "Net revenue" : "Revenue"} in US dollars, `
      + `${formatWindow(meta.startDate, meta.endDate)}, days of ${meta.timezone}`,
    columns: [
      period(meta), ...AMOUNTS.map(({ label }) => ({ label, kind: "money" })), { label: "Sales", kind: "count" },
    ],
    rows: points.map((point, index) =>
      [bucketCell(points, index, meta), ...AMOUNTS.map(({ key }) => point[key]), point.transactions]),
    foot: [
      "Whole range", ...AMOUNTS.map(({ key }) => sumOf(points, key)),
      points.reduce((sum, point) => sum + point.transactions, 0),
    ],
  };
}

/** The table of the audience chart. */
export function audienceTable(points, meta) {
  return {
    caption: `Subscribers and followers, ${formatWindow(meta.startDate, meta.endDate)}, days of ${meta.timezone}`,
    columns: [period(meta), { label: "Subscribers", kind: "count" }, { label: "Followers", kind: "count" }],
    rows: points.map((point, index) => [bucketCell(points, index, meta), point.subscribers, point.followers]),
  };
}

// The chart's twin: the same points as a table, updated in place.

import { bucketName, formatWindow } from "./dates.js";
import { element, fitChildren, setText } from "./dom.js";
import { count, money } from "./format.js";
import { SERIES, sumOf } from "./series.js";

const AMOUNTS = [...SERIES, { key: "total", label: "Total" }];
const COUNTS = [{ key: "transactions", label: "Sales" }];
const LEVELS = [{ key: "subscribers", label: "Subscribers" }, { key: "followers", label: "Followers" }];
const PERIODS = { day: "Day", week: "Week", month: "Month" };

export class ChartTable {
  #parts;

  constructor(parts) {
    this.#parts = parts;
  }

  update(points, meta) {
    const { caption, head, body, foot } = this.#parts;
    const days = formatWindow(meta.startDate, meta.endDate);
    setText(caption, `Revenue in US dollars, ${days}, days of ${meta.timezone}`);
    const columns = [...AMOUNTS, ...COUNTS, ...LEVELS].map(({ label }) => label);
    writeRow(head, [PERIODS[meta.granularity] ?? "Period", ...columns], () => element("th", { scope: "col" }));
    const rows = fitChildren(body, points.length, () => element("tr"));
    rows.forEach((row, index) => writeRow(row, pointCells(points, index, meta), bodyCell));
    writeRow(foot, totalCells(points), bodyCell);
  }
}

function pointCells(points, index, meta) {
  const point = points[index];
  const named = bucketName(points, index, meta);
  return [
    point.partial ? `${named} (partial)` : named,
    ...AMOUNTS.map(({ key }) => money(point[key])),
    ...[...COUNTS, ...LEVELS].map(({ key }) => count(point[key])),
  ];
}

function totalCells(points) {
  const sales = points.reduce((sum, point) => sum + point.transactions, 0);
  return ["Whole range", ...AMOUNTS.map(({ key }) => money(sumOf(points, key))), count(sales), ...LEVELS.map(() => "")];
}

const bodyCell = (position) => (position === 0 ? element("th", { scope: "row" }) : element("td"));

function writeRow(row, texts, createCell) {
  const cells = fitChildren(row, texts.length, () => createCell(row.children.length));
  cells.forEach((cell, position) => setText(cell, texts[position]));
}

// The chart groups in stacking order, and sums over chart points in exact cents.

import { cents } from "./format.js";

export const SALES = [
  { key: "subscriptions", label: "Subscriptions" },
  { key: "tips", label: "Tips" },
  { key: "messages", label: "Messages" },
  { key: "posts", label: "Posts" },
  { key: "other", label: "Other" },
];
export const REFUNDS = { key: "refunds", label: "Refunds" };
export const SERIES = [...SALES, REFUNDS];

/** The points of an answer with the amounts that are wanted: "gross" or "net". */
export const pointsOf = (chartData, money) =>
  (money === "net" ? chartData.map((point) => ({ ...point, ...point.net })) : chartData);

/** The sum of one member over all points, in dollars. */
export const sumOf = (points, key) => points.reduce((sum, point) => sum + cents(point[key]), 0) / 100;

/** The sales of one point, in dollars: the height of its bar. */
export const salesOf = (point) => SALES.reduce((sum, { key }) => sum + cents(point[key]), 0) / 100;

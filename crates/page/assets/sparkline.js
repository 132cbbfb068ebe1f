// The small line on a card: the figure's course over the buckets of the window. Only figures
// that the API gives for every bucket have one. Decoration: the chart and its table say it all.

import { setAttribute, svgElement } from "./dom.js";
import { cents } from "./format.js";
import { salesOf } from "./series.js";

const WIDTH = 100;
const HEIGHT = 26;
const PAD = 2;

/** From a point of `chartData` to the figure's value in its bucket; null is unknown. */
const COURSES = {
  totalRevenue: (point) => point.total,
  netRevenue: (point) => point.net.total,
  grossSales: salesOf,
  refunds: (point) => -point.refunds,
  platformFees: (point) => (cents(point.total) - cents(point.net.total)) / 100,
  transactionCount: (point) => point.transactions,
  activeSubscribers: (point) => point.subscribers,
};

export const hasCourse = (key) => key in COURSES;

export function createSparkline() {
  const line = (name) => svgElement("path", { class: name, "vector-effect": "non-scaling-stroke" });
  return svgElement("svg", {
    class: "sparkline", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none",
    "aria-hidden": "true", focusable: "false",
  }, svgElement("path", { class: "spark-area" }), line("spark-line"), line("spark-partial"));
}

/** Draws the course of a figure; the way to a bucket that is still running is dashed. */
export function updateSparkline(svg, key, points) {
  const values = points.map(COURSES[key]);
  const [area, line, partial] = svg.children;
  const running = points.at(-1)?.partial ? points.length - 1 : points.length;
  const places = placesOf(values);
  const whole = places.slice(0, running);
  setAttribute(line, "d", pathOf(whole));
  setAttribute(area, "d", whole.includes(null) || whole.length < 2 ? null
    : `${pathOf(whole)}L${whole.at(-1)[0]} ${HEIGHT}L${whole[0][0]} ${HEIGHT}Z`);
  setAttribute(partial, "d", pathOf(places.slice(Math.max(0, running - 1))));
}

/** Where the values lie, `[x, y]` each; null where unknown. */
function placesOf(values) {
  const known = values.filter((value) => value !== null);
  const [low, high] = [Math.min(...known), Math.max(...known)];
  const span = high - low;
  return values.map((value, index) => {
    if (value === null) return null;
    const x = values.length > 1 ? (index / (values.length - 1)) * WIDTH : WIDTH / 2;
    const share = span === 0 ? 0.5 : (value - low) / span;
    return [round(x), round(HEIGHT - PAD - share * (HEIGHT - 2 * PAD))];
  });
}

/** A path through the places, broken where one is unknown. */
function pathOf(places) {
  let down = false;
  return places.map((place) => {
    if (!place) {
      down = false;
      return "";
    }
    const step = `${down ? "L" : "M"}${place[0]} ${place[1]}`;
    down = true;
    return step;
  }).join("") || null;
}

const round = (number) => Math.round(number * 100) / 100;

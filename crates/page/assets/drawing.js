// Draws the stacked bars into the SVG at the size it has on the screen, so that text stays
// sharp. Geometry only: hidden from assistive technology, which has the caption and the table.

import { svgElement } from "./dom.js";
import { shortMoney } from "./format.js";
import { drawTicks, leftOf } from "./frame.js";
import { linearScale, moneyAxis } from "./scale.js";
import { REFUNDS, SALES, salesOf } from "./series.js";

const TOP = 22;
const BOTTOM = 26;
const WIDEST_BAR = 56;
const HATCHING = { patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" };

/** Redraws the chart and returns where its columns are: `{left, step, count}` in pixels. */
export function drawChart(svg, points, meta, { width, height }) {
  const axis = moneyAxis(
    Math.min(0, ...points.map((point) => point.refunds)),
    Math.max(0, ...points.map(salesOf)),
  );
  const { ticks } = axis;
  const labels = ticks.map(shortMoney);
  const left = leftOf(labels);
  const step = (width - left) / points.length;
  const frame = { left, step, width, height, y: linearScale(axis, TOP, height - BOTTOM) };
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.replaceChildren(
    patterns(),
    ...drawGrid(ticks, labels, frame),
    ...points.map((point, index) => drawColumn(point, index, frame)),
    svgElement("line", { class: "zero-line", x1: left, x2: width, y1: frame.y(0), y2: frame.y(0) }),
    ...drawTicks(points, meta, frame),
  );
  return { left, step, count: points.length };
}

function patterns() {
  const pattern = (id, size, lineClass) =>
    svgElement("pattern", { id, width: size, height: size, ...HATCHING },
      svgElement("line", { class: lineClass, x1: 0, y1: 0, x2: 0, y2: size }));
  return svgElement("defs", {}, pattern("hatch", 7, "hatch-line"), pattern("hatch-band", 7, "hatch-band-line"));
}

function drawGrid(ticks, labels, { left, width, y }) {
  return ticks.flatMap((tick, index) => [
    svgElement("line", { class: "grid-line", x1: left, x2: width, y1: y(tick), y2: y(tick) }),
    svgElement("text", { class: "axis-label", x: left - 8, y: y(tick) + 4, "text-anchor": "end" }, labels[index]),
  ]);
}

function drawColumn(point, index, frame) {
  const gap = frame.step > 8 ? frame.step * 0.22 : frame.step > 3 ? 1 : 0;
  const width = Math.min(frame.step - gap, WIDEST_BAR);
  const x = frame.left + index * frame.step + (frame.step - width) / 2;
  const bar = { x, width };
  const column = svgElement("g", {});
  let stacked = 0;
  for (const { key } of SALES) {
    if (point[key] <= 0) continue;
    column.append(block(bar, stacked, stacked + point[key], frame.y, { "data-series": key }));
    stacked += point[key];
  }
  if (point.refunds < 0) column.append(block(bar, point.refunds, 0, frame.y, { "data-series": REFUNDS.key }));
  if (point.partial) column.append(...markPartial(bar, stacked, point.refunds, frame));
  return column;
}

function block({ x, width }, from, to, y, attributes) {
  return svgElement("rect", { x, width, y: y(to), height: Math.max(0, y(from) - y(to)), ...attributes });
}

/** A hatched band over the column's free height, hatching over its bar, and the word. */
function markPartial(bar, sales, refunds, frame) {
  const centre = bar.x + bar.width / 2;
  const nearEdge = frame.width - centre < 24;
  const place = nearEdge ? { x: frame.width, "text-anchor": "end" } : { x: centre, "text-anchor": "middle" };
  return [
    svgElement("rect", { ...bar, y: TOP, height: Math.max(0, frame.y(sales) - TOP), fill: "url(#hatch-band)" }),
    block(bar, refunds, sales, frame.y, { fill: "url(#hatch)" }),
    svgElement("text", { class: "partial-label", y: TOP - 8, ...place }, "partial"),
  ];
}

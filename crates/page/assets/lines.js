// Draws levels as lines, one strip above the other, so that a small number beside a large one is
// still seen to move. Geometry only: hidden from assistive technology.

import { svgElement } from "./dom.js";
import { count, shortCount } from "./format.js";
import { drawTicks, leftOf } from "./frame.js";
import { levelAxis, linearScale } from "./scale.js";

const TITLE = 20;
const BOTTOM = 26;
const GAP = 14;

/** Redraws the strips and returns where the columns are: `{left, step, count}` in pixels. */
export function drawLines(svg, points, levels, { width, height, meta }) {
  const strips = levels.map((level) => ({ ...level, axis: levelAxis(points.map((point) => point[level.key])) }));
  const labels = strips.map(({ axis }) => axis.ticks.map(shortCount));
  const left = leftOf(labels.flat());
  const step = (width - left) / points.length;
  const strip = (height - BOTTOM - GAP) / strips.length;
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.replaceChildren(
    ...strips.flatMap((level, index) => {
      const top = index * (strip + GAP);
      const y = linearScale(level.axis, top + TITLE, top + strip);
      return drawStrip(points, level, { left, step, width, top, y, labels: labels[index] });
    }),
    ...drawTicks(points, meta, { left, step, width, height }),
  );
  return { left, step, count: points.length };
}

function drawStrip(points, { key, label, axis: { ticks } }, { left, step, width, top, y, labels }) {
  const place = (index) => left + (index + 0.5) * step;
  const grid = ticks.flatMap((tick, index) => [
    svgElement("line", { class: "grid-line", x1: left, x2: width, y1: y(tick), y2: y(tick) }),
    svgElement("text", { class: "axis-label", x: left - 8, y: y(tick) + 4, "text-anchor": "end" }, labels[index]),
  ]);
  const runs = runsOf(points, key);
  const lines = runs.map((run) => svgElement("path", {
    class: "level-line", "data-series": key,
    d: run.map(({ index, level }, at) => `${at === 0 ? "M" : "L"}${place(index).toFixed(1)} ${y(level).toFixed(1)}`).join(""),
  }));
  const last = runs.at(-1)?.at(-1);
  const alone = runs.filter((run) => run.length === 1).map(([only]) => only);
  const dots = [...alone, ...(last ? [last] : [])].map(({ index, level }) =>
    svgElement("circle", { class: "level-dot", "data-series": key, cx: place(index), cy: y(level), r: 3.5 }));
  const title = svgElement("text", { class: "strip-label", x: left, y: top + 12 },
    last ? `${label} ${count(last.level)}` : `${label}: not counted`);
  return [title, ...grid, ...lines, ...dots];
}

/** The stretches of points whose level is known; unknown is a gap and never a zero. */
export function runsOf(points, key) {
  const runs = [];
  let open = null;
  points.forEach((point, index) => {
    const level = point[key];
    if (level === null || level === undefined) {
      open = null;
      return;
    }
    if (!open) runs.push(open = []);
    open.push({ index, level });
  });
  return runs;
}

// What the drawings share: room for the axis, and the names below the columns.

import { bucketTick } from "./dates.js";
import { svgElement } from "./dom.js";

const CHARACTER = 7;
const TICK_GAP = 18;

/** Room at the left for these axis labels. */
export const leftOf = (labels) => Math.max(...labels.map((label) => label.length)) * CHARACTER + 10;

/** Names below the columns, as many as fit without touching. */
export function drawTicks(points, meta, { left, step, width, height }) {
  const names = points.map((point) => bucketTick(point, meta));
  const widest = Math.max(...names.map((name) => name.length)) * CHARACTER;
  const every = Math.ceil((widest + TICK_GAP) / step);
  return names.flatMap((name, index) => {
    const centre = left + (index + 0.5) * step;
    if (index % every !== 0 || centre + widest / 2 > width + 2) return [];
    return svgElement("text", { class: "axis-label", x: centre, y: height - 6, "text-anchor": "middle" }, name);
  });
}

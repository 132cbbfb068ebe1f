// Audience growth: subscribers and followers, each on a scale of its own, with gaps where
// nobody has counted.

import { bucketName } from "./dates.js";
import { setText } from "./dom.js";
import { count } from "./format.js";
import { drawLines } from "./lines.js";
import { line, Readout } from "./readout.js";

export const LEVELS = [
  { key: "subscribers", label: "Subscribers" },
  { key: "followers", label: "Followers" },
];

export class AudienceChart {
  #find;
  #readout;
  #shown = null;

  /** `find` returns the page's element with an id. */
  constructor(find) {
    this.#find = find;
    this.#readout = new Readout(find("audience-plot"), find("audience-drawing"), find("audience-readout"), linesOf);
    new ResizeObserver(() => this.#draw()).observe(find("audience-plot"));
  }

  update(points, meta) {
    this.#shown = { points, meta };
    setText(this.#find("audience-finding"), describeAudience(points, meta));
    this.#draw();
  }

  #draw() {
    const plot = this.#find("audience-plot");
    const size = { width: plot.clientWidth, height: plot.clientHeight };
    if (!this.#shown?.points.length || size.width === 0) return;
    const { points, meta } = this.#shown;
    const columns = drawLines(this.#find("audience-drawing"), points, LEVELS, { ...size, meta });
    this.#readout.update(points, meta, columns);
  }
}

const linesOf = (point) => LEVELS.map(({ key, label }) => line(label, count(point[key]), key));

/** What the lines say, in a sentence or two. */
export function describeAudience(points, meta) {
  const parts = LEVELS.map(({ key, label }) => describeLevel(points, meta, key, label)).filter(Boolean);
  if (parts.length === 0) return "Nobody has counted subscribers and followers in this range yet.";
  const missing = points.filter((point) => point.subscribers === null && point.followers === null).length;
  const gaps = missing > 0 ? " Where nobody has counted, the lines have a gap." : "";
  return `${parts.join(" ")}${gaps}`;
}

function describeLevel(points, meta, key, label) {
  const known = points.map((point, index) => ({ index, level: point[key] })).filter(({ level }) => level !== null);
  if (known.length === 0) return null;
  const [first, last] = [known[0], known[known.length - 1]];
  const now = `${label}: ${count(last.level)}`;
  if (first.index === last.index) return `${now}.`;
  const difference = last.level - first.level;
  const since = `since ${bucketName(points, first.index, meta)}`;
  if (difference === 0) return `${now}, unchanged ${since}.`;
  return `${now}, ${count(Math.abs(difference))} ${difference > 0 ? "more" : "fewer"} ${since}.`;
}

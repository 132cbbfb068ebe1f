// A figure against the comparison window, in words.

import { daysIn } from "./days.js";
import { percent } from "./format.js";

/** "the previous 30 days": the window the changes refer to, or null without one. */
export function comparisonWords(data, { timeRange, compare }) {
  if (!data.comparison || timeRange === "all") return null;
  const days = daysIn(data.meta.startDate, data.meta.endDate);
  if (compare === "year") return days === 1 ? "the same day a year before" : "the same days a year before";
  return days === 1 ? "the previous day" : `the previous ${days} days`;
}

/**
 * How `current` compares with `previous`: `direction` is "up", "down", "same" or "none", `words` say it.
 * A share is only given of a positive figure; from zero the change has no percentage.
 */
export function describeChange(current, previous, unit) {
  const unknown = (value) => value === null || value === undefined;
  if (unknown(current) || unknown(previous)) return { direction: "none", words: "no comparison" };
  if (current === previous) return { direction: "same", words: "unchanged" };
  const direction = current > previous ? "up" : "down";
  if (previous <= 0) return { direction, words: `${direction} from ${unit.write(previous)}` };
  const share = Math.abs(((current - previous) / previous) * 100);
  return { direction, words: share < 0.05 ? `${direction} slightly` : `${direction} ${percent(share)}` };
}

export const ARROWS = { up: "▲", down: "▼", same: "=", none: "" };

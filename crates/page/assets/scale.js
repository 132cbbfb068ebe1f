// The vertical axis: round steps that cover the data and zero.

/** With these, two significant digits write every tick exactly. */
const STEPS = [1, 2, 5, 10];
const WANTED_STEPS = 6;

/** Room below the lowest value, so that a short bar under the zero line is still seen. */
const ROOM_BELOW = 1.15;

/**
 * The axis from `low` (≤ 0) to `high` (≥ 0): its `ticks`, at most about seven, and its ends. It reaches down as far as
 * the values do and not to the next tick, which small refunds beside large sales would leave empty.
 */
export function moneyAxis(low, high) {
  const span = high - low || 1;
  const rough = span / WANTED_STEPS;
  const magnitude = 10 ** Math.floor(Math.log10(rough));
  const step = STEPS.find((candidate) => candidate * magnitude >= rough) * magnitude;
  const first = Math.ceil(low / step);
  const last = Math.max(Math.ceil(high / step), first + 1);
  // why: -0 would be written with its sign
  const ticks = Array.from({ length: last - first + 1 }, (_, index) => (first + index) * step + 0);
  return { ticks, from: Math.min(low * ROOM_BELOW, ticks[0]), to: ticks[ticks.length - 1] };
}

const WANTED_LEVEL_STEPS = 3;

/** An axis that encloses levels, with few and whole ticks; it need not reach down to zero. */
export function levelAxis(levels) {
  const ticks = levelTicks(levels);
  return { ticks, from: ticks[0], to: ticks[ticks.length - 1] };
}

function levelTicks(levels) {
  const known = levels.filter((level) => level !== null && level !== undefined);
  if (known.length === 0) return [0, 1];
  const [low, high] = [Math.min(...known), Math.max(...known)];
  if (low === high) return [low - 1, low, low + 1];
  const rough = Math.max((high - low) / WANTED_LEVEL_STEPS, 1);
  const magnitude = 10 ** Math.floor(Math.log10(rough));
  const step = STEPS.find((candidate) => candidate * magnitude >= rough) * magnitude;
  const first = Math.floor(low / step);
  const last = Math.max(Math.ceil(high / step), first + 1);
  return Array.from({ length: last - first + 1 }, (_, index) => (first + index) * step);
}

/** A function from a value to its height in pixels between `bottom` (of `from`) and `top` (of `to`). */
export const linearScale = ({ from, to }, top, bottom) =>
  (value) => bottom + ((value - from) / (to - from)) * (top - bottom);

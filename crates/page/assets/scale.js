// The vertical axis: round steps that cover the data and zero.

/** With these, two significant digits write every tick exactly. */
const STEPS = [1, 2, 5, 10];
const WANTED_STEPS = 6;

/** Tick values from at or below `low` (≤ 0) to at or above `high` (≥ 0), in at most about six steps. */
export function axisTicks(low, high) {
  const span = high - low || 1;
  const rough = span / WANTED_STEPS;
  const magnitude = 10 ** Math.floor(Math.log10(rough));
  const step = STEPS.find((candidate) => candidate * magnitude >= rough) * magnitude;
  const first = Math.floor(low / step);
  const last = Math.max(Math.ceil(high / step), first + 1);
  return Array.from({ length: last - first + 1 }, (_, index) => (first + index) * step);
}

const WANTED_LEVEL_STEPS = 3;

/** Tick values that enclose levels, few and whole; they need not reach down to zero. */
export function levelTicks(levels) {
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

/** A function from a value to its height in pixels between `bottom` (first tick) and `top` (last tick). */
export function linearScale(ticks, top, bottom) {
  const [first, last] = [ticks[0], ticks[ticks.length - 1]];
  return (value) => bottom + ((value - first) / (last - first)) * (top - bottom);
}

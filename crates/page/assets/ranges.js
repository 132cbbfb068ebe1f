// The range presets. Those with the endpoint's own names are sent as they are; the others are
// days counted from today in the zone of the figures, so a kept link stays "this month".

import { addDays, monthStart, yearStart } from "./days.js";

/** Of the endpoint: the last so many local days, including today. */
export const RANGES = [
  { value: "7d", key: "w", label: "7 d", words: "7 days" },
  { value: "30d", key: "t", label: "30 d", words: "30 days" },
  { value: "90d", key: "n", label: "90 d", words: "90 days" },
  { value: "1y", key: "l", label: "1 y", words: "1 year" },
  { value: "all", key: "a", label: "All", words: "all time" },
];

/** Of this page: `days(today)` gives the first and the last local day. */
export const MORE_RANGES = [
  { value: "today", key: "d", label: "Today", days: (today) => [today, today] },
  { value: "yesterday", key: "e", label: "Yesterday", days: (today) => [addDays(today, -1), addDays(today, -1)] },
  { value: "28d", key: "f", label: "28 days", days: (today) => [addDays(today, -27), today] },
  { value: "91d", key: "q", label: "91 days", days: (today) => [addDays(today, -90), today] },
  { value: "month", key: "m", label: "This month", days: (today) => [monthStart(today), today] },
  { value: "lastMonth", key: "p", label: "Last month", days: lastMonth },
  { value: "year", key: "y", label: "This year", days: (today) => [yearStart(today), today] },
  { value: "custom", key: "c", label: "Custom days" },
];

function lastMonth(today) {
  const last = addDays(monthStart(today), -1);
  return [monthStart(last), last];
}

/** Whether a preset can only be asked for once it is known which day today is. */
export const needsToday = (timeRange) => daysOf(timeRange) !== null;

/**
 * What the endpoint is asked for: `{timeRange}` or `{startDate, endDate}`.
 * `today` is the local day in the zone of the figures.
 */
export function windowOf({ timeRange, startDate, endDate }, today) {
  const days = daysOf(timeRange);
  if (days) {
    const [first, last] = days(today);
    return { startDate: first, endDate: last };
  }
  if (timeRange !== "custom") return { timeRange };
  return Object.fromEntries(Object.entries({ startDate, endDate }).filter(([, day]) => day));
}

const daysOf = (timeRange) => MORE_RANGES.find(({ value }) => value === timeRange)?.days ?? null;

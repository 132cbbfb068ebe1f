// Local days, instants and ages as text. A local day ("2026-11-01") has no zone and is
// formatted as it stands; an instant is formatted in the zone the response was computed in.

import { addDays, parseDay } from "./days.js";
import { LOCALE } from "./format.js";

const shortDay = new Intl.DateTimeFormat(LOCALE, { timeZone: "UTC", month: "short", day: "numeric" });
const longDay = new Intl.DateTimeFormat(LOCALE, { timeZone: "UTC", month: "short", day: "numeric", year: "numeric" });
const monthName = new Intl.DateTimeFormat(LOCALE, { timeZone: "UTC", month: "short", year: "numeric" });

/** "Nov 12". */
export const formatDay = (day) => shortDay.format(parseDay(day));

/** "Oct 24 – Nov 22, 2026". */
export const formatWindow = (first, last) => longDay.formatRange(parseDay(first), parseDay(last));

/** "12:02", in `zone`. */
export function formatTime(instant, zone) {
  const parts = { timeZone: zone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  return new Intl.DateTimeFormat(LOCALE, parts).format(instant);
}

/** "Nov 22, 2026, 12:02", in `zone`. */
export function formatInstant(instant, zone) {
  const parts = { timeZone: zone, dateStyle: "medium", timeStyle: "short", hourCycle: "h23" };
  return new Intl.DateTimeFormat(LOCALE, parts).format(instant);
}

/** The name of bucket `index` of a chart: a day, a week's first and last day, or a month. */
export function bucketName(points, index, meta) {
  const first = points[index].date;
  if (meta.granularity === "day") return formatDay(first);
  if (meta.granularity === "month") return monthName.format(parseDay(first));
  const next = points[index + 1];
  const last = next ? addDays(next.date, -1) : meta.endDate;
  return shortDay.formatRange(parseDay(first), parseDay(last));
}

/** The short name below a bar. */
export const bucketTick = (point, meta) =>
  meta.granularity === "month" ? monthName.format(parseDay(point.date)) : formatDay(point.date);

/** How long ago, in at most two units: "45 s", "3 min", "2 h 5 min", "4 d 3 h". */
export function formatAge(milliseconds) {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return joinUnits(hours, "h", minutes % 60, "min");
  return joinUnits(Math.floor(hours / 24), "d", hours % 24, "h");
}

const joinUnits = (large, largeUnit, small, smallUnit) =>
  small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;

/** Time to come, "1:43". */
export function formatCountdown(milliseconds) {
  const seconds = Math.max(0, Math.ceil(milliseconds / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/** The browser's own IANA zone. */
export const browserZone = () => new Intl.DateTimeFormat().resolvedOptions().timeZone;

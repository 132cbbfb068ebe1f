// Local days ("2026-11-01") and reckoning with them. A local day has no zone and no time.

const DAY_MS = 86_400_000;

/** A day as a date at midnight UTC, for reckoning and for formats with `timeZone: "UTC"`. */
export const parseDay = (day) => new Date(`${day.slice(0, 10)}T00:00:00Z`);

const write = (date) => date.toISOString().slice(0, 10);

export const addDays = (day, days) => write(new Date(parseDay(day).getTime() + days * DAY_MS));

export const monthStart = (day) => `${day.slice(0, 7)}-01`;

export const yearStart = (day) => `${day.slice(0, 4)}-01-01`;

/** Local days from `first` to `last`, both included. */
export const daysIn = (first, last) => Math.round((parseDay(last) - parseDay(first)) / DAY_MS) + 1;

/** The local day in `zone` at an instant in milliseconds. */
export function dayAt(instant, zone) {
  const parts = new Intl.DateTimeFormat("en-US", {
    timeZone: zone, calendar: "gregory", numberingSystem: "latn", year: "numeric", month: "2-digit", day: "2-digit",
  }).formatToParts(instant);
  const part = (type) => parts.find((found) => found.type === type).value;
  return `${part("year")}-${part("month")}-${part("day")}`;
}

/** The wall clock of `zone` at an instant in milliseconds, "2026-11-24T09:00". */
export function wallAt(instant, zone) {
  const time = new Intl.DateTimeFormat("en-GB", { timeZone: zone, hour: "2-digit", minute: "2-digit" }).format(instant);
  return `${dayAt(instant, zone)}T${time}`;
}

/**
 * The instant, in milliseconds, at which the wall clock of `zone` says `wall`: the first of two where clocks are set
 * back, NaN where they are set forward over it.
 */
export function instantAt(wall, zone) {
  const asUtc = Date.parse(`${wall}Z`);
  const offset = (instant) => Date.parse(`${wallAt(instant, zone)}Z`) - instant;
  // The offset of a day before and of a day after are the only ones that it can have.
  const found = [-DAY_MS, DAY_MS].map((away) => asUtc - offset(asUtc + away)).filter((instant) => wallAt(instant, zone) === wall);
  return found.length > 0 ? Math.min(...found) : NaN;
}

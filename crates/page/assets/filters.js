// The filters of the page. The URL query is their only home, so links, reload, back and
// forward work. A default is left out of the URL.

export const RANGES = [
  { value: "7d", label: "7 d", words: "7 days" },
  { value: "30d", label: "30 d", words: "30 days" },
  { value: "90d", label: "90 d", words: "90 days" },
  { value: "1y", label: "1 y", words: "1 year" },
  { value: "all", label: "All", words: "all time" },
];

const DEFAULTS = { timeRange: "30d", modelId: "", tz: "" };

/** The filters of the current URL. */
export function readFilters() {
  const query = new URLSearchParams(location.search);
  return Object.fromEntries(Object.entries(DEFAULTS).map(([name, standard]) => [name, query.get(name) ?? standard]));
}

/** Writes changed filters to the URL as a new history entry; false when nothing changed. */
export function writeFilters(changes) {
  const query = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(changes)) {
    if (value === DEFAULTS[name]) query.delete(name);
    else query.set(name, value);
  }
  const search = query.size > 0 ? `?${query}` : "";
  if (search === location.search) return false;
  history.pushState(null, "", location.pathname + search);
  return true;
}

/** Back to the defaults. */
export const resetFilters = () => writeFilters(DEFAULTS);

/** The request for these filters. The zone is sent only when one was chosen: the server knows the agency's. */
export function dashboardUrl(filters) {
  const query = new URLSearchParams({ timeRange: filters.timeRange });
  if (filters.modelId) query.set("modelId", filters.modelId);
  if (filters.tz) query.set("tz", filters.tz);
  return `/api/analytics/dashboard?${query}`;
}

// The filters of the page. The URL query is their only home, so links, reload, back and
// forward work. A default is left out of the URL.

import { windowOf } from "./ranges.js";

const DEFAULTS = {
  tab: "overview", timeRange: "30d", startDate: "", endDate: "", modelId: "", tz: "", money: "gross",
  granularity: "", compare: "previous", refresh: "120",
};
/** Filters, and not the place or the pace: what a reset forgets. */
const KEPT_ON_RESET = ["tab", "refresh"];
/** Seconds between two refreshes that may be asked for, and those of the live mode, `?refresh=live`. */
const PACE = { shortest: 10, longest: 3600, live: 5 };

/** The filters of a URL's query. A link to a model without a tab leads to the tab that shows it. */
export function parseFilters(search) {
  const query = new URLSearchParams(search);
  const filters = Object.fromEntries(Object.entries(DEFAULTS).map(([name, usual]) => [name, query.get(name) ?? usual]));
  if (filters.modelId === "all") filters.modelId = "";
  if (!query.has("tab") && filters.modelId) filters.tab = "fanvue";
  if (!query.has("timeRange") && (filters.startDate || filters.endDate)) filters.timeRange = "custom";
  return filters;
}

/** The query of `filters`, with `changes` put over them: "" or "?…". */
export function writeQuery(filters, changes = {}) {
  const query = new URLSearchParams();
  const settled = settle({ ...DEFAULTS, ...filters, ...changes });
  for (const [name, usual] of Object.entries(DEFAULTS)) {
    if (settled[name] !== usual) query.set(name, settled[name]);
  }
  return query.size > 0 ? `?${query}` : "";
}

/** Leaves out what has no meaning beside the rest. */
function settle(filters) {
  const custom = filters.timeRange === "custom";
  return {
    ...filters,
    startDate: custom ? filters.startDate : "",
    endDate: custom ? filters.endDate : "",
    // The overview is about the whole agency.
    modelId: filters.tab === "overview" ? "" : filters.modelId,
  };
}

export const readFilters = () => settle(parseFilters(location.search));

/** Writes changed filters to the URL as a new history entry; false when nothing changed. */
export function writeFilters(changes) {
  const search = writeQuery(readFilters(), changes);
  if (search === writeQuery(readFilters())) return false;
  history.pushState(null, "", location.pathname + search);
  return true;
}

/** Whether the address says that Fanvue has just been connected, which it then says no more. */
export function takeConnected() {
  const connected = new URLSearchParams(location.search).has("connected");
  if (connected) history.replaceState(null, "", location.pathname + writeQuery(readFilters()));
  return connected;
}

/** Back to the defaults, on the same tab. */
export function resetFilters() {
  return writeFilters(Object.fromEntries(Object.entries(DEFAULTS).filter(([name]) => !KEPT_ON_RESET.includes(name))));
}

export const isLive = ({ refresh }) => refresh === "live";

/** The change that turns the live mode on, or off again. */
export const otherPace = (filters) => ({ refresh: isLive(filters) ? DEFAULTS.refresh : "live" });

/** The time between two refreshes, `?refresh=` seconds or live: two minutes unless the address says otherwise. */
export function refreshInterval({ refresh }) {
  if (isLive({ refresh })) return PACE.live * 1000;
  const seconds = Number(refresh);
  const wanted = Number.isFinite(seconds) && seconds > 0 ? seconds : Number(DEFAULTS.refresh);
  return Math.min(Math.max(wanted, PACE.shortest), PACE.longest) * 1000;
}

/** The request for these filters. The zone is sent only when one was chosen: the server knows the agency's. */
export function dashboardUrl(filters, today) {
  const query = subjectQuery(filters, today);
  if (filters.granularity) query.set("granularity", filters.granularity);
  if (filters.compare !== DEFAULTS.compare) query.set("compare", filters.compare);
  return `/api/analytics/dashboard?${query}`;
}

/** The fans of the same window and scope. */
export function topFansUrl(filters, today, limit) {
  const query = subjectQuery(filters, today);
  query.set("limit", limit);
  return `/api/analytics/top-fans?${query}`;
}

function subjectQuery(filters, today) {
  const query = new URLSearchParams(windowOf(filters, today));
  if (filters.modelId) query.set("modelId", filters.modelId);
  if (filters.tz) query.set("tz", filters.tz);
  return query;
}

// The overview page: one state, drawn from one response.

import { Announcer } from "./announcer.js";
import { ApiError, readDashboard } from "./api.js";
import { Breakdown } from "./breakdown.js";
import { Cards } from "./cards.js";
import { comparisonWords } from "./change.js";
import { RevenueChart } from "./chart.js";
import { Controls } from "./controls.js";
import { formatCountdown, formatTime, formatWindow } from "./dates.js";
import { setAttribute, setText } from "./dom.js";
import { dashboardUrl, readFilters, resetFilters, writeFilters } from "./filters.js";
import { cents, spokenDifference, spokenMoney } from "./format.js";
import { FreshnessBadges, ServerClock } from "./freshness.js";
import { loadDirectory, modelName } from "./models.js";
import { collectNotices, Notices } from "./notices.js";
import { RefreshLoop } from "./refresh.js";
import { chooseScreen, Screens } from "./screens.js";
import { SyncPanel } from "./sync.js";

/** While a sync runs, the figures follow it at most this often. */
const FOLLOW_SYNC_MS = 5_000;
const TICK_MS = 1_000;
/** What every amount of the page means, next to its window and zone. */
const ACCOUNTING = "US dollars, refunds deducted on the day they were booked";

const find = (id) => document.getElementById(id);

/**
 * `current` is the last good response: `{url, etag, data, timeRange, checkedAt}`, with `checkedAt` on the server's
 * clock. `failure` is the error of the last request; `directory` the models, null until known.
 */
const state = { current: null, failure: null, directory: null };

const actions = {
  refresh: () => loop.now(),
  sync: () => syncPanel.start(),
  reset: () => resetFilters() && applyFilters(),
};
const act = (name) => actions[name]();

const clock = new ServerClock();
const announcer = new Announcer(find("announcement"));
const badges = new FreshnessBadges(find("freshness"));
const cards = new Cards(find("cards"));
const chart = new RevenueChart(find);
const breakdown = new Breakdown(find("breakdown"));
const notices = new Notices(find("notices"), act);
const screens = new Screens(find, act);
const controls = new Controls(find, (changes) => writeFilters(changes) && applyFilters());
const loop = new RefreshLoop(load, tick);
const syncPanel = new SyncPanel(find, {
  stepped: followSync,
  finished: syncFinished,
  directory: () => state.directory,
});

/** Asks the server for the figures of the URL's filters; called by the refresh loop only. */
async function load(signal) {
  const { timeRange, ...filters } = readFilters();
  const url = dashboardUrl({ timeRange, ...filters });
  const before = state.current?.url === url ? state.current : null;
  if (!state.directory) refreshDirectory();
  try {
    const answer = await readDashboard(url, before?.etag, signal);
    if (signal.aborted) throw signal.reason;
    state.failure = null;
    if (answer) accept({ url, timeRange, etag: answer.etag, data: answer.body }, before, filters);
    else before.checkedAt = clock.now();
  } catch (error) {
    if (signal.aborted || !(error instanceof ApiError)) throw error;
    state.failure = error;
  }
  draw();
  const { failure } = state;
  if (!failure) return { outcome: "ok" };
  return { outcome: failure.passing ? "failed" : "refused", retryAfterMs: failure.retryAfterMs };
}

function accept(current, before, filters) {
  clock.learn(current.data.meta.freshness, Date.now());
  state.current = { ...current, checkedAt: clock.now() };
  if (!filters.tz) controls.learnAgencyZone(current.data.meta.timezone);
  drawFigures();
  announcer.say(chooseScreen(state) === "never" ? "Not synced yet" : describeUpdate(current.data, before?.data));
}

function describeUpdate({ kpiMetrics, meta }, before) {
  const updated = `Updated ${formatTime(clock.now(), meta.timezone)}`;
  if (!before) return `${updated}, total revenue ${spokenMoney(kpiMetrics.totalRevenue)}`;
  const difference = cents(kpiMetrics.totalRevenue) - cents(before.kpiMetrics.totalRevenue);
  return difference === 0 ? updated : `${updated}, ${spokenDifference(difference / 100)}`;
}

/** The names of the models; without them the page works and asks again at the next refresh. */
async function refreshDirectory() {
  try {
    state.directory = await loadDirectory();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return;
  }
  draw();
}

/** Draws what depends on the figures alone: once per new response. */
function drawFigures() {
  const { data, timeRange } = state.current;
  const against = comparisonWords(data, timeRange);
  cards.update(data, against);
  breakdown.update(data.categoryBreakdown);
  // A hidden plot has no size, so the screen is chosen first.
  screens.update(chooseScreen(state), state);
  chart.update(data, against);
}

/** Draws everything else: after each request and when the models are known. */
function draw() {
  controls.update(readFilters(), state.directory);
  screens.update(chooseScreen(state), state);
  setAttribute(find("main"), "aria-busy", !state.current && !state.failure);
  setAttribute(find("dashboard"), "data-outdated", null);
  drawHeading();
  tick();
}

function drawHeading() {
  const meta = state.current?.data.meta;
  const scope = meta?.modelId ? modelName(state.directory?.get(meta.modelId)) : "All models";
  setText(find("scope"), scope);
  document.title = `${scope} · Tidemark`;
  const basis = meta
    ? `${formatWindow(meta.startDate, meta.endDate)} · ${meta.timezone} · ${ACCOUNTING}`
    : state.failure ? "No figures loaded" : "Loading the figures…";
  setText(find("basis"), basis);
}

/** Draws what depends on the time. */
function tick() {
  const now = clock.now();
  badges.update(state.current?.data.meta, now);
  const titles = notices.update(noticesNow(now));
  for (const title of titles) announcer.say(title);
  setText(find("next-refresh"), describePlan());
  setText(find("pause-button"), loop.paused ? "Resume" : "Pause");
  setAttribute(find("pause-button"), "aria-label", `${loop.paused ? "Resume" : "Pause"} automatic refresh`);
}

function noticesNow(now) {
  if (!state.current) return [];
  const synced = chooseScreen(state) !== "never";
  return collectNotices(state, { wantedUrl: dashboardUrl(readFilters()), now, nextAt: loop.nextAt, synced });
}

function describePlan() {
  if (loop.busy) return "Refreshing…";
  if (loop.paused) return "Refresh paused";
  if (loop.nextAt === null) return "No refresh planned";
  return `${loop.failing ? "Trying again" : "Next refresh"} in ${formatCountdown(loop.nextAt - Date.now())}`;
}

function applyFilters() {
  controls.update(readFilters(), state.directory);
  setAttribute(find("dashboard"), "data-outdated", "");
  loop.now();
}

let followedAt = 0;
function followSync() {
  if (Date.now() - followedAt < FOLLOW_SYNC_MS) return;
  followedAt = Date.now();
  loop.now();
}

function syncFinished(text) {
  announcer.say(text);
  refreshDirectory();
  loop.now();
}

find("pause-button").addEventListener("click", () => {
  if (loop.paused) loop.resume();
  else loop.pause();
});
addEventListener("popstate", applyFilters);
setInterval(() => document.hidden || tick(), TICK_MS);
controls.update(readFilters(), null);
loop.now();

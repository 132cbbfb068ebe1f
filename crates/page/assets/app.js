// The page: one state, drawn from one response of the dashboard endpoint per refresh.

import { Announcer } from "./announcer.js";
import { ApiError, read } from "./api.js";
import { attachThemeButton } from "./appearance.js";
import { Controls } from "./controls.js";
import { dayAt } from "./days.js";
import { Figures } from "./figures.js";
import { dashboardUrl, isLive, otherPace, readFilters, refreshInterval, resetFilters, takeConnected, writeFilters } from "./filters.js";
import { FreshnessBadges, ServerClock } from "./freshness.js";
import { Heading } from "./heading.js";
import { Help } from "./help.js";
import { directoryOf, MODELS_URL } from "./models.js";
import { collectNotices, Notices } from "./notices.js";
import { needsToday } from "./ranges.js";
import { RefreshLoop } from "./refresh.js";
import { chooseScreen, Screens } from "./screens.js";
import { shortcutsOf } from "./shortcuts.js";
import { SyncPanel } from "./sync.js";
import { TabBar, tabOf } from "./tabs.js";

/** While a sync runs, the figures follow it at most this often. */
const FOLLOW_SYNC_MS = 5_000;
const TICK_MS = 1_000;
/** The list of models is asked for when the figures have changed, and after this time at the latest. */
const DIRECTORY_MAX_AGE_MS = 600_000;
/** A live page asks for what its tab needs besides the figures with new figures, and after this time at the latest. */
const LIVE_EXTRA_MS = 30_000;

const find = (id) => document.getElementById(id);

/**
 * `current` is the last good response: `{url, data, filters, checkedAt}`, with `checkedAt` on the server's clock.
 * `failure` is the error of the last request. `agency` and `directory` (of models) are null until known. `extras` are
 * what tabs asked besides, by tab: `{subject, body, failure, at}`. `connected` is true on the way back
 * from Fanvue, until that is dismissed.
 */
const state = {
  current: null, failure: null, agency: null, directory: null, directoryAt: 0, extras: new Map(), connected: takeConnected(),
};

const actions = {
  refresh: () => loop.now(),
  sync: () => syncPanel.start(),
  reset: () => resetFilters() && applyFilters(),
  togglePause: () => (loop.paused ? loop.resume() : loop.pause()),
  toggleLive,
  dismiss: () => {
    state.connected = false;
    find("main").focus();
    tick();
  },
  help: () => help.open(),
};
const act = (name) => actions[name]();
const change = (changes) => writeFilters(changes) && applyFilters();

const clock = new ServerClock();
const announcer = new Announcer(find("announcement"));
const badges = new FreshnessBadges(find("freshness"));
const heading = new Heading(find);
const notices = new Notices(find("notices"), act);
const screens = new Screens(find, act);
const controls = new Controls(find, change);
const help = new Help(find);
const tabBar = new TabBar(find("tabs"), (tab) => change({ tab }));
const page = { find, figures: new Figures(find), refresh: actions.refresh, say: (text) => announcer.say(text) };
const modules = new Map();
const loop = new RefreshLoop(load, tick, () => {
  const filters = readFilters();
  // The first read is followed as closely as a live page.
  const reading = state.connected && !state.current?.data.meta.coverage.complete;
  return { intervalMs: refreshInterval(reading ? otherPace({}) : filters), name: tabOf(filters.tab).title };
});
const syncPanel = new SyncPanel(find, {
  stepped: followSync,
  finished: syncFinished,
  directory: () => state.directory,
});

/** Asks the server for the figures of the URL's filters; called by the refresh loop only. */
async function load(signal, byItself) {
  const filters = readFilters();
  try {
    const today = await todayOf(filters, signal);
    const url = dashboardUrl(filters, today);
    const before = state.current?.url === url ? state.current : null;
    const answer = await read(url, signal);
    if (signal.aborted) throw signal.reason;
    const changed = answer.changed || !before;
    state.failure = null;
    if (answer.changed) clock.learn(answer.body.meta.freshness, Date.now());
    state.current = { url, data: answer.body, filters, checkedAt: clock.now() };
    if (!filters.tz) controls.learnAgencyZone(answer.body.meta.timezone);
    if (changed) announcer.say(heading.describeUpdate(state, before?.data, clock.now()));
    draw();
    // For who measures: from the navigation to here, and from a choice to here.
    if (changed) mark("tidemark:figures");
    await loadRest({ filters, today, url, changed, news: answer.changed, byItself }, signal);
  } catch (error) {
    if (signal.aborted || !(error instanceof ApiError)) throw error;
    state.failure = error;
  }
  draw();
  const { failure } = state;
  if (!failure) return { outcome: "ok" };
  return { outcome: failure.passing ? "failed" : "refused", retryAfterMs: failure.retryAfterMs };
}

/** Leaves one mark of a name in the browser's timeline. */
function mark(name) {
  performance.clearMarks(name);
  performance.mark(name);
}

/** Today in the zone of the figures; null where the range needs none. */
async function todayOf({ timeRange, tz }, signal) {
  if (!needsToday(timeRange)) return null;
  if (!tz && !controls.agencyZone) await loadDirectory(signal);
  return dayAt(clock.now(), tz || controls.agencyZone);
}

/**
 * What is asked besides the figures: `changed` when others are shown than before, `news` when the server has new ones.
 * A live page asks so often that it leaves out, `byItself`, what only slowly changes without them. A failure stays in its own part of the page.
 */
async function loadRest({ filters, today, url, changed, news, byItself }, signal) {
  const tab = tabOf(filters.tab);
  const subject = subjectOf(tab, url);
  const before = state.extras.get(tab.id);
  const kept = before?.subject === subject ? before : { subject };
  const again = kept.body === undefined || Boolean(kept.failure);
  const due = !byItself || !isLive(filters) || news || again || Date.now() - kept.at > LIVE_EXTRA_MS;
  const request = { read: (address) => read(address, signal), filters, today, changed: changed || again };
  const old = !state.directory || Date.now() - state.directoryAt > DIRECTORY_MAX_AGE_MS;
  const failed = (error) => {
    if (signal.aborted || !(error instanceof ApiError)) throw error;
    return error;
  };
  const [, extra] = await Promise.all([
    news || old ? loadDirectory(signal).catch(failed) : null,
    due ? tab.load(request).catch(failed) : undefined,
  ]);
  if (extra instanceof ApiError) state.extras.set(tab.id, { ...kept, failure: extra });
  else if (extra !== undefined) state.extras.set(tab.id, { subject, body: extra, failure: null, at: Date.now() });
}

/** What the extra of a tab is about: the selection, or nothing else than the tab. */
const subjectOf = (tab, url) => (tab.apart ? tab.id : url);

async function loadDirectory(signal) {
  const { body } = await read(MODELS_URL, signal);
  state.agency = body.agency;
  if (state.directory === null || body !== state.directoryBody) state.directory = directoryOf(body);
  state.directoryBody = body;
  state.directoryAt = Date.now();
  controls.learnAgencyZone(body.agency.timezone);
}

/** Draws everything: after each request and each choice. What has not changed is not touched. */
function draw() {
  const filters = readFilters();
  const tab = tabOf(filters.tab);
  const meta = state.current?.data.meta;
  if (!modules.has(tab.id)) modules.set(tab.id, tab.module(page));
  const module = modules.get(tab.id);
  tabBar.update(filters);
  controls.update(filters, state.directory, { meta, apart: tab.apart });
  const shown = screens.update(chooseScreen(state), state, module.needsFigures === true);
  for (const other of modules.values()) if (other.root !== module.root) other.root.hidden = true;
  // A hidden plot has no size, so what is shown is chosen before it is drawn.
  module.root.hidden = !shown;
  module.update(viewOf(tab, filters));
  markState();
  heading.update(state, tab, filters);
  tick();
}

function markState() {
  const outdated = state.current && !state.failure && loop.busy && state.current.url !== wantedUrl();
  find("main").setAttribute("aria-busy", String(!state.current && !state.failure));
  find("main").toggleAttribute("data-outdated", Boolean(outdated));
}

/** The words of the figures are those of the filters they were asked with; the money is chosen on the page. */
function viewOf(tab, filters) {
  const { current, agency, directory } = state;
  const extra = state.extras.get(tab.id);
  const fitting = extra?.subject === subjectOf(tab, current?.url) ? extra : null;
  return {
    data: current?.data, meta: current?.data.meta, agency, directory, now: () => clock.now(),
    filters: { ...(current?.filters ?? filters), money: filters.money, tab: filters.tab },
    extra: fitting?.body ?? null, extraFailure: fitting?.failure ?? null,
  };
}

/** The request of the chosen filters, as far as it is known. */
function wantedUrl() {
  const filters = readFilters();
  const zone = filters.tz || controls.agencyZone;
  if (needsToday(filters.timeRange) && !zone) return null;
  return dashboardUrl(filters, zone && dayAt(clock.now(), zone));
}

/** Draws what depends on the time. */
function tick() {
  const now = clock.now();
  badges.update(state.current?.data.meta, now);
  for (const title of notices.update(noticesNow(now))) announcer.say(title);
  heading.updatePlan(loop, isLive(readFilters()));
  modules.get(tabOf(readFilters().tab).id)?.tick?.();
}

function noticesNow(now) {
  if (!state.current) return [];
  const synced = chooseScreen(state) !== "never";
  return collectNotices(state, { wantedUrl: wantedUrl(), now, nextAt: loop.nextAt, synced });
}

/** Draws what is there at once and asks for what is missing. */
let shown = {};
function applyFilters() {
  const { tab, refresh } = readFilters();
  const same = tab === shown.tab && refresh === shown.refresh;
  const complete = state.current?.url === wantedUrl() && same && !state.failure;
  shown = { tab, refresh };
  if (!complete) loop.now();
  draw();
}

/** Turns the live mode on, also out of a pause, or off. */
function toggleLive() {
  const filters = readFilters();
  if (isLive(filters) && loop.paused) return loop.resume();
  loop.paused = false;
  return change(otherPace(filters));
}

let followedAt = 0;
function followSync() {
  if (Date.now() - followedAt < FOLLOW_SYNC_MS) return;
  followedAt = Date.now();
  loop.now();
}

function syncFinished(text) {
  announcer.say(text);
  state.directoryAt = 0;
  loop.now();
}

find("pause-button").addEventListener("click", actions.togglePause);
find("live-button").addEventListener("click", toggleLive);
addEventListener("popstate", applyFilters);
attachThemeButton(find("theme-button"));
help.attach(shortcutsOf({ ...actions, change, filters: readFilters, directory: () => state.directory }));
setInterval(() => document.hidden || tick(), TICK_MS);
applyFilters();

// The address is the home of the filters.

import assert from "node:assert/strict";
import { test } from "node:test";

import { page } from "./page.js";

const { dashboardUrl, isLive, otherPace, parseFilters, refreshInterval, topFansUrl, writeQuery } = await page("filters");
const { dayAt, daysIn } = await page("days");
const { MORE_RANGES, RANGES, windowOf } = await page("ranges");

const DEFAULTS = parseFilters("");

test("an address says only what differs from the default", () => {
  assert.equal(writeQuery(DEFAULTS), "");
  assert.equal(writeQuery(DEFAULTS, { timeRange: "7d", money: "net" }), "?timeRange=7d&money=net");
});

test("what is written is read again, whatever the filters", () => {
  const samples = {
    tab: ["overview", "fanvue", "system"], timeRange: ["30d", "all", "month", "custom"], modelId: ["", "a-b"],
    tz: ["", "Asia/Kathmandu", "Etc/GMT+5"], money: ["gross", "net"], granularity: ["", "week"], compare: ["previous", "none"],
    startDate: ["", "2026-01-01"], endDate: ["", "2026-02-01"], refresh: ["120", "10", "live"],
  };
  let combinations = [{}];
  for (const [name, values] of Object.entries(samples)) {
    combinations = combinations.flatMap((filters) => values.map((value) => ({ ...filters, [name]: value })));
  }
  for (const filters of combinations) {
    const query = writeQuery(filters);
    assert.equal(writeQuery(parseFilters(query)), query, query);
  }
});

test("the overview is about the whole agency, and a link to a model leads to its tab", () => {
  assert.equal(writeQuery({ ...DEFAULTS, tab: "overview", modelId: "a" }), "");
  assert.equal(parseFilters("?modelId=a").tab, "fanvue");
  assert.equal(parseFilters("?modelId=all").tab, "overview");
  assert.equal(parseFilters("?startDate=2026-01-01").timeRange, "custom");
});

test("days have no meaning beside a preset", () => {
  assert.equal(writeQuery({ ...DEFAULTS, timeRange: "7d", startDate: "2026-01-01" }), "?timeRange=7d");
});

test("the endpoints are asked for the same window and scope", () => {
  const filters = { ...DEFAULTS, timeRange: "lastMonth", modelId: "m", tz: "UTC", granularity: "week", compare: "year" };
  assert.equal(dashboardUrl(filters, "2026-03-31"),
    "/api/analytics/dashboard?startDate=2026-02-01&endDate=2026-02-28&modelId=m&tz=UTC&granularity=week&compare=year");
  assert.equal(topFansUrl(filters, "2026-03-31", 10),
    "/api/analytics/top-fans?startDate=2026-02-01&endDate=2026-02-28&modelId=m&tz=UTC&limit=10");
  assert.equal(dashboardUrl(DEFAULTS, null), "/api/analytics/dashboard?timeRange=30d");
});

test("every preset has its days, at the ends of months and years too", () => {
  const of = (timeRange, today) => Object.values(windowOf({ timeRange }, today));
  const expected = {
    "2026-11-24": {
      today: ["2026-11-24", "2026-11-24"], yesterday: ["2026-11-23", "2026-11-23"], "28d": ["2026-10-28", "2026-11-24"],
      "91d": ["2026-08-26", "2026-11-24"], month: ["2026-11-01", "2026-11-24"], lastMonth: ["2026-10-01", "2026-10-31"],
      year: ["2026-01-01", "2026-11-24"],
    },
    "2028-03-01": { yesterday: ["2028-02-29", "2028-02-29"], lastMonth: ["2028-02-01", "2028-02-29"], month: ["2028-03-01", "2028-03-01"] },
    "2026-01-01": { yesterday: ["2025-12-31", "2025-12-31"], lastMonth: ["2025-12-01", "2025-12-31"], year: ["2026-01-01", "2026-01-01"] },
  };
  for (const [today, ranges] of Object.entries(expected)) {
    for (const [timeRange, days] of Object.entries(ranges)) assert.deepEqual(of(timeRange, today), days, `${timeRange} at ${today}`);
  }
  assert.equal(daysIn("2026-08-26", "2026-11-24"), 91);
  assert.deepEqual(windowOf({ timeRange: "7d" }, null), { timeRange: "7d" });
});

test("today is the day of the zone, also when the clocks change", () => {
  for (const [instant, zone, day] of [
    ["2026-11-22T23:30:00Z", "Europe/Berlin", "2026-11-23"], ["2026-11-22T23:30:00Z", "America/New_York", "2026-11-22"],
    ["2026-03-29T00:59:59Z", "Europe/Berlin", "2026-03-29"], ["2026-10-24T22:30:00Z", "Europe/Berlin", "2026-10-25"],
    ["2026-11-01T04:30:00Z", "America/New_York", "2026-11-01"], ["2026-12-31T18:20:00Z", "Asia/Kathmandu", "2027-01-01"],
  ]) assert.equal(dayAt(Date.parse(instant), zone), day, `${instant} ${zone}`);
});

test("no two presets share a key", () => {
  const keys = [...RANGES, ...MORE_RANGES].map(({ key }) => key);
  assert.equal(new Set(keys).size, keys.length);
});

test("the pace is two minutes unless the address asks for another, within bounds", () => {
  assert.equal(refreshInterval(DEFAULTS), 120_000);
  assert.equal(refreshInterval({ refresh: "30" }), 30_000);
  assert.equal(refreshInterval({ refresh: "1" }), 10_000);
  assert.equal(refreshInterval({ refresh: "99999" }), 3_600_000);
  assert.equal(refreshInterval({ refresh: "often" }), 120_000);
});

test("the live mode is every five seconds, in the address, and turned off leaves no trace", () => {
  const live = parseFilters(writeQuery(DEFAULTS, otherPace(DEFAULTS)));
  assert.ok(isLive(live) && !isLive(DEFAULTS));
  assert.equal(refreshInterval(live), 5_000);
  assert.equal(writeQuery(live, { tab: "fanvue" }), "?tab=fanvue&refresh=live");
  assert.equal(writeQuery(live, otherPace(live)), "");
});

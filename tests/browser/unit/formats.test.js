// Figures and dates as text. The tests pin the locale; the page uses the reader's.

import assert from "node:assert/strict";
import { test } from "node:test";

import { page } from "./page.js";

const { cents, count, counted, decimal, money, percent, ratio, shortCount, shortMoney, spokenDifference } = await page("format");
const { bucketName, formatAge, formatCountdown, formatTime, formatWindow } = await page("dates");
const { describeChange } = await page("change");

test("unknown is a dash and zero is zero, whatever the figure", () => {
  for (const write of [money, count, ratio, percent, decimal, shortMoney, shortCount]) {
    assert.equal(write(null), "–");
    assert.match(write(0), /^\$?0/);
  }
});

test("money has its cents, small or large", () => {
  assert.equal(money(0.05), "$0.05");
  assert.equal(money(1234567.5), "$1,234,567.50");
  assert.equal(money(-14.99), "-$14.99");
});

test("sums are made of whole cents", () => {
  assert.equal(cents(0.1) + cents(0.2), cents(0.3));
  assert.equal(cents(1234.565 - 0.005), 123456);
});

test("axis labels are short", () => {
  assert.equal(shortMoney(1500), "$1.5K");
  assert.equal(shortCount(7574), "7,574");
  assert.equal(shortCount(1_250_000), "1.25M");
});

test("words agree with their number", () => {
  assert.equal(counted(1, "sale"), "1 sale");
  assert.equal(counted(0, "sale"), "0 sales");
  assert.equal(spokenDifference(34), "+34.00 dollars");
});

test("ages have at most two units", () => {
  const second = 1000;
  assert.equal(formatAge(45 * second), "45 s");
  assert.equal(formatAge(180 * second), "3 min");
  assert.equal(formatAge(7500 * second), "2 h 5 min");
  assert.equal(formatAge(100 * 3600 * second), "4 d 4 h");
  assert.equal(formatAge(-5), "0 s");
  assert.equal(formatCountdown(103_000), "1:43");
});

test("days are written as they stand and instants in the zone of the figures", () => {
  assert.equal(formatWindow("2026-10-24", "2026-11-22").replace(/\s/g, " "), "Oct 24 – Nov 22, 2026");
  assert.equal(formatTime(new Date("2026-11-22T23:30:00Z"), "Europe/Berlin"), "00:30");
});

test("a bucket is named by what it holds", () => {
  const points = [{ date: "2026-10-29" }, { date: "2026-11-02" }];
  const meta = { endDate: "2026-11-04" };
  const named = (granularity, index) => bucketName(points, index, { ...meta, granularity }).replace(/\s/g, " ");
  assert.equal(named("day", 0), "Oct 29");
  assert.equal(named("week", 0), "Oct 29 – Nov 1");
  assert.equal(named("week", 1), "Nov 2 – 4");
  assert.equal(named("month", 1), "Nov 2026");
});

test("a change is an arrow and words, and no percentage is made of nothing", () => {
  const unit = { write: money };
  assert.deepEqual(describeChange(112, 100, unit), { direction: "up", words: "up 12 %" });
  assert.deepEqual(describeChange(50, 100, unit), { direction: "down", words: "down 50 %" });
  assert.deepEqual(describeChange(5, 0, unit), { direction: "up", words: "up from $0.00" });
  assert.deepEqual(describeChange(7, 7, unit), { direction: "same", words: "unchanged" });
  assert.equal(describeChange(null, 7, unit).direction, "none");
  assert.equal(describeChange(100.01, 100, unit).words, "up slightly");
});

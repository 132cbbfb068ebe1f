// Tables, files and drawings: what goes in comes out.

import assert from "node:assert/strict";
import { test } from "node:test";

import { page } from "./page.js";

const { csvCell, csvOf } = await page("csv");
const { sortRows } = await page("datatable");
const { levelAxis, linearScale, moneyAxis } = await page("scale");
const { runsOf } = await page("lines");
const { pointsOf, sumOf } = await page("series");
const { breakdownTable } = await page("breakdown");
const { revenueTable } = await page("twins");
const { shortcutFor } = await page("shortcuts");

test("a text that a spreadsheet would run is made harmless", () => {
  for (const text of ["=1+1", "+1", "-1", "@sum", "\t=1", "\r=1"]) assert.match(csvCell(text), /^"?'/);
  assert.equal(csvCell("a,b"), "\"a,b\"");
  assert.equal(csvCell("say \"no\""), "\"say \"\"no\"\"\"");
  assert.equal(csvCell(-14.99), "-14.99");
  assert.equal(csvCell(null), "");
});

test("a file has the head, the rows and the foot of its table", () => {
  const table = { columns: [{ label: "Day" }, { label: "Total" }], rows: [[{ raw: "2026-11-01", text: "Nov 1" }, 5.5]], foot: ["All", 5.5] };
  assert.equal(csvOf(table), "Day,Total\r\n2026-11-01,5.5\r\nAll,5.5\r\n");
});

test("rows are sorted by value, unknown last either way, equals in their order", () => {
  const rows = [["b", 2], ["a", null], ["c", 10], ["d", 2]];
  const names = (descending) => sortRows(rows, 1, descending).map(([name]) => name).join("");
  assert.equal(names(true), "cbda");
  assert.equal(names(false), "bdca");
  assert.equal(sortRows([[{ raw: "x", text: "x", order: 9 }], [{ raw: "y", text: "y", order: 1 }]], 0, false)[0][0].raw, "y");
});

test("the money axis has round ticks, zero among them, and ends where the values do", () => {
  for (const [low, high] of [[0, 0], [-34.37, 303.1], [-5000, 12], [0, 0.04], [-0.01, 98_765_432.1]]) {
    const { ticks, from, to } = moneyAxis(low, high);
    assert.ok(ticks.includes(0), `${low} to ${high}: ${ticks}`);
    assert.ok(from <= low && to >= high && from < to);
    assert.ok(ticks.length >= 2 && ticks.length <= 9, `${ticks}`);
    assert.ok(ticks.every((tick) => !Object.is(tick, -0)));
  }
});

test("the axis of a level encloses it, also when it never moves", () => {
  for (const levels of [[79], [79, 81, null], [4000, 9000], [null]]) {
    const { from, to } = levelAxis(levels);
    assert.ok(from < to);
    for (const level of levels) if (level !== null) assert.ok(from <= level && level <= to);
  }
  const y = linearScale({ from: 0, to: 10 }, 20, 120);
  assert.deepEqual([y(0), y(10)], [120, 20]);
});

test("a level that nobody counted is a gap and no zero", () => {
  const points = [1, null, 2, 3, null].map((subscribers) => ({ subscribers }));
  assert.deepEqual(runsOf(points, "subscribers"), [
    [{ index: 0, level: 1 }], [{ index: 2, level: 2 }, { index: 3, level: 3 }],
  ]);
});

const POINT = {
  date: "2026-11-01", subscriptions: 0.1, tips: 0.2, messages: 0, posts: 0, other: 0, refunds: -0.1, total: 0.2,
  net: { subscriptions: 0.08, tips: 0.16, messages: 0, posts: 0, other: 0, refunds: -0.08, total: 0.16 },
  transactions: 2, subscribers: 5, followers: 6, partial: true,
};
const META = { startDate: "2026-11-01", endDate: "2026-11-03", timezone: "UTC", granularity: "day" };

test("net takes the place of gross in every amount and nowhere else", () => {
  const [net] = pointsOf([POINT], "net");
  assert.deepEqual([net.tips, net.total, net.transactions, net.subscribers], [0.16, 0.16, 2, 5]);
  assert.equal(pointsOf([POINT], "gross")[0].total, 0.2);
});

test("the foot of the chart's table is exact to the cent", () => {
  const points = Array.from({ length: 3 }, () => POINT);
  assert.equal(sumOf(points, "subscriptions"), 0.3);
  const { foot, rows } = revenueTable(points, META, "gross");
  assert.deepEqual(foot.slice(1), [0.3, 0.6, 0, 0, 0, -0.3, 0.6, 6]);
  assert.match(rows[0][0].text, /partial/);
});

test("a category that this page does not know is shown by its own word", () => {
  const { rows } = breakdownTable([{ category: "hologram", amount: 5, net: 4, percentage: 100, transactionCount: 1 }], META);
  assert.deepEqual(rows, [["hologram", 5, 4, 100, 1]]);
});

test("a shortcut is a plain press", () => {
  const shortcuts = [{ key: "g" }, { key: "?" }];
  const press = (key, more = {}) => shortcutFor({ key, ...more }, shortcuts)?.key;
  assert.equal(press("g"), "g");
  for (const modifier of ["ctrlKey", "metaKey", "altKey", "shiftKey", "repeat", "isComposing"]) {
    assert.equal(press("g", { [modifier]: true }), undefined, modifier);
  }
  assert.equal(press("?", { shiftKey: true }), "?");
});

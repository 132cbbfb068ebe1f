// The team's clock, its states in words, and what a form sends.

import assert from "node:assert/strict";
import { test } from "node:test";

import { page } from "./page.js";

const { instantAt, wallAt } = await page("days");
const { boardTable, clockAction, shiftsTable, shiftWords } = await page("teamtables");
const { bodyOf } = await page("teamforms");

const at = (text) => Date.parse(text);

test("a wall clock and its instant are each other's, in every zone and on both sides of a change of clocks", () => {
  for (const zone of ["Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "UTC"]) {
    for (let day = 0; day < 366; day += 1) {
      const instant = at("2026-01-01T05:30:00Z") + day * 86_400_000;
      assert.equal(instantAt(wallAt(instant, zone), zone), instant, `${zone} ${new Date(instant).toISOString()}`);
    }
  }
});

test("a time that the clocks leave out is none, and of one that comes twice it is the first", () => {
  assert.ok(Number.isNaN(instantAt("2026-03-29T02:30", "Europe/Berlin")));
  assert.equal(instantAt("2026-10-25T02:30", "Europe/Berlin"), at("2026-10-25T00:30:00Z"));
});

const SHIFT = {
  shiftId: "s", memberId: "m", memberName: "Ana", modelId: null, modelHandle: null, startsAt: "2026-11-24T09:00:00.000Z",
  endsAt: "2026-11-24T17:00:00.000Z", notes: "", cancelledAt: null, state: "scheduled", minutesLate: null, clockIns: [],
};
const clocked = (clockedOutAt) => ({ ...SHIFT, clockIns: [{ clockedInAt: "2026-11-24T09:02:00.000Z", clockedOutAt }] });

test("a shift is clocked in to from 15 minutes before its start until its end, and out of while it is open", () => {
  assert.equal(clockAction(SHIFT, at("2026-11-24T08:44:59Z")), null);
  assert.equal(clockAction(SHIFT, at("2026-11-24T08:45:00Z")), "clock-in");
  assert.equal(clockAction(SHIFT, at("2026-11-24T16:59:59Z")), "clock-in");
  assert.equal(clockAction(SHIFT, at("2026-11-24T17:00:00Z")), null);
  assert.equal(clockAction({ ...SHIFT, cancelledAt: "2026-11-23T00:00:00Z" }, at("2026-11-24T10:00:00Z")), null);
  assert.equal(clockAction(clocked(null), at("2026-11-24T20:00:00Z")), "clock-out");
  assert.equal(clockAction(clocked("2026-11-24T12:00:00.000Z"), at("2026-11-24T13:00:00Z")), "clock-in");
});

test("a state says what was found and what the clock knows since", () => {
  const words = (shift, now) => shiftWords(shift, { now: at(now), zone: "Europe/Berlin" });
  assert.equal(words(SHIFT, "2026-11-24T08:00:00Z"), "scheduled");
  assert.equal(words(SHIFT, "2026-11-24T09:05:00Z"), "begun, nobody clocked in yet");
  assert.equal(words(clocked(null), "2026-11-24T09:05:00Z"), "scheduled, clocked in since 10:02");
  assert.equal(words({ ...clocked(null), state: "late_resolved", minutesLate: 12 }, "2026-11-24T09:30:00Z"), "late by 12 min, clocked in since 10:02");
  assert.equal(words({ ...SHIFT, state: "missed" }, "2026-11-24T20:00:00Z"), "missed");
  assert.equal(words({ ...SHIFT, cancelledAt: "2026-11-23T00:00:00Z" }, "2026-11-24T08:00:00Z"), "cancelled");
});

const TEAM = {
  zone: "Europe/Berlin", now: at("2026-11-24T21:30:00Z"), today: "2026-11-24", past: false, writes: true, act: {},
  shifts: {
    nextCursor: null,
    shifts: [
      { ...SHIFT, shiftId: "before", startsAt: "2026-11-22T18:00:00Z", endsAt: "2026-11-23T23:00:00Z" },
      { ...SHIFT, shiftId: "over night", startsAt: "2026-11-23T20:00:00Z", endsAt: "2026-11-24T04:00:00Z" },
      { ...SHIFT, shiftId: "tomorrow here", startsAt: "2026-11-24T23:30:00Z", endsAt: "2026-11-25T05:00:00Z" },
    ],
  },
};

test("shifts are listed from today's on by the agency's days, with the past week when asked", () => {
  const starts = (team) => shiftsTable(team).rows.map(([start]) => start.text);
  assert.deepEqual(starts(TEAM), ["Yesterday, 21:00", "Tomorrow, 00:30"]);
  assert.deepEqual(starts({ ...TEAM, past: true }), ["Sun, Nov 22, 19:00", "Yesterday, 21:00", "Tomorrow, 00:30"]);
});

test("who may not write gets no column of buttons", () => {
  const kinds = (writes) => shiftsTable({ ...TEAM, writes }).columns.map(({ kind }) => kind);
  assert.ok(kinds(true).includes("actions"));
  assert.ok(!kinds(false).includes("actions"));
  assert.equal(shiftsTable({ ...TEAM, writes: false }).rows[0].length, kinds(false).length);
});

test("a place says whether it is a better one than before", () => {
  const place = {
    memberId: "m", displayName: "Ana", points: 1, previousPoints: 2, shiftPoints: 1, postPoints: 0, salePoints: 0, totalPoints: -5,
    level: 1, beginsAt: 0, nextAt: 100, streak: { current: 1, best: 2 }, badges: ["steady_7", "of_the_future"],
  };
  const row = (rank, previousRank) => boardTable({
    startDate: "2026-11-23", endDate: "2026-11-29", timezone: "UTC", places: [{ ...place, rank, previousRank }],
  }).rows[0];
  assert.deepEqual([row(1, 2)[0].text, row(2, 1)[0].text, row(1, 1)[0].text], ["1 ▲", "2 ▼", "1"]);
  assert.equal(row(1, 1)[6], "7 days steady, of_the_future");
  assert.equal(row(1, 1)[4].text, "1 (105 to 2)");
});

const FIELDS = [
  { name: "memberId", value: "a" }, { name: "modelId", value: "", nullable: true }, { name: "notes", value: "" },
  { name: "startsAt", type: "datetime-local", value: "2026-11-24T10:00" },
];
const VALUES = { memberId: "a", modelId: "", notes: "", startsAt: "2026-11-24T10:00" };

test("a change sends what differs, with null for none and instants for wall clocks", () => {
  const change = (values, fields = FIELDS) => bodyOf(fields, { ...VALUES, ...values }, "Europe/Berlin", false);
  assert.deepEqual(change({}), {});
  assert.deepEqual(change({ notes: "x", startsAt: "2026-11-24T11:00" }), { notes: "x", startsAt: "2026-11-24T10:00:00.000Z" });
  assert.deepEqual(change({}, [{ ...FIELDS[1], value: "m" }]), { modelId: null });
  assert.throws(() => change({ startsAt: "2026-03-29T02:30" }), { field: "startsAt" });
});

test("a new thing is sent without what was left empty", () => {
  assert.deepEqual(bodyOf(FIELDS, VALUES, "UTC", true), { memberId: "a", startsAt: "2026-11-24T10:00:00.000Z" });
});

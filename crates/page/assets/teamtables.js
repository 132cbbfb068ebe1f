// The tables of the Team tab. `team` has the bodies of `/api/team/…` by name and `{zone, now, today, directory}`,
// `writes` and `owns` (what the caller may do), and `act`, what the buttons of a row do.

import { formatDay, formatInstant, formatTime, formatWindow } from "./dates.js";
import { addDays, dayAt, parseDay } from "./days.js";
import { count, counted, LOCALE } from "./format.js";
import { modelName } from "./models.js";

/** A shift takes a clock-in from this long before its start. */
const EARLY_MS = 15 * 60_000;
const STATES = {
  scheduled: "never", on_time: "fresh", late: "late", missed: "stale", late_resolved: "late", withdrawn: "never",
  sent: "fresh", queued: "late", failed: "stale", active: "fresh", paused: "never", disabled: "stale",
};
const BADGES = {
  steady_7: "7 days steady", steady_30: "30 days steady", punctual_50: "50 shifts on time", poster_50: "50 posts on time",
  level_5: "level 5", level_10: "level 10",
};
const weekday = new Intl.DateTimeFormat(LOCALE, { timeZone: "UTC", weekday: "short" });
const stateCell = (state, text) => ({ raw: text, text, state: STATES[state] ?? "never" });
const instantCell = (instant, zone) => ({ raw: instant, text: instant ? formatInstant(new Date(instant), zone) : "–" });
/** The column of buttons, for who may press them. */
const withActions = (may, columns) => (may ? [...columns, { label: "Actions", kind: "actions" }] : columns);
const withButtons = (may, cells, buttons) => (may ? [...cells, buttons()] : cells);

/** "Today, 09:00" in the agency's zone. */
function whenCell(key, instant, { zone, today }) {
  const at = Date.parse(instant);
  const day = dayAt(at, zone);
  const near = { [today]: "Today", [addDays(today, 1)]: "Tomorrow", [addDays(today, -1)]: "Yesterday" };
  const name = near[day] ?? `${weekday.format(parseDay(day))}, ${formatDay(day)}`;
  return { key, raw: instant, text: `${name}, ${formatTime(at, zone)}` };
}

const nameOf = (modelId, handle, { directory }) => (directory?.get(modelId) ? modelName(directory.get(modelId)) : handle);

const openClockIn = (shift) => shift.clockIns.find(({ clockedOutAt }) => !clockedOutAt);

/** What can be done about the clock now: "clock-in", "clock-out" or nothing. */
export function clockAction(shift, now) {
  if (openClockIn(shift)) return "clock-out";
  const on = Date.parse(shift.startsAt) - EARLY_MS <= now && now < Date.parse(shift.endsAt);
  return on && !shift.cancelledAt ? "clock-in" : null;
}

/** The state that the last check found, and what the clock says meanwhile. */
export function shiftWords(shift, { now, zone }) {
  const { state, minutesLate, cancelledAt, clockIns, startsAt } = shift;
  const begun = Date.parse(startsAt) <= now;
  const words = {
    scheduled: begun && clockIns.length === 0 ? "begun, nobody clocked in yet" : "scheduled", on_time: "on time",
    late: "late, nobody clocked in", missed: "missed", late_resolved: `late by ${minutesLate} min`,
  };
  if (cancelledAt || state === "withdrawn") return "cancelled";
  const open = openClockIn(shift);
  return (words[state] ?? state) + (open ? `, clocked in since ${formatTime(Date.parse(open.clockedInAt), zone)}` : "");
}

/** A state as a cell; what the next check will find is marked as late already. */
function shiftState(shift, team) {
  const text = shiftWords(shift, team);
  return stateCell(text.startsWith("begun") ? "late" : shift.cancelledAt ? "withdrawn" : shift.state, text);
}

export function shiftsTable(team) {
  const { shifts, nextCursor } = team.shifts;
  const shown = shifts.filter(({ endsAt }) => team.past || dayAt(Date.parse(endsAt) - 1, team.zone) >= team.today);
  return {
    caption: captionOf(shown.length, "shift", team, nextCursor),
    columns: withActions(team.writes, [
      { label: "Start" }, { label: "End" }, { label: "Member" }, { label: "State" }, { label: "Model" }, { label: "Notes" },
    ]),
    rows: shown.map((shift) => {
      const start = whenCell(shift.shiftId, shift.startsAt, team);
      const about = `shift of ${shift.memberName}, ${start.text}`;
      const clock = clockAction(shift, team.now);
      return withButtons(team.writes, [
        start, { raw: shift.endsAt, text: formatTime(Date.parse(shift.endsAt), team.zone) }, shift.memberName,
        shiftState(shift, team), nameOf(shift.modelId, shift.modelHandle, team) ?? "any model", shift.notes,
      ], () => [
        ...(clock ? [{ label: clock === "clock-in" ? "Clock in" : "Clock out", about, run: () => team.act.clock(clock, shift) }] : []),
        { label: "Edit", about, run: () => team.act.edit("shift", shift) },
      ]);
    }),
  };
}

const captionOf = (length, noun, { past }, nextCursor) =>
  `${length === 0 ? `No ${noun}s` : counted(length, noun)} ${past ? "from a week ago on" : "from today on"}, four weeks ahead`
  + `${nextCursor ? "; there are more, later" : ""}`;

export function postsTable(team) {
  const { posts, nextCursor } = team.posts;
  const shown = posts.filter(({ plannedAt }) => team.past || dayAt(Date.parse(plannedAt), team.zone) >= team.today);
  return {
    caption: `${captionOf(shown.length, "planned post", team, nextCursor)}. A post on Fanvue confirms its plan by itself.`,
    columns: withActions(team.writes, [{ label: "Planned" }, { label: "Model" }, { label: "Member" }, { label: "State" }, { label: "Notes" }]),
    rows: shown.map((post) => {
      const planned = whenCell(post.postId, post.plannedAt, team);
      const about = `post of ${post.memberName}, ${planned.text}`;
      return withButtons(team.writes, [
        planned, nameOf(post.modelId, post.modelHandle, team), post.memberName, stateCell(post.state, postWords(post)), post.notes,
      ], () => [{ label: "Edit", about, run: () => team.act.edit("post", post) }]);
    }),
  };
}

function postWords({ state, minutesLate, cancelledAt, postedAt }) {
  if (cancelledAt || state === "withdrawn") return "cancelled";
  if (state === "scheduled") return postedAt ? "posted" : "scheduled";
  return { on_time: "on time", late: "late", missed: "missed", late_resolved: `late by ${minutesLate} min` }[state] ?? state;
}

/** The board of a week or month. */
export function boardTable({ startDate, endDate, timezone, places }) {
  return {
    caption: `${formatWindow(startDate, endDate)}, days of ${timezone}${places.length === 0 ? ": nobody is on it yet" : ""}`,
    columns: [
      { label: "Place" }, { label: "Member" }, { label: "Points", kind: "count" }, { label: "Before", kind: "count" },
      { label: "Level" }, { label: "Streak" }, { label: "Badges" },
    ],
    rows: places.map((place) => [
      { key: place.memberId, raw: place.rank, text: `${place.rank}${{ 1: " ▲", "-1": " ▼" }[Math.sign(place.previousRank - place.rank)] ?? ""}`,
        title: `Place before: ${place.previousRank}` },
      place.displayName,
      { raw: place.points, title: `Shifts ${count(place.shiftPoints)}, posts ${count(place.postPoints)}, sales ${count(place.salePoints)}` },
      place.previousPoints,
      { raw: place.level, text: `${place.level} (${count(place.nextAt - place.totalPoints)} to ${place.level + 1})`, title: `${count(place.totalPoints)} points in all` },
      { raw: place.streak.current, text: counted(place.streak.current, "day"), title: `Best: ${counted(place.streak.best, "day")}` },
      place.badges.map((badge) => BADGES[badge] ?? badge).join(", ") || "none yet",
    ]),
  };
}

export const weekTable = ({ week }) => boardTable(week);
export const monthTable = ({ month }) => boardTable(month);

export function alertsTable({ alerts: { alerts }, zone }) {
  return {
    caption: alerts.length > 0 ? "The latest alerts, and where they went" : "No alerts in the last 35 days",
    columns: [{ label: "Raised" }, { label: "Alert" }, { label: "Details" }, { label: "Delivery" }],
    rows: alerts.map(({ alertId, raisedAt, title, detail, deliveries }) => [
      { ...instantCell(raisedAt, zone), key: alertId }, title, detail, deliveryCell(deliveries),
    ]),
  };
}

function deliveryCell(deliveries) {
  const worst = ["failed", "queued", "sent"].find((state) => deliveries.some((one) => one.state === state));
  const words = deliveries.map(({ destinationName, state, attempts, lastError }) =>
    `${state}${state === "sent" ? " to" : " for"} ${destinationName}${lastError && state !== "sent" ? ` (try ${attempts}: ${lastError})` : ""}`);
  return stateCell(worst, words.join("; ") || "shown here only");
}

export function destinationsTable({ destinations: { destinations }, owns, act }) {
  return {
    caption: destinations.length > 0 ? "Where this agency's alerts are sent" : "Alerts are shown here only; add a channel to have them sent",
    columns: withActions(owns, [{ label: "Name" }, { label: "Kind" }, { label: "To" }, { label: "State" }]),
    rows: destinations.map((destination) => {
      const { destinationId: key, name, kind, host, chatId, state, stateReason } = destination;
      return withButtons(owns, [{ key, raw: name }, kind, chatId ?? host, stateCell(state, stateReason ? `${state}: ${stateReason}` : state)], () => [
        { label: "Test", about: name, run: () => act.test(destination) },
        { label: state === "active" ? "Pause" : "Resume", about: name, run: () => act.switch(destination) },
        { label: "Remove", about: name, run: () => act.remove(destination) },
      ]);
    }),
  };
}

export function membersTable({ members: { members }, writes, act, zone }) {
  return {
    caption: `${counted(members.length, "member")} of the team`,
    columns: withActions(writes, [{ label: "Name" }, { label: "Role" }, { label: "Time zone" }, { label: "State" }]),
    rows: members.map((member) => withButtons(writes, [
      { key: member.memberId, raw: member.displayName }, member.role, member.timezone ?? zone,
      stateCell(member.active ? "active" : "paused", member.active ? "active" : "inactive"),
    ], () => [{ label: "Edit", about: member.displayName, run: () => act.edit("member", member) }])),
  };
}

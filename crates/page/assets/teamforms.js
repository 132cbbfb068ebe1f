// The forms of the Team tab: shift, planned post, member, channel for alerts, rules, import.

import { ApiError, write } from "./api.js";
import { DataTable } from "./datatable.js";
import { instantAt, wallAt } from "./days.js";
import { element } from "./dom.js";
import { counted } from "./format.js";
import { modelName } from "./models.js";

const HOUR_MS = 3_600_000;
const CSV_HEADS = {
  members: "display_name, role, timezone, fanvue_member_id", shifts: "member, model, starts_at, ends_at, notes",
  posts: "member, model, planned_at, notes",
};
const RULES = {
  shiftOnTime: "Points: shift on time", shiftLate: "Points: shift late", shiftMissed: "Points: shift missed",
  postOnTime: "Points: post on time", postLate: "Points: post late", postMissed: "Points: post missed",
  salePer100Dollars: "Points: $100 of sales on shift", lateAfterMinutes: "Minutes until a shift is late",
  missedAfterMinutes: "Minutes until a shift is missed", postWithinMinutes: "Minutes until a post is missed",
};

/**
 * What a form says, as the API takes it: instants for wall clocks of `zone`. A new thing leaves out what is empty, a change
 * what is as it was.
 */
export function bodyOf(fields, values, zone, isNew) {
  const body = {};
  for (const { name, type, value = "", nullable } of fields) {
    const given = values[name];
    if (given === undefined || given === (isNew ? "" : value)) continue;
    body[name] = given === "" && nullable ? null : given;
    if (type === "datetime-local" && given !== "") body[name] = instantOf(name, given, zone);
  }
  return body;
}

function instantOf(field, wall, zone) {
  const instant = instantAt(wall, zone);
  if (Number.isNaN(instant)) throw new ApiError(`${field} is a time that the clocks of ${zone} leave out`, { field });
  return new Date(instant).toISOString();
}

/** The form of something that is added, or changed where it `id` is there; `extra` are more actions. */
function recordForm({ zone }, { noun, url, id, fields, timed = false, more = [] }) {
  const save = async (values) => {
    await write(id ? "PATCH" : "POST", id ? `${url}/${id}` : url, bodyOf(fields, values, zone, !id));
    return `The ${noun} was ${id ? "changed" : "added"}`;
  };
  return {
    title: `${id ? "Edit" : "Add"} ${noun}`, note: timed ? `Times are those of ${zone}, the agency's time zone.` : "",
    fields, actions: [{ label: id ? "Save" : `Add ${noun}`, run: save }, ...more],
  };
}

/** Cancels a plan, or takes that back. */
function withdrawal(noun, url, { cancelledAt }) {
  const cancel = async () => {
    await write("DELETE", url);
    return `The ${noun} was cancelled`;
  };
  const restore = async () => {
    await write("PATCH", url, { cancelled: false });
    return `The ${noun} stands again`;
  };
  return cancelledAt ? { label: `Restore ${noun}`, run: restore } : { label: `Cancel ${noun}`, danger: true, run: cancel };
}

const notesField = (plan) => ({ name: "notes", label: "Notes", type: "textarea", value: plan?.notes ?? "" });
const timeField = (name, label, value, more) => ({ name, label, type: "datetime-local", value, required: true, ...more });

function memberField({ members: { members } }, chosen) {
  const choices = members.filter(({ memberId, active }) => active || memberId === chosen)
    .map(({ memberId: value, displayName: label }) => ({ value, label }));
  return { name: "memberId", label: "Member", choices, value: chosen ?? choices[0]?.value ?? "", required: true };
}

const modelChoices = ({ directory }) => [...directory?.values() ?? []].map((model) => ({ value: model.modelId, label: modelName(model) }));

/** The next full hour on the agency's clock, and one `hours` later. */
const soon = ({ now, zone }, hours) => wallAt(Math.ceil(now / HOUR_MS) * HOUR_MS + hours * HOUR_MS, zone);
const wallOf = (instant, zone) => (instant ? wallAt(Date.parse(instant), zone) : "");

export function shiftForm(team, shift) {
  const { zone } = team;
  const url = "/api/team/shifts";
  return recordForm(team, {
    noun: "shift", url, id: shift?.shiftId, timed: true,
    fields: [
      memberField(team, shift?.memberId),
      { name: "modelId", label: "Model", choices: [{ value: "", label: "Any model" }, ...modelChoices(team)], value: shift?.modelId ?? "", nullable: true },
      timeField("startsAt", "Start", wallOf(shift?.startsAt, zone) || soon(team, 0)),
      timeField("endsAt", "End", wallOf(shift?.endsAt, zone) || soon(team, 8)),
      notesField(shift),
    ],
    more: shift ? [withdrawal("shift", `${url}/${shift.shiftId}`, shift)] : [],
  });
}

export function postForm(team, post) {
  const { zone } = team;
  const url = "/api/team/posts";
  const models = modelChoices(team);
  const posted = timeField("postedAt", "Posted", wallOf(post?.postedAt, zone), {
    required: false, nullable: true, help: "Only where Fanvue's own posts do not tell",
  });
  return recordForm(team, {
    noun: "planned post", url, id: post?.postId, timed: true,
    fields: [
      memberField(team, post?.memberId),
      { name: "modelId", label: "Model", choices: models, value: post?.modelId ?? models[0]?.value ?? "", required: true },
      timeField("plannedAt", "Planned for", wallOf(post?.plannedAt, zone) || soon(team, 0)),
      notesField(post), ...(post ? [posted] : []),
    ],
    more: post ? [withdrawal("planned post", `${url}/${post.postId}`, post)] : [],
  });
}

export function memberForm(team, member) {
  const zones = Intl.supportedValuesOf("timeZone").map((value) => ({ value, label: value }));
  return recordForm(team, {
    noun: "member", url: "/api/team/members", id: member?.memberId,
    fields: [
      { name: "displayName", label: "Name", value: member?.displayName ?? "", required: true },
      { name: "role", label: "Role", value: member?.role ?? "" },
      { name: "timezone", label: "Time zone", choices: [{ value: "", label: `${team.zone} (agency)` }, ...zones], value: member?.timezone ?? "", nullable: true },
      { name: "fanvueMemberId", label: "Fanvue team member", value: member?.fanvueMemberId ?? "", nullable: true, help: "The id that Fanvue gives this person, if known" },
      ...(member ? [{ name: "active", label: "Active", type: "checkbox", value: member.active }] : []),
    ],
  });
}

export function destinationForm(team) {
  const isTelegram = ({ kind }) => kind === "telegram";
  const kinds = { slack: "Slack", discord: "Discord", webhook: "Another webhook", telegram: "Telegram" };
  return recordForm(team, {
    noun: "channel", url: "/api/team/alerts/destinations",
    fields: [
      { name: "kind", label: "Kind", choices: Object.entries(kinds).map(([value, label]) => ({ value, label })), value: "slack" },
      { name: "name", label: "Name", required: true },
      { name: "url", label: "Address", type: "url", required: true, only: (values) => !isTelegram(values), help: "The webhook's https address; it is kept encrypted" },
      { name: "botToken", label: "Bot token", required: true, only: isTelegram },
      { name: "chatId", label: "Chat", required: true, only: isTelegram },
    ],
  });
}

/** The rules in force, to be changed from now on; `owns` may save, others may look at what a change would do. */
export function rulesForm({ owns, members }, { current }) {
  const names = new Map(members.members.map(({ memberId, displayName }) => [memberId, displayName]));
  const preview = async (rules, { output }) => {
    const { members: compared } = await write("POST", "/api/team/rules/preview", { rules });
    showTable(output, "preview", {
      caption: "Points of the last 7 days, as they are and as these rules would have given them",
      columns: [{ label: "Member" }, ...["Points now", "Points then", "On time", "Late", "Missed"].map((label) => ({ label, kind: "count" }))],
      rows: compared.map(({ memberId, current: before, proposed: { points, onTime, late, missed } }) =>
        [names.get(memberId) ?? memberId, before.points, points, onTime, late, missed]),
    });
  };
  const save = async (rules) => {
    await write("POST", "/api/team/rules", { rules });
    return "The rules hold from now on";
  };
  return {
    title: "Rules of the game", note: "A change holds from now on; what was played stays as it was.",
    fields: Object.entries(RULES).map(([name, label]) => ({ name, label, type: "number", value: current[name], required: true, attributes: { step: 1 } })),
    actions: [{ label: "Preview", run: preview }, ...(owns ? [{ label: "Save", run: save }] : [])],
  };
}

function showTable(output, name, data) {
  output.replaceChildren();
  new DataTable(output, { id: `team-${name}-table` }).update(data);
}

/** A file is checked first; what is wrong is listed line by line, and it is imported whole or not at all. */
export function importForm() {
  const addressOf = ({ kind }) => `/api/team/${kind}/import`;
  const check = async (values, { output, offer }) => {
    const { goodLines, badLines } = await write("POST", `${addressOf(values)}?dryRun=true`, await values.file.text());
    const said = `${counted(goodLines, "good line")}, ${counted(badLines.length, "bad line")}.`;
    showTable(output, "lines", {
      caption: badLines.length > 0 ? `${said} Nothing is imported until these are mended.` : said,
      columns: [{ label: "Line" }, { label: "Column" }, { label: "What is wrong" }],
      rows: badLines.map(({ line, field, reason }) => [{ raw: line, text: String(line) }, field, reason]),
    });
    if (badLines.length === 0 && goodLines > 0) offer(1, `Import ${counted(goodLines, "line")}`);
  };
  const apply = async (values) => {
    const { imported } = await write("POST", addressOf(values), await values.file.text());
    return `${counted(imported, "line")} imported`;
  };
  return {
    title: "Import a CSV file", note: "Times are RFC 3339 or the agency's clock, like 2026-11-22 09:30.",
    fields: [
      { name: "kind", label: "It holds", choices: ["members", "shifts", "posts"].map((value) => ({ value, label: value })), value: "shifts",
        help: ({ kind }) => `First line: ${CSV_HEADS[kind].replaceAll(" ", "")}` },
      { name: "file", label: "File", type: "file", required: true, attributes: { accept: ".csv,text/csv" } },
    ],
    actions: [{ label: "Check the file", run: check }, { label: "Import", hidden: true, run: apply }],
  };
}

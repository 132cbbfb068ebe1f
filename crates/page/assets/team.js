// The Team tab: shifts, planned posts, leaderboards, alerts and members, from `/api/team/…`.
// Who may write gets buttons and forms; everybody else reads the same.

import { ApiError, read, write } from "./api.js";
import { DataTable } from "./datatable.js";
import { dayAt } from "./days.js";
import { element, setAttribute, setText } from "./dom.js";
import { addDownload } from "./download.js";
import { TeamDialog } from "./teamdialog.js";
import * as forms from "./teamforms.js";
import * as tables from "./teamtables.js";

const LISTS = {
  members: "/api/team/members", shifts: "/api/team/shifts?limit=500", posts: "/api/team/posts?limit=500",
  week: "/api/team/leaderboard?period=week", month: "/api/team/leaderboard?period=month",
  alerts: "/api/team/alerts?limit=50", destinations: "/api/team/alerts/destinations",
};
/** The panels; `form` is that of the button in a panel's head, `half` takes half the width where there is room. */
const PANELS = [
  { id: "shifts", title: "Shifts", form: "shift" },
  { id: "posts", title: "Planned posts", form: "post" },
  { id: "week", title: "Leaderboard of the week", half: true },
  { id: "month", title: "Leaderboard of the month", half: true },
  { id: "alerts", title: "Alerts" },
  { id: "destinations", title: "Channels for alerts", form: "channel", owner: true },
  { id: "members", title: "Members", form: "member" },
];
const FORMS = { shift: forms.shiftForm, post: forms.postForm, member: forms.memberForm, channel: forms.destinationForm, import: forms.importForm };
const LABELS = { shift: "Add shift", post: "Plan post", member: "Add member", channel: "Add channel" };
const MINUTE_MS = 60_000;

/** What the tab asks, at every refresh and by entity tag: `{members, shifts, posts, week, month, alerts, destinations}`. */
export async function loadTeam(request) {
  const answers = await Promise.all(Object.values(LISTS).map((url) => request.read(url)));
  return Object.fromEntries(Object.keys(LISTS).map((name, index) => [name, answers[index].body]));
}

export class TeamTab {
  #page;
  #dialog;
  #panels;
  #empty;
  #writers = [];
  #team = null;
  #drawnAt = null;
  #past = false;
  #busy = false;

  constructor(page) {
    this.#page = page;
    this.#dialog = new TeamDialog((text) => this.#done(text));
    this.#panels = PANELS.map((panel) => ({ ...panel, ...this.#build(panel) }));
    this.#empty = element("section", { class: "panel screen", id: "team-empty", "aria-labelledby": "team-empty-title" },
      element("h2", { id: "team-empty-title" }, "No team yet"),
      element("p", {}, "Add the people who work here, then plan their shifts and posts; or import all of it from CSV files."),
      element("p", { class: "screen-actions" }, this.#opener("member", "Add the first member"), this.#opener("import", "Import a CSV file")));
    this.root.append(this.#empty, ...this.#panels.map(({ node }) => node));
    this.root.firstElementChild.append(this.#pastButton(), this.#opener("import", "Import"), this.#writer("Rules", () => this.#openRules()));
  }

  get root() {
    return this.#page.find("team");
  }

  /** Draws what came with a refresh. An open dialog is left alone. */
  update({ extra, extraFailure, agency, directory, now }) {
    const writes = agency?.role === "owner" || agency?.role === "manager";
    this.#team = extra && { ...extra, directory, writes, owns: agency?.role === "owner", zone: agency?.timezone ?? "UTC", clock: now, act: this.#act };
    setText(this.#page.find("team-note"), noteOf(extra, extraFailure, writes));
    for (const control of this.#writers) control.hidden = !writes;
    this.#draw();
  }

  /** States and what can be pressed follow the time. */
  tick() {
    if (this.#team && Math.floor(this.#team.clock() / MINUTE_MS) !== this.#drawnAt) this.#draw();
  }

  #draw() {
    const team = this.#team;
    const isEmpty = team !== null && team.members.members.length === 0;
    this.#empty.hidden = !isEmpty;
    for (const { node, owner } of this.#panels) node.hidden = !team || isEmpty || (owner && !team.owns);
    if (!team) return;
    const now = team.clock();
    this.#drawnAt = Math.floor(now / MINUTE_MS);
    Object.assign(team, { now, today: dayAt(now, team.zone), past: this.#past });
    for (const { id, table } of this.#panels) table.update(tables[`${id}Table`](team));
  }

  #build({ id, title, form, half }) {
    const head = element("div", { class: "panel-actions" });
    const node = element("section", { class: `panel${half ? " half" : ""}`, id: `team-${id}-panel`, "aria-labelledby": `team-${id}-title` },
      element("div", { class: "panel-head" }, element("h2", { id: `team-${id}-title` }, title), head));
    const table = new DataTable(node, { id: `team-${id}-table` });
    if (form) head.append(this.#opener(form, LABELS[form]));
    addDownload(head, title, () => ({ name: `tidemark-team-${id}.csv`, text: table.csv() }));
    return { node, table };
  }

  /** A button for who may write. */
  #writer(label, run) {
    const button = element("button", { class: "button small", type: "button" }, label);
    button.addEventListener("click", run);
    this.#writers.push(button);
    return button;
  }

  #opener(name, label) {
    return this.#writer(label, () => this.#dialog.open(FORMS[name](this.#team)));
  }

  #pastButton() {
    const button = element("button", { class: "button quiet small", type: "button", "aria-pressed": false }, "Past week too");
    button.addEventListener("click", () => {
      this.#past = !this.#past;
      setAttribute(button, "aria-pressed", String(this.#past));
      this.#draw();
    });
    return button;
  }

  #openRules() {
    return this.#try(async () => {
      this.#dialog.open(forms.rulesForm(this.#team, (await read("/api/team/rules")).body));
    });
  }

  #act = {
    edit: (name, thing) => this.#dialog.open(FORMS[name](this.#team, thing)),
    clock: (direction, { shiftId, memberName }) => this.#try(async () => {
      await write("POST", `/api/team/${direction}`, { shiftId });
      this.#done(`${memberName} is clocked ${direction === "clock-in" ? "in" : "out"}`);
    }),
    test: ({ destinationId, name }) => this.#try(async () => {
      const { state, lastError } = await write("POST", `${LISTS.destinations}/${destinationId}/test`);
      this.#done(`The test alert for ${name} is ${state}${lastError ? `: ${lastError}` : ""}`);
    }),
    switch: ({ destinationId, name, state }) => this.#try(async () => {
      await write("PATCH", `${LISTS.destinations}/${destinationId}`, { state: state === "active" ? "paused" : "active" });
      this.#done(`${name} is ${state === "active" ? "paused" : "active again"}`);
    }),
    remove: ({ destinationId, name }) => this.#dialog.open({
      title: `Remove ${name}?`, note: "Alerts are no longer sent there.", fields: [],
      actions: [{ label: "Remove", danger: true, run: async () => {
        await write("DELETE", `${LISTS.destinations}/${destinationId}`);
        return `${name} was removed`;
      } }],
    }),
  };

  /** Does one thing at a time; what goes wrong is said above the panels. */
  async #try(deed) {
    if (this.#busy) return;
    this.#busy = true;
    const problem = this.#page.find("team-problem");
    problem.hidden = true;
    try {
      await deed();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setText(problem, `That was not possible: ${error.message}.`);
      problem.hidden = false;
    } finally {
      this.#busy = false;
    }
  }

  #done(text) {
    this.#page.say(text);
    this.#page.refresh();
  }
}

function noteOf(team, failure, writes) {
  if (failure) return `The team could not be loaded${team ? " anew" : ""}: ${failure.message}. It is tried again by itself.`;
  if (!team) return "Loading the team…";
  return writes ? "Late shifts and missed posts are looked for every few hours; clock-ins show at once." : "Owners and managers plan shifts and posts.";
}

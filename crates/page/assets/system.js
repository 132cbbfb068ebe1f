// The System tab: how the machinery is doing, from `GET /api/status`.

import { setText } from "./dom.js";
import { DataTable } from "./datatable.js";
import { addDownload } from "./download.js";
import * as tables from "./systemtables.js";

/** A panel's id, the table in it, and whether it can be sorted. */
const PANELS = [
  { id: "connections", table: tables.connectionsTable },
  { id: "rates", table: tables.ratesTable },
  { id: "schedules", table: tables.schedulesTable },
  { id: "streams", table: tables.streamsTable, sortable: true },
  { id: "drifts", table: tables.driftsTable, sortable: true },
  { id: "runs", table: tables.runsTable, sortable: true },
];

export class SystemTab {
  #find;
  #tables;
  #view = null;

  constructor({ find }) {
    this.#find = find;
    this.#tables = PANELS.map((panel) => ({ ...panel, shown: this.#build(panel) }));
  }

  get root() {
    return this.#find("system");
  }

  /** Draws what came with a refresh: the state of the machinery, or why there is none. */
  update(view) {
    const { extra, extraFailure } = view;
    this.#view = extra ? view : null;
    setText(this.#find("system-note"), noteOf(extra, extraFailure));
    for (const { id } of this.#tables) this.#find(`${id}-panel`).hidden = !extra;
    this.#draw();
  }

  /** Ages and times to come. */
  tick() {
    this.#draw();
  }

  #draw() {
    if (!this.#view) return;
    const { extra, directory, meta, now } = this.#view;
    const about = { directory, now: now(), timezone: meta?.timezone ?? "UTC" };
    for (const { table, shown } of this.#tables) shown.update(table(extra, about));
  }

  #build({ id, sortable }) {
    const panel = this.#find(`${id}-panel`);
    const shown = new DataTable(panel, { id: `${id}-table`, sortable });
    const title = panel.querySelector("h2").textContent;
    addDownload(panel.querySelector(".panel-head"), title, () => ({ name: `tidemark-${id}.csv`, text: shown.csv() }));
    return shown;
  }
}

/** What the tab asks besides, at every refresh. */
export const loadStatus = async ({ read }) => (await read("/api/status")).body;

function noteOf(status, failure) {
  if (failure) return `The state of the machinery could not be loaded: ${failure.message}. It is tried again by itself.`;
  if (!status) return "Loading the state of the machinery…";
  const bad = status.connections.filter(({ state }) => state !== "active").length;
  if (bad > 0) return `${bad} of ${status.connections.length} connections need a person: connect Fanvue again.`;
  const failing = status.models.filter(({ errorCode }) => errorCode !== null).length;
  if (failing > 0) return `${failing} of ${status.models.length} streams failed the last time and are tried again by themselves.`;
  return "All connections are active and no stream is failing.";
}

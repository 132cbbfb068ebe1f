// "Sync Data": runs steps until one reports that the work is done, shows how far it is, and ends
// with what changed or with what to do.

import { ApiError, runSyncStep } from "./api.js";
import { setAttribute, setText } from "./dom.js";
import { describeEnd, describeProgress, describeStop } from "./report.js";
import { placeBelow } from "./tooltip.js";

/** Pause before asking again while another caller holds the work. */
const BUSY_WAIT_MS = 2_000;
const BUSY_WAITS = 60;
/** Pauses after failed requests in a row; a step keeps what it did, so repeating is safe. */
const RETRY_MS = [1_000, 3_000, 8_000];

const wait = (milliseconds) => new Promise((resolve) => { setTimeout(resolve, milliseconds); });

export class SyncPanel {
  #find;
  #events;
  #running = false;

  /** `events`: `stepped()` after each step, `finished(text)` at the end, `directory()` for names. */
  constructor(find, events) {
    this.#find = find;
    this.#events = events;
    find("sync-button").addEventListener("click", () => this.start());
    for (const [id, full] of [["sync-quick", false], ["sync-full", true]]) {
      find(id).addEventListener("click", () => {
        find("sync-menu").hidePopover();
        this.start(full);
      });
    }
    find("sync-menu").addEventListener("beforetoggle", () => placeBelow(find("sync-menu"), find("sync-more")));
    find("sync-dismiss").addEventListener("click", () => {
      find("sync-panel").hidden = true;
      find("sync-button").focus();
    });
  }

  /** Runs a sync to its end; a full one reads the whole history once more. */
  async start(full = false) {
    if (this.#running) return;
    this.#setRunning(true);
    this.#show({ text: full ? "Reading the whole history once more…" : "Asking Fanvue for new sales…", progress: { completed: 0, total: 0 } });
    let end;
    try {
      end = describeEnd(await this.#runSteps(full), this.#events.directory());
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      end = describeStop(error);
    } finally {
      this.#setRunning(false);
    }
    this.#show({ ...end, progress: null });
    this.#events.finished(end.text);
  }

  /** Runs steps to the end and returns the last report with the rows and errors of all. */
  async #runSteps(full) {
    const rows = { fetched: 0, inserted: 0, changed: 0, quarantined: 0 };
    const errors = new Map();
    for (let waits = 0; ;) {
      const report = await repeatedStep(full);
      for (const name of Object.keys(rows)) rows[name] += report.rows[name];
      for (const error of report.errors) errors.set(`${error.modelId} ${error.code}`, error);
      this.#show({ text: describeProgress(report, rows), progress: report.progress });
      this.#events.stepped();
      const waiting = report.outcome === "busy" && !report.done;
      waits = waiting ? waits + 1 : 0;
      if (report.done || waits > BUSY_WAITS) return { ...report, rows, errors: [...errors.values()] };
      if (waiting) await wait(BUSY_WAIT_MS);
    }
  }

  #setRunning(running) {
    this.#running = running;
    setText(this.#find("sync-button"), running ? "Syncing…" : "Sync Data");
    for (const id of ["sync-button", "sync-quick", "sync-full"]) {
      setAttribute(this.#find(id), "aria-disabled", running || null);
    }
  }

  #show({ tone = null, text, help = "", reconnect = false, progress }) {
    const bar = this.#find("sync-progress");
    this.#find("sync-panel").hidden = false;
    setAttribute(this.#find("sync-panel"), "data-tone", tone);
    setText(this.#find("sync-text"), text);
    setText(this.#find("sync-help"), help);
    this.#find("sync-help").hidden = help === "";
    this.#find("sync-reconnect").hidden = !reconnect;
    this.#find("sync-dismiss").hidden = this.#running;
    bar.hidden = progress === null;
    setAttribute(bar, "max", progress?.total || 1);
    setAttribute(bar, "value", progress?.total > 0 ? progress.completed : null);
  }
}

async function repeatedStep(full) {
  for (let failures = 0; ; failures += 1) {
    try {
      return await runSyncStep(full);
    } catch (error) {
      if (!error.passing || failures === RETRY_MS.length) throw error;
      await wait(error.retryAfterMs ?? RETRY_MS[failures]);
    }
  }
}

// The words for what a sync does and how it ended: step reports and failures in sentences.

import { count, counted } from "./format.js";
import { nameModels } from "./models.js";

const BUSY_TEXT = "Another sync is already running. What it finds appears here by itself.";

/** How far a sync is, after a step; `rows` are those of all its steps. */
export function describeProgress({ outcome, progress }, rows) {
  if (outcome === "busy") return "Another sync is running; waiting for it…";
  const share = progress.total > 0 ? `${count(progress.completed)} of ${count(progress.total)} done` : "Working";
  return `${share}, ${counted(rows.fetched, "row")} read, ${count(rows.inserted)} new`;
}

/** How a sync ended: `{text}`, and when it failed `tone`, `help` and `reconnect`. */
export function describeEnd({ outcome, rows, errors }, directory) {
  if (outcome === "busy") return { text: BUSY_TEXT };
  const result = describeRows(rows);
  if (outcome === "done" && errors.length === 0) return { text: `Sync finished: ${result}` };
  const cause = errors.map((error) => describeError(error, directory)).join("; ") || "no cause was reported";
  const failed = outcome === "failed";
  const text = failed ? `The sync failed: ${cause}` : `Sync finished in part: ${result}. Not synced: ${cause}`;
  return { tone: "error", text, ...adviceFor(errors[0]) };
}

/** A sync whose request failed. */
export function describeStop(error) {
  return { tone: "error", text: `The sync stopped: ${error.message}`, ...adviceFor(error) };
}

function describeRows({ inserted, changed, quarantined }) {
  if (inserted + changed + quarantined === 0) return "nothing new";
  const setAside = quarantined > 0 ? `, ${count(quarantined)} set aside as unreadable` : "";
  return `${count(inserted)} new, ${count(changed)} changed${setAside}`;
}

function describeError({ modelId, message }, directory) {
  return modelId ? `${nameModels([modelId], directory)}: ${message}` : message;
}

/** What the reader can do about an error. */
function adviceFor(error) {
  if (error?.status === 403) {
    return { help: "Only owners and managers may sync. Sign in with such a token, or wait for the automatic sync." };
  }
  if (error?.status === 429 || /rate|limit/.test(error?.code)) {
    return { help: "Too many requests. What was read is kept; sync again in a minute." };
  }
  if (/auth|token|connect|grant/.test(error?.code)) {
    return { help: "Connect the Fanvue account again, then sync once more.", reconnect: true };
  }
  return { help: "What was read is kept. Sync again in a minute; if that fails, ask the operator to run “tidemark doctor”." };
}

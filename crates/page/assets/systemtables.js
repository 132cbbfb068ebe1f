// The tables of the System tab. `status` is the body of `GET /api/status`; the rest names models
// and tells the time: `{directory, now, timezone}`.

import { formatAge, formatInstant } from "./dates.js";
import { count, money } from "./format.js";
import { modelName } from "./models.js";

const JOBS = {
  "sync-transactions": "Transactions", "daily-refresh": "Audience",
  "check-late-shifts": "Late shifts", "check-missed-posts": "Missed posts",
};
const CONNECTION_STATES = { active: "fresh", reconnect: "stale", disconnected: "never" };
const OUTCOME_STATES = { done: "fresh", more: "fresh", busy: "late", partial: "late", failed: "stale" };
const STREAMS = { transactions: "Transactions", audience: "Audience" };

const jobName = (job) => JOBS[job] ?? job;
const instantCell = (instant, timezone) =>
  (instant ? { raw: instant, text: formatInstant(new Date(instant), timezone) } : { raw: null, text: "–" });
const nameCell = (modelId, directory) => ({ raw: modelName(directory?.get(modelId)) });

/** "in 4 min", "3 min ago". */
function relativeCell(instant, now) {
  if (!instant) return { raw: null, text: "–" };
  const distance = Date.parse(instant) - now;
  const text = distance >= 0 ? `in ${formatAge(distance)}` : `${formatAge(-distance)} ago`;
  return { raw: instant, text, order: Date.parse(instant) };
}

export function connectionsTable({ connections }, { now }) {
  return {
    caption: connections.length > 0 ? "Grants of Fanvue, and when their present token runs out" : "No Fanvue account is connected yet",
    columns: [{ label: "Connection" }, { label: "State" }, { label: "Token runs out" }, { label: "Last error" }],
    rows: connections.map(({ connectionId, state, tokenExpiresAt, error }) => [
      { raw: connectionId, text: connectionId.slice(0, 8), title: connectionId },
      { raw: state, text: state, state: CONNECTION_STATES[state] ?? "never" },
      relativeCell(tokenExpiresAt, now), error ?? "none",
    ]),
  };
}

export function ratesTable({ rateBudget }, { directory, now }) {
  return {
    caption: rateBudget.length > 0 ? "Requests that Fanvue still takes in this minute" : "Nothing was asked of Fanvue so far",
    columns: [
      { label: "Bucket" }, { label: "Remaining", kind: "count" }, { label: "Of", kind: "count" },
      { label: "Seen" }, { label: "Paused" },
    ],
    rows: rateBudget.map(({ bucket, remaining, capacity, observedAt, pausedUntil }) => [
      { raw: bucket, text: bucketName(bucket, directory), title: bucket }, remaining, capacity, relativeCell(observedAt, now),
      pausedUntil && Date.parse(pausedUntil) > now ? relativeCell(pausedUntil, now) : { raw: null, text: "no" },
    ]),
  };
}

/** A bucket is an account's of its own, or that of the grant. */
function bucketName(bucket, directory) {
  const model = directory?.get(bucket);
  return model ? modelName(model) : bucket;
}

export function schedulesTable({ schedules, jobs }, { now }) {
  return {
    caption: "Each job by itself; its next firing by the schedule",
    columns: [
      { label: "Job" }, { label: "Every" }, { label: "Due next" }, { label: "Last run" }, { label: "Outcome" },
      { label: "Duration" },
    ],
    rows: schedules.map(({ job, everySeconds, nextDueAt }) => {
      const last = jobs.find((run) => run.job === job);
      return [
        { raw: job, text: jobName(job), title: job },
        { raw: everySeconds, text: formatAge(everySeconds * 1000) },
        relativeCell(nextDueAt, now), relativeCell(last?.startedAt, now),
        last ? outcomeCell(last.outcome) : { raw: null, text: "never run", state: "never" },
        last ? durationCell(last.durationMs) : null,
      ];
    }),
  };
}

export function streamsTable({ models }, { directory, now, timezone }) {
  return {
    caption: "Up to when each stream is proven complete, and what is in its way",
    columns: [
      { label: "Model" }, { label: "Stream" }, { label: "Complete up to" }, { label: "Complete since" },
      { label: "To read again", kind: "count" }, { label: "Unreadable rows", kind: "count" },
      { label: "Failed tries", kind: "count" }, { label: "State" },
    ],
    rows: models.map((stream) => [
      nameCell(stream.modelId, directory), STREAMS[stream.family] ?? stream.family,
      relativeCell(stream.asOf, now), instantCell(stream.completeSince, timezone),
      stream.rereads, stream.quarantined, stream.attempts, streamState(stream, now),
    ]),
  };
}

function streamState({ asOf, errorCode, error, retryAt, reading, reversalsUnknown }, now) {
  if (errorCode) {
    const again = retryAt ? `; again ${relativeCell(retryAt, now).text}` : "";
    return { raw: error ?? errorCode, text: `${error ?? errorCode}${again}`, state: "stale", title: errorCode };
  }
  if (reading) return { raw: "reading", text: "being read now", state: "late" };
  if (!asOf) return { raw: "never", text: "never read", state: "never" };
  if (reversalsUnknown) return { raw: "reversals unknown", text: "ok, but reversals cannot be read", state: "late" };
  return { raw: "ok", text: "ok", state: "fresh" };
}

/** Amounts of the API are cents here. */
export function driftsTable({ drifts }, { directory }) {
  return {
    caption: drifts.length > 0
      ? "Closed days (UTC) whose sales differ from Fanvue's own sums"
      : "No drift: every closed day agrees with Fanvue's own sums, as far as it was compared",
    columns: [
      { label: "Model" }, { label: "Day" }, { label: "Ledger", kind: "money" }, { label: "Fanvue", kind: "money" },
      { label: "Drift", kind: "money" },
    ],
    rows: drifts.map(({ modelId, date, ledgerCents, fanvueCents, driftCents }) => [
      nameCell(modelId, directory), date, ledgerCents / 100, fanvueCents / 100,
      { raw: driftCents / 100, text: money(driftCents / 100), state: driftCents === 0 ? "fresh" : "stale" },
    ]),
  };
}

export function runsTable({ jobs }, { now, timezone }) {
  return {
    caption: "The last ten runs of each job that had work for this agency",
    columns: [
      { label: "Job" }, { label: "Started" }, { label: "Ago" }, { label: "Duration" }, { label: "Outcome" },
      { label: "Read", kind: "count" }, { label: "New", kind: "count" }, { label: "Changed", kind: "count" },
      { label: "API calls", kind: "count" }, { label: "Error" },
    ],
    rows: jobs.map(({ job, startedAt, durationMs, outcome, report }) => [
      { raw: job, text: jobName(job), title: job }, instantCell(startedAt, timezone), relativeCell(startedAt, now),
      durationCell(durationMs), outcomeCell(outcome),
      report.rows?.fetched ?? null, report.rows?.inserted ?? null, report.rows?.changed ?? null, report.apiCalls ?? null,
      report.errors?.map(({ message }) => message).join("; ") || "none",
    ]),
  };
}

const outcomeCell = (outcome) => ({ raw: outcome, text: outcome, state: OUTCOME_STATES[outcome] ?? "never" });

const durationCell = (milliseconds) => ({
  raw: milliseconds, order: milliseconds,
  text: milliseconds < 1000 ? `${count(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(1)} s`,
});

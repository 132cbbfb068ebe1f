// The table of models: audience, freshness of both families, and how much of the past is there.

import { formatAge, formatInstant } from "./dates.js";
import { familyState } from "./freshness.js";
import { modelName } from "./models.js";

const COVERAGE = {
  complete: "Complete", backfilling: "Being fetched", failed: "Last sync failed", reconnect: "Must be reconnected",
  never: "Not synced yet",
};
const COVERAGE_STATE = { complete: "fresh", backfilling: "late", failed: "stale", reconnect: "stale", never: "never" };

/** The table of a directory of models at an instant of the server's clock; `hrefOf(id)` leads to a model. */
export function modelTable(directory, { now, timezone, hrefOf }) {
  const models = [...directory.values()];
  return {
    caption: `The agency's ${models.length} models. Press a heading to sort, a name to see the model alone.`,
    columns: [
      { label: "Model" }, { label: "Subscribers", kind: "count" }, { label: "Followers", kind: "count" },
      { label: "Unread", kind: "count" }, { label: "Posts", kind: "count" },
      { label: "Transactions" }, { label: "Audience" }, { label: "Coverage" },
    ],
    rows: models.map((model) => [
      { raw: modelName(model), text: modelName(model), href: hrefOf(model.modelId), title: model.handle && `@${model.handle}` },
      model.subscribers, model.followers, model.unreadMessages, model.posts,
      freshnessCell(model.freshness.transactions, now, timezone),
      freshnessCell(model.freshness.audience, now, timezone),
      coverageCell(model.sync, timezone),
    ]),
  };
}

/** "fresh, 3 min old"; sorts by age. */
export function freshnessCell(family, now, timezone) {
  const { state, ageMs } = familyState(family, now);
  if (ageMs === null) return { raw: "never synced", text: "never synced", state };
  const title = `Complete up to ${formatInstant(new Date(family.asOf), timezone)}`;
  return { raw: family.asOf, text: `${state}, ${formatAge(ageMs)} old`, state, title, order: ageMs };
}

function coverageCell({ state, provenSince, error }, timezone) {
  const words = COVERAGE[state] ?? state;
  const since = state === "backfilling" && provenSince
    ? `, back to ${formatInstant(new Date(provenSince), timezone)}` : "";
  return { raw: words, text: words + since, state: COVERAGE_STATE[state] ?? "never", title: error };
}

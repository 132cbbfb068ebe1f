// The head of the page: what is shown, of which days, and when it is asked for again.

import { formatCountdown, formatTime, formatWindow } from "./dates.js";
import { setAttribute, setText } from "./dom.js";
import { cents, spokenDifference, spokenMoney } from "./format.js";
import { modelName } from "./models.js";
import { chooseScreen } from "./screens.js";

/** What every amount of the page means, next to its window and zone. */
const ACCOUNTING = {
  gross: "US dollars, gross, refunds deducted on the day they were booked",
  net: "US dollars, net of Fanvue's fees, refunds deducted on the day they were booked",
};

export class Heading {
  #find;

  /** `find` returns the page's element with an id. */
  constructor(find) {
    this.#find = find;
  }

  update(state, tab, { money }) {
    const scope = scopeOf(state, tab);
    setText(this.#find("scope"), scope);
    const title = `${scope === tab.title ? "" : `${scope} · `}${tab.title} · Tidemark`;
    // why: setting an unchanged title still makes a new text node
    if (document.title !== title) document.title = title;
    setText(this.#find("basis"), basisOf(state, tab, money));
  }

  /** The time to the next refresh, and the controls of its pace. */
  updatePlan(loop, live) {
    const button = this.#find("pause-button");
    setText(this.#find("next-refresh"), describePlan(loop));
    setText(button, loop.paused ? "Resume" : "Pause");
    setAttribute(button, "aria-label", `${loop.paused ? "Resume" : "Pause"} automatic refresh`);
    setAttribute(this.#find("live-button"), "aria-pressed", String(live && !loop.paused));
  }

  /** What the live region says of a new answer: `before` is the one it replaces, of the same selection. */
  describeUpdate(state, before, now) {
    if (chooseScreen(state) === "never") return "Not synced yet";
    const { kpiMetrics, meta } = state.current.data;
    const updated = `Updated ${formatTime(now, meta.timezone)}`;
    if (!before) return `${updated}, total revenue ${spokenMoney(kpiMetrics.totalRevenue)}`;
    const difference = cents(kpiMetrics.totalRevenue) - cents(before.kpiMetrics.totalRevenue);
    return difference === 0 ? updated : `${updated}, ${spokenDifference(difference / 100)}`;
  }
}

function scopeOf({ current, agency, directory }, tab) {
  if (tab.id === "overview") return agency?.name ?? tab.title;
  if (tab.id !== "fanvue") return tab.title;
  const modelId = current?.data.meta.modelId;
  return modelId ? modelName(directory?.get(modelId)) : "All models";
}

function basisOf({ current, failure, agency }, tab, money) {
  if (tab.id === "team") return `Plans, points and alerts${agency ? ` · ${agency.timezone}, the agency's own time zone` : ""}`;
  if (tab.id === "system") return "Jobs, connections and streams as the server last told";
  if (!current) return failure ? "No figures loaded" : "Loading the figures…";
  const { startDate, endDate, timezone } = current.data.meta;
  return `${formatWindow(startDate, endDate)} · ${timezone} · ${ACCOUNTING[money] ?? ACCOUNTING.gross}`;
}

function describePlan(loop) {
  if (loop.busy) return "Refreshing…";
  if (loop.paused) return "Refresh paused";
  if (loop.nextAt === null) return "No refresh planned";
  return `${loop.failing ? "Trying again" : "Next refresh"} in ${formatCountdown(loop.nextAt - Date.now())}`;
}

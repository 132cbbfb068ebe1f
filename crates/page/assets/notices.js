// The banners above the figures: what the reader must know about the data before trusting it.

import { formatAge, formatCountdown, formatInstant, formatTime } from "./dates.js";
import { element, setText } from "./dom.js";
import { count, counted } from "./format.js";
import { familyState } from "./freshness.js";
import { nameModels } from "./models.js";

export const CONNECT_PATH = "/connect/fanvue";

/**
 * The notices for the page's state, most urgent first: `{id, tone, title, text, action?}`; the title alone is
 * announced. `wantedUrl` is the request of the chosen filters, `nextAt` when it is sent again, `synced` whether there
 * are figures at all; `connected` whether Fanvue was connected on the way here.
 */
export function collectNotices({ current, failure, directory, connected }, { wantedUrl, now, nextAt, synced }) {
  const { meta } = current.data;
  const { transactions, audience } = meta.freshness;
  return [
    failure && failureNotice(failure, current, { wantedUrl, now, nextAt }),
    staleNotice("stale-transactions", transactions, meta.timezone, now, {
      title: "Transactions are stale", consequence: "Later sales may be missing.",
    }),
    staleNotice("stale-audience", audience, meta.timezone, now, {
      title: "Subscriber counts are stale", consequence: "The number of subscribers may have changed since.",
    }),
    connected && connectedNotice(meta.coverage),
    ...coverageNotices(meta, directory, synced && !connected),
  ].filter(Boolean);
}

function failureNotice(failure, { checkedAt, data, url }, { wantedUrl, now, nextAt }) {
  const selection = url === wantedUrl ? "" : "are of the selection before and ";
  const received = `received at ${formatTime(checkedAt, data.meta.timezone)}, ${formatAge(now - checkedAt)} ago`;
  const next = nextAt === null ? "" : ` Trying again in ${formatCountdown(nextAt - Date.now())}.`;
  return {
    id: "failure",
    tone: "error",
    title: "Refresh failed",
    text: `Refresh failed: ${failure.message}. The figures below ${selection}were ${received}.${next}`,
    action: { label: "Try now", run: "refresh" },
  };
}

function staleNotice(id, family, zone, now, { title, consequence }) {
  const { state, ageMs } = familyState(family, now);
  if (state !== "stale") return null;
  const upTo = formatInstant(new Date(family.asOf), zone);
  const text = `${title}: complete up to ${upTo}, ${formatAge(ageMs)} ago. ${consequence}`;
  return { id, tone: "warning", title, text };
}

/** Once after connecting: how far the first read is. */
function connectedNotice({ complete, models }) {
  const done = models.filter(({ state }) => state === "complete").length;
  const progress = complete ? "has been read" : `is being read: ${count(done)} of ${counted(models.length, "model")} done`;
  return {
    id: "connected",
    tone: "info",
    title: "Fanvue is connected",
    text: `Fanvue is connected; its history ${progress}.`,
    action: { label: "Dismiss", run: "dismiss" },
  };
}

function coverageNotices({ coverage: { complete, completeSince, models }, timezone }, directory, synced) {
  // What is wrong with a model is said by the list of models alone.
  const inState = (...states) => models.map(({ modelId }) => modelId)
    .filter((id, index) => [models[index].state, directory?.get(id)?.sync?.state].some((state) => states.includes(state)));
  const reconnect = inState("reconnect");
  const failed = inState("failed");
  const pending = inState("backfilling", "never");
  return [
    reconnect.length > 0 && {
      id: "reconnect",
      tone: "error",
      title: "Fanvue must be connected again",
      text: `Fanvue no longer accepts the connection of ${nameModels(reconnect, directory)}. `
        + "New sales are not fetched until it is connected again.",
      action: { label: "Reconnect Fanvue", href: CONNECT_PATH },
    },
    failed.length > 0 && {
      id: "failed",
      tone: "warning",
      title: "The last sync failed in part",
      text: `The last sync of ${nameModels(failed, directory)} failed${causeOf(failed, directory)}. `
        + "It is tried again by itself.",
    },
    synced && !complete && pending.length > 0 && {
      id: "pending",
      tone: "info",
      title: "History is still being fetched",
      text: `History is still being fetched for ${pending.length} of ${models.length} models, so totals may grow.`
        + sinceText(completeSince, timezone),
    },
  ];
}

function causeOf(modelIds, directory) {
  const causes = new Set(modelIds.map((id) => directory?.get(id)?.sync?.error).filter(Boolean));
  return causes.size > 0 ? `: ${[...causes].join("; ")}` : "";
}

const sinceText = (instant, zone) => (instant ? ` Complete since ${formatInstant(new Date(instant), zone)}.` : "");

/** Shows notices, each in the place it had, so that a focused button keeps the focus. */
export class Notices {
  #list;
  #act;
  #items = new Map();

  /** `act(name)` runs the action of a button. */
  constructor(list, act) {
    this.#list = list;
    this.#act = act;
  }

  /** Returns the titles of the notices that were not there before. */
  update(notices) {
    const before = new Set(this.#items.keys());
    for (const id of before) if (!notices.some((notice) => notice.id === id)) this.#remove(id);
    for (const notice of notices) this.#show(notice);
    this.#list.hidden = notices.length === 0;
    return notices.filter(({ id }) => !before.has(id)).map(({ title }) => title);
  }

  #show(notice) {
    const item = this.#items.get(notice.id) ?? this.#add(notice);
    setText(item.firstElementChild, notice.text);
  }

  #add({ id, tone, action }) {
    const item = element("li", { class: "notice", "data-tone": tone }, element("p"));
    if (action?.href) item.append(element("a", { class: "button small", href: action.href }, action.label));
    if (action?.run) item.append(this.#button(action));
    this.#items.set(id, item);
    this.#list.append(item);
    return item;
  }

  #button({ label, run }) {
    const button = element("button", { class: "button small", type: "button" }, label);
    button.addEventListener("click", () => this.#act(run));
    return button;
  }

  #remove(id) {
    this.#items.get(id).remove();
    this.#items.delete(id);
  }
}

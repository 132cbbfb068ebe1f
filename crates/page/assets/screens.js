// The screens that stand in for figures: nothing synced yet, nothing sold, nothing loaded.
// Zero is a measured figure and is shown as one; these say why there is no figure.

import { formatWindow } from "./dates.js";
import { element, setText } from "./dom.js";
import { CONNECT_PATH } from "./notices.js";

/** Which screen the state calls for: "loading", "error", "never", "empty" or "figures". */
export function chooseScreen({ current, failure }) {
  if (failure && (!current || !failure.passing)) return "error";
  if (!current) return "loading";
  const { kpiMetrics, meta } = current.data;
  const sold = kpiMetrics.transactionCount > 0 || kpiMetrics.reversalCount > 0;
  if (sold) return "figures";
  const everComplete = meta.coverage.models.some(({ state }) => state === "complete");
  return meta.freshness.transactions.state === "never" && !everComplete ? "never" : "empty";
}

export class Screens {
  #find;
  #act;
  #shown = null;

  /** `find` returns the page's element with an id; `act(name)` runs the action of a button. */
  constructor(find, act) {
    this.#find = find;
    this.#act = act;
  }

  /** `needed` is whether the shown tab has figures that a screen stands in for. */
  update(kind, state, needed) {
    const figures = !needed || kind === "loading" || kind === "figures" || kind === "empty";
    this.#find("details").hidden = kind === "empty";
    this.#find("empty").hidden = kind !== "empty";
    this.#find("screen").hidden = figures;
    this.#find("main").dataset.screen = kind;
    if (kind === "empty") setText(this.#find("empty-text"), emptyText(state.current.data.meta));
    if (!figures) this.#fill(kind === "never" ? neverScreen(state.current.data.meta) : errorScreen(state.failure));
    return figures;
  }

  #fill(screen) {
    setText(this.#find("screen-title"), screen.title);
    setText(this.#find("screen-text"), screen.text);
    const wanted = screen.actions.map(({ label }) => label).join();
    if (this.#shown === wanted) return;
    this.#shown = wanted;
    this.#find("screen-actions").replaceChildren(...screen.actions.map((action) => this.#control(action)));
  }

  #control({ label, href, run }) {
    if (href) return element("a", { class: "button", href }, label);
    const button = element("button", { class: "button", type: "button" }, label);
    button.addEventListener("click", () => this.#act(run));
    return button;
  }
}

const emptyText = ({ startDate, endDate, timezone }) =>
  `The data is synced, and nothing was sold or refunded in ${formatWindow(startDate, endDate)} (${timezone}). `
  + "Choose a longer range to see more.";

function neverScreen({ coverage }) {
  if (coverage.models.length === 0) {
    return {
      title: "No models connected yet",
      text: "Connect a Fanvue account. Its models and their whole sales history are then fetched by themselves.",
      actions: [{ label: "Connect Fanvue", href: CONNECT_PATH }],
    };
  }
  const running = coverage.models.some(({ state }) => state === "backfilling");
  return {
    title: running ? "The first sync is running" : "Not synced yet",
    text: running
      ? "Sales history is being fetched from Fanvue. The first figures appear here as soon as they arrive."
      : "Nothing has been fetched from Fanvue so far. The first sync starts by itself within 15 minutes.",
    actions: [{ label: running ? "Sync faster now" : "Start the first sync", run: "sync" }],
  };
}

function errorScreen(failure) {
  const texts = {
    400: ["This selection is not possible", "Reset the filters to continue."],
    403: ["This page is not open to you", "Ask an owner of the agency for access, or sign in with another token."],
    404: ["This selection does not exist", "The model may have been removed, or it belongs to another agency."],
  };
  const otherwise = ["The figures could not be loaded", "The data itself is safe. This page tries again by itself."];
  const [title, mend] = texts[failure.status] ?? otherwise;
  const reset = { label: "Reset the filters", run: "reset" };
  const retry = { label: "Try now", run: "refresh" };
  return { title, text: `${sentence(failure.message)} ${mend}`, actions: [failure.passing ? retry : reset] };
}

const sentence = (message) => `${message[0].toUpperCase()}${message.slice(1)}.`;

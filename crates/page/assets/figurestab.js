// The tabs that show figures: Overview, about the whole agency, and Fanvue, about one model or all.

import { FANS_SHOWN } from "./fans.js";
import { topFansUrl, writeQuery } from "./filters.js";

/** The headline first, then what explains it; in net the two change places. */
const headline = (rest) => ({
  gross: ["totalRevenue", "netRevenue", ...rest],
  net: ["netRevenue", "totalRevenue", ...rest],
});

const OVERVIEW = {
  cards: headline(["transactionCount", "payers", "newFans", "activeSubscribers", "refunds", "platformFees"]),
  models: true,
};

const FANVUE = {
  cards: headline([
    "grossSales", "refunds", "platformFees", "transactionCount", "activeSubscribers", "newFans", "payers", "arpu",
    "arppu", "ltv", "tipAverage", "goldenRatio", "messagePurchases", "postPurchases", "messageConversionRate",
    "ppvConversionRate",
  ]),
  models: false,
};

export const overviewTab = (page) => new FiguresTab(page, OVERVIEW);
export const fanvueTab = (page) => new FiguresTab(page, FANVUE);

class FiguresTab {
  /** Without figures, the page shows one of its screens in this tab's place. */
  needsFigures = true;
  #page;
  #shape;
  #view = null;

  constructor(page, shape) {
    this.#page = page;
    this.#shape = shape;
  }

  get root() {
    return this.#page.find("figures");
  }

  update(view) {
    const { figures } = this.#page;
    this.#view = view;
    figures.show(view, this.#shape);
    figures.drawFans(view.extra, view.extraFailure, view.directory);
    this.tick();
  }

  tick() {
    if (!this.#shape.models || !this.#view) return;
    const { directory, meta, filters, now } = this.#view;
    const hrefOf = (modelId) => `/${writeQuery(filters, { tab: "fanvue", modelId })}`;
    this.#page.figures.drawModels(directory, { now: now(), timezone: meta?.timezone ?? "UTC", hrefOf });
  }
}

/** What the tabs ask besides: the fans of the same window, when the figures are others than before. */
export async function loadFans({ read, filters, today, changed }) {
  return changed ? (await read(topFansUrl(filters, today, FANS_SHOWN))).body : undefined;
}

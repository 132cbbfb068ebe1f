// Revenue by category: sales with their share, then refunds and chargebacks.

import { formatWindow } from "./dates.js";
import { element, fitChildren, setAttribute, setText } from "./dom.js";
import { counted, money, percent } from "./format.js";

/** Fanvue's sources and the chart group whose colour they carry. */
const CATEGORIES = {
  subscription: { label: "Subscriptions", series: "subscriptions" },
  renewal: { label: "Renewals", series: "subscriptions" },
  tip: { label: "Tips", series: "tips" },
  message: { label: "Messages", series: "messages" },
  post: { label: "Posts", series: "posts" },
  mediaLink: { label: "Media links", series: "posts" },
  referral: { label: "Referrals", series: "other" },
  affiliate: { label: "Affiliates", series: "other" },
  giveaway: { label: "Giveaways", series: "other" },
  appStore: { label: "App store", series: "other" },
  checkoutLink: { label: "Checkout links", series: "other" },
  fanExperience: { label: "Fan experiences", series: "other" },
  refund: { label: "Refunds", series: "refunds", reversal: "refund" },
  chargeback: { label: "Chargebacks", series: "refunds", reversal: "chargeback" },
};

export class Breakdown {
  #list;

  constructor(list) {
    this.#list = list;
  }

  /** Shows the entries in gross or net, `money`. */
  update(entries, money) {
    const items = fitChildren(this.#list, entries.length, buildCategory);
    items.forEach((item, index) => updateCategory(item, entries[index], money));
  }
}

/** The table of the breakdown. Shares are those of gross sales, which add up to 100. */
export function breakdownTable(entries, meta) {
  return {
    caption: `Revenue by category in US dollars, ${formatWindow(meta.startDate, meta.endDate)}, days of ${meta.timezone}`,
    columns: [
      { label: "Category" }, { label: "Gross", kind: "money" }, { label: "Net", kind: "money" },
      { label: "Share of sales, %", kind: "number" }, { label: "Rows", kind: "count" },
    ],
    rows: entries.map(({ category, amount, net, percentage, transactionCount }) =>
      [CATEGORIES[category]?.label ?? category, amount, net, percentage, transactionCount]),
  };
}

function buildCategory() {
  return element("li", { class: "category" },
    element("span", { class: "category-name" }), element("span", { class: "category-amount" }),
    element("span", { class: "share", "aria-hidden": "true" }, element("span")),
    element("span", { class: "category-note" }));
}

function updateCategory(item, entry, kind) {
  const { label, series, reversal } = CATEGORIES[entry.category] ?? { label: entry.category, series: "other" };
  const [name, amount, share, note] = item.children;
  const bar = share.firstElementChild;
  setText(name, label);
  setText(amount, money(kind === "net" ? entry.net : entry.amount));
  setText(note, describe(entry, kind, reversal));
  setAttribute(item, "data-reversal", reversal);
  share.hidden = entry.percentage === null;
  setAttribute(bar, "data-series", series);
  bar.style.inlineSize = `${Math.max(0, entry.percentage ?? 0)}%`;
}

function describe({ percentage, transactionCount, amount, net }, kind, reversal) {
  const share = percentage === null ? null : `${percent(percentage)} of gross sales`;
  const other = kind === "net" ? `gross ${money(amount)}` : `net ${money(net)}`;
  return [share, counted(transactionCount, reversal ?? "sale"), other].filter(Boolean).join(" · ");
}

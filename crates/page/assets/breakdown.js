// Revenue by category: sales with their share, then refunds and chargebacks.

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

  update(entries) {
    const items = fitChildren(this.#list, entries.length, buildCategory);
    items.forEach((item, index) => updateCategory(item, entries[index]));
  }
}

function buildCategory() {
  return element("li", { class: "category" },
    element("span", { class: "category-name" }), element("span", { class: "category-amount" }),
    element("span", { class: "share", "aria-hidden": "true" }, element("span")),
    element("span", { class: "category-note" }));
}

function updateCategory(item, entry) {
  const { label, series, reversal } = CATEGORIES[entry.category] ?? { label: entry.category, series: "other" };
  const [name, amount, share, note] = item.children;
  const bar = share.firstElementChild;
  setText(name, label);
  setText(amount, money(entry.amount));
  setText(note, describe(entry, reversal));
  setAttribute(item, "data-reversal", reversal);
  share.hidden = entry.percentage === null;
  setAttribute(bar, "data-series", series);
  bar.style.inlineSize = `${Math.max(0, entry.percentage ?? 0)}%`;
}

function describe({ percentage, transactionCount, net }, reversal) {
  const share = percentage === null ? null : `${percent(percentage)} of sales`;
  return [share, counted(transactionCount, reversal ?? "sale"), `net ${money(net)}`].filter(Boolean).join(" · ");
}

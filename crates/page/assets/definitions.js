// The key figures: how each is written and what it means, in the sentences of the API.
// `better` says which direction is good news; null is neither.

import { count, money, percent, ratio, spokenMoney } from "./format.js";

const dollars = { write: money, speak: spokenMoney, kind: "money" };
const number = { write: count, speak: count, kind: "count" };
const quotient = { write: ratio, speak: ratio, kind: "ratio" };
const share = { write: percent, speak: percent, kind: "ratio" };

const FIGURES = [
  {
    key: "totalRevenue", label: "Total revenue", unit: dollars, better: "up",
    definition: "Gross of all sales in the window minus refunds and chargebacks.",
  },
  {
    key: "netRevenue", label: "Net revenue", unit: dollars, better: "up",
    definition: "What is left after Fanvue's fees, refunds and chargebacks, as Fanvue reports it row by row.",
  },
  {
    key: "grossSales", label: "Gross sales", unit: dollars, better: "up",
    definition: "Gross of all sales in the window, before refunds and chargebacks.",
  },
  {
    key: "refunds", label: "Refunds", unit: dollars, better: "down",
    definition: "Gross that refunds and chargebacks dated in the window took back.",
  },
  {
    key: "platformFees", label: "Platform fees", unit: dollars, better: null,
    definition: "Gross minus net over all rows of the window.",
  },
  {
    key: "transactionCount", label: "Transactions", unit: number, better: "up",
    definition: "Number of sales in the window, free trials included.",
  },
  {
    key: "payers", label: "Payers", unit: number, better: "up",
    definition: "Different fans with at least one paid sale in the window.",
  },
  {
    key: "newFans", label: "New fans", unit: number, better: "up",
    definition: "Fans whose first paid sale ever lies in the window.",
  },
  {
    key: "activeSubscribers", label: "Active subscribers", unit: number, better: "up",
    definition: "Last known subscriber count at or before the window's end, summed over the models shown.",
  },
  {
    key: "arpu", label: "ARPU", unit: dollars, better: "up",
    definition: "Total revenue divided by the mean of the daily subscriber counts in the window.",
  },
  {
    key: "arppu", label: "ARPPU", unit: dollars, better: "up",
    definition: "Total revenue divided by the number of payers.",
  },
  {
    key: "ltv", label: "LTV", unit: dollars, better: "up",
    definition: "Gross after reversals of all known fans since the beginning, up to the window's end, divided by the number of fans who had paid by then.",
  },
  {
    key: "tipAverage", label: "Average tip", unit: dollars, better: "up",
    definition: "Gross of the window's paid tips divided by their number.",
  },
  {
    key: "goldenRatio", label: "Golden ratio", unit: quotient, better: "up",
    definition: "Gross of message, post, media link and tip sales divided by gross of subscriptions and renewals.",
  },
  {
    key: "messagePurchases", label: "Message purchases", unit: number, better: "up",
    definition: "Number of paid message sales in the window.",
  },
  {
    key: "postPurchases", label: "Post purchases", unit: number, better: "up",
    definition: "Number of paid post and media link sales in the window.",
  },
  {
    key: "messageConversionRate", label: "Message buyers", unit: share, better: "up",
    definition: "Share of the window's payers who bought a message.",
  },
  {
    key: "ppvConversionRate", label: "Post buyers", unit: share, better: "up",
    definition: "Share of the window's payers who bought a post or a media link.",
  },
];

export const FIGURE = new Map(FIGURES.map((figure) => [figure.key, figure]));

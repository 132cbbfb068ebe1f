// The cards: which figures, in which order, how each is written and what it means.
// `better` says which direction is good news; null is neither.

import { count, money, ratio, spokenMoney } from "./format.js";

const dollars = { write: money, speak: spokenMoney };
const number = { write: count, speak: count };
const quotient = { write: ratio, speak: ratio };

export const CARDS = [
  {
    key: "totalRevenue", label: "Total revenue", unit: dollars, better: "up",
    definition: "Gross of all sales in the window minus refunds and chargebacks.",
  },
  {
    key: "netRevenue", label: "Net revenue", unit: dollars, better: "up",
    definition: "What is left after Fanvue's fees, refunds and chargebacks, as Fanvue reports it row by row.",
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
    key: "arppu", label: "ARPPU", unit: dollars, better: "up",
    definition: "Total revenue divided by the number of payers.",
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
    key: "activeSubscribers", label: "Active subscribers", unit: number, better: "up",
    definition: "Last known subscriber count at or before the window's end, summed over the models shown.",
  },
];

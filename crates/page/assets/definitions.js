// The cards: which figures, in which order, how each is written and what it means.
// `better` says which direction is good news; null is neither.

import { count, money, ratio, spokenMoney } from "./format.js";

const dollars = { write: money, speak: spokenMoney };
const number = { write: count, speak: count };
const quotient = { write: ratio, speak: ratio };

export const CARDS = [
  {
    key: "totalRevenue", label: "Total revenue", unit: dollars, better: "up",
    definition: "Gross of all sales in the range, less refunds and chargebacks on the day they were booked.",
  },
  {
    key: "netRevenue", label: "Net revenue", unit: dollars, better: "up",
    definition: "What is left for you, as Fanvue reports it for each sale and each refund. Never estimated from gross.",
  },
  {
    key: "refunds", label: "Refunds", unit: dollars, better: "down",
    definition: "Gross of refunds and chargebacks booked in the range, whenever the sale was made.",
  },
  {
    key: "platformFees", label: "Platform fees", unit: dollars, better: null,
    definition: "Gross less net of every sale and refund in the range: what Fanvue kept.",
  },
  {
    key: "transactionCount", label: "Transactions", unit: number, better: "up",
    definition: "Number of sales in the range. Free trials count; refunds and chargebacks do not.",
  },
  {
    key: "payers", label: "Payers", unit: number, better: "up",
    definition: "Different fans with at least one paid sale in the range. A fan of several models counts once.",
  },
  {
    key: "arppu", label: "ARPPU", unit: dollars, better: "up",
    definition: "Average revenue per paying user: total revenue divided by payers.",
  },
  {
    key: "tipAverage", label: "Average tip", unit: dollars, better: "up",
    definition: "Gross of paid tips divided by their number.",
  },
  {
    key: "goldenRatio", label: "Golden ratio", unit: quotient, better: "up",
    definition: "Gross of messages, posts, media links and tips for each dollar of subscriptions and renewals.",
  },
  {
    key: "messagePurchases", label: "Message purchases", unit: number, better: "up",
    definition: "Number of paid messages sold in the range.",
  },
  {
    key: "postPurchases", label: "Post purchases", unit: number, better: "up",
    definition: "Number of paid posts and media links sold in the range.",
  },
  {
    key: "activeSubscribers", label: "Active subscribers", unit: number, better: "up",
    definition: "Last known number of subscribers at the end of the range. Unknown while any model has no count.",
  },
];

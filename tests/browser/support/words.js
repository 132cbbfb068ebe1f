// Figures as the page should write them, from Intl alone and not from the page's own code.

const dollars = new Intl.NumberFormat("en-US", { style: "currency", currency: "USD" });
const whole = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const two = new Intl.NumberFormat("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const one = new Intl.NumberFormat("en-US", { maximumFractionDigits: 1 });

const orDash = (write) => (value) => (value === null ? "–" : write(value));

export const money = orDash((value) => dollars.format(value));
export const count = orDash((value) => whole.format(value));
const ratio = orDash((value) => two.format(value));
const share = orDash((value) => `${one.format(value)} %`);

/** Each card's label and how its value is written, by key of `kpiMetrics`. */
export const CARDS = {
  totalRevenue: ["Total revenue", money], netRevenue: ["Net revenue", money], grossSales: ["Gross sales", money],
  refunds: ["Refunds", money], platformFees: ["Platform fees", money], transactionCount: ["Transactions", count],
  payers: ["Payers", count], newFans: ["New fans", count], activeSubscribers: ["Active subscribers", count],
  arpu: ["ARPU", money], arppu: ["ARPPU", money], ltv: ["LTV", money], tipAverage: ["Average tip", money],
  goldenRatio: ["Golden ratio", ratio], messagePurchases: ["Message purchases", count],
  postPurchases: ["Post purchases", count], messageConversionRate: ["Message buyers", share],
  ppvConversionRate: ["Post buyers", share],
};

/** The cards of a page: texts of values by label. */
export const cardsOf = (page) => page.$$eval(".card", (cards) => Object.fromEntries(cards.map((card) =>
  [card.querySelector(".card-label").textContent, card.querySelector(".card-value").textContent])));

/** What the cards should say of an answer, of those that are shown. */
export function expectedCards(shown, { kpiMetrics }) {
  const known = Object.entries(CARDS).filter(([, [label]]) => label in shown);
  return Object.fromEntries(known.map(([key, [label, write]]) => [label, write(kpiMetrics[key])]));
}

/** Whole cents of a text like "-$1,234.50". */
export const centsOf = (text) => Math.round(Number(text.replace(/[$,]/g, "")) * 100);

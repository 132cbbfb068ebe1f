// What the page shows is what the API answers, for every filter.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, test } from "node:test";

import { alterAnswers, answered, openPage, press, rowsOf, textsOf } from "../support/browser.js";
import { cardsOf, CARDS, centsOf, expectedCards, money } from "../support/words.js";

const PRESETS = ["7d", "30d", "90d", "1y", "all"];
const MORE = ["today", "yesterday", "28d", "91d", "month", "lastMonth", "year"];
const centsIn = (dollars) => Math.round(dollars * 100);
const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);

/** Checks every widget against one answer: cards, chart, breakdown, caption, heading. */
async function matches(page, body, net = false) {
  const cards = await cardsOf(page);
  assert.ok(Object.keys(cards).length >= 8);
  assert.deepEqual(cards, expectedCards(cards, body));
  const rows = await rowsOf(page, "revenue-table");
  assert.equal(rows.length, body.chartData.length);
  const totals = rows.map((row) => centsOf(row[7]));
  assert.deepEqual(totals, body.chartData.map((point) => centsIn(net ? point.net.total : point.total)));
  assert.equal(sum(totals), centsIn(net ? body.kpiMetrics.netRevenue : body.kpiMetrics.totalRevenue));
  const parts = rows.map((row) => sum(row.slice(1, 7).map(centsOf)));
  assert.deepEqual(parts, totals, "the types add up to the total");
  const amounts = await textsOf(page, ".category-amount");
  assert.deepEqual(amounts, body.categoryBreakdown.map(({ amount, net: after }) => money(net ? after : amount)));
}

const days = new Intl.DateTimeFormat("en-US", { timeZone: "UTC", month: "short", day: "numeric", year: "numeric" });

/** The heading names the window that the answer is about. */
async function basisNames(page, { startDate, endDate, timezone }) {
  const basis = await page.textContent("#basis");
  const wanted = days.formatRange(new Date(`${startDate}T00:00:00Z`), new Date(`${endDate}T00:00:00Z`));
  // Node and the browser may write the spaces around the dash differently.
  const plain = (text) => text.replace(/\s/g, " ");
  assert.ok(plain(basis).startsWith(`${plain(wanted)} · ${timezone}`), `${basis} names ${wanted}`);
}

export const figuresTests = (suite) => describe("figures", () => {
  let opened;
  before(async () => { opened = await openPage(suite.browser, suite.demo, "/?tab=fanvue&timeRange=7d"); });
  after(() => opened.close());

  for (const preset of [...PRESETS, ...MORE]) {
    test(`the preset ${preset} shows its days and their figures`, async () => {
      const { page } = opened;
      const body = await answered(page, () => page.goto(`${suite.demo.url}/?tab=fanvue&timeRange=${preset}`));
      await matches(page, body);
      await basisNames(page, body.meta);
    });
  }

  test("custom days are chosen by hand and kept in the address", async () => {
    const { page } = opened;
    await answered(page, () => page.goto(`${suite.demo.url}/?tab=fanvue&timeRange=30d`));
    await answered(page, () => page.selectOption("#range-more", "custom"));
    const daysAgo = (days) => new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);
    const [first, last] = [daysAgo(20), daysAgo(1)];
    await answered(page, () => page.fill("#first-day", first));
    const body = await answered(page, () => page.fill("#last-day", last));
    assert.deepEqual([body.meta.startDate, body.meta.endDate], [first, last]);
    assert.match(page.url(), new RegExp(`startDate=${first}&endDate=${last}`));
    await matches(page, body);
  });

  test("d157_caption_ignores_window_the_caption_names_the_days_of_the_answer", async () => {
    const { page } = opened;
    for (const preset of ["all", "7d"]) {
      const body = await answered(page, () => page.goto(`${suite.demo.url}/?tab=fanvue&timeRange=${preset}`));
      await basisNames(page, body.meta);
      const finding = await page.textContent("#chart-finding");
      assert.ok(finding.includes(money(body.kpiMetrics.totalRevenue)));
    }
  });

  test("d149_many_sources_every_widget_of_both_tabs_shows_one_answer_of_one_endpoint", async () => {
    const { page } = opened;
    const fanvue = await answered(page, () => page.goto(`${suite.demo.url}/?tab=fanvue`));
    await matches(page, fanvue);
    const before = await cardsOf(page);
    await page.click("#tabs >> text=Overview");
    await page.waitForSelector("#models-panel:not([hidden])");
    const after = await cardsOf(page);
    const shared = Object.keys(after).filter((label) => label in before);
    assert.ok(shared.length >= 8);
    for (const label of shared) assert.equal(after[label], before[label], label);
  });

  test("the page's numbers equal those that another caller is answered", async () => {
    const { page } = opened;
    // New sales keep arriving, so a reading is taken again until none came in between.
    for (let tries = 0; ; tries += 1) {
      await page.goto(`${suite.demo.url}/?tab=fanvue&timeRange=90d`);
      await page.waitForSelector(".card:not([aria-busy])");
      const shown = await cardsOf(page);
      const asked = await suite.demo.api("/api/analytics/dashboard?timeRange=90d");
      try {
        assert.deepEqual(shown, expectedCards(shown, asked));
        return;
      } catch (error) {
        if (tries === 3) throw error;
      }
    }
  });

  test("d150_widgets_ignore_filter_a_model_changes_every_widget_of_the_tab", async () => {
    const { page, notes } = opened;
    await answered(page, () => page.goto(`${suite.demo.url}/?tab=fanvue`));
    const { models } = await suite.demo.api("/api/models");
    notes.requests.length = 0;
    const fans = page.waitForResponse((response) => response.url().includes("/top-fans"));
    const body = await answered(page, () => page.selectOption("#model-select", models[0].modelId));
    await fans;
    assert.equal(body.meta.modelId, models[0].modelId);
    await matches(page, body);
    assert.equal(await page.textContent("#scope"), models[0].displayName);
    const asked = notes.requests.filter((address) => !address.startsWith("/api/models"));
    assert.ok(asked.length === 2 && asked.every((address) => address.includes(models[0].modelId)), asked.join("\n"));
    const single = await page.waitForFunction((name) => {
      const cells = [...document.querySelectorAll("#fans-table tbody td:last-child")];
      return cells.length > 0 && cells.every((cell) => cell.textContent.includes(name));
    }, models[0].displayName);
    assert.ok(single);
  });

  test("net and gross change the cards, the chart and the breakdown together", async () => {
    const { page } = opened;
    const body = await answered(page, () => page.goto(`${suite.demo.url}/?tab=overview`));
    assert.deepEqual((await textsOf(page, ".card-label")).slice(0, 2), ["Total revenue", "Net revenue"]);
    await press(page, "g");
    await page.waitForFunction(() => document.querySelector("#chart-title").textContent.startsWith("Net"));
    assert.match(page.url(), /money=net/);
    assert.deepEqual((await textsOf(page, ".card-label")).slice(0, 2), ["Net revenue", "Total revenue"]);
    await matches(page, body, true);
  });

  test("buckets, comparison and zone are asked for as they are chosen", async () => {
    const { page } = opened;
    await answered(page, () => page.goto(`${suite.demo.url}/?tab=overview`));
    const weeks = await answered(page, () => page.selectOption("#granularity-select", "week"));
    assert.equal(weeks.meta.granularity, "week");
    const year = await answered(page, () => page.selectOption("#compare-select", "year"));
    assert.ok(year.comparison.startDate < weeks.comparison.startDate);
    const utc = await answered(page, () => page.selectOption("#zone-select", "UTC"));
    assert.equal(utc.meta.timezone, "UTC");
    await matches(page, utc);
    const none = await answered(page, () => page.selectOption("#compare-select", "none"));
    assert.equal(none.comparison, null);
    assert.ok((await textsOf(page, ".card-change")).every((text) => text.includes("no comparison")));
  });

  test("back and forward go through the filters", async () => {
    const { page } = opened;
    await answered(page, () => page.goto(`${suite.demo.url}/?tab=overview`));
    await answered(page, () => press(page, "w"));
    await answered(page, () => press(page, "n"));
    const chosen = () => page.$eval("#range-presets input:checked", (input) => input.value);
    assert.equal(await chosen(), "90d");
    await page.goBack();
    await page.waitForFunction(() => document.querySelector("#range-presets input:checked").value === "7d");
    await page.goForward();
    await page.waitForFunction(() => document.querySelector("#range-presets input:checked").value === "90d");
    await page.waitForFunction(() => !document.querySelector("#main").hasAttribute("data-outdated"));
    const weeks = (await rowsOf(page, "revenue-table")).length;
    assert.ok(weeks === 13 || weeks === 14, `${weeks} weeks in 90 days`);
  });

  test("a card says its figure, its change and what it is compared with in one sentence", async () => {
    const { page } = opened;
    const body = await answered(page, () => page.goto(`${suite.demo.url}/?tab=overview`));
    const name = await page.getAttribute(".card", "aria-label");
    const spoken = new Intl.NumberFormat("en-US", { minimumFractionDigits: 2 }).format(body.kpiMetrics.totalRevenue);
    assert.ok(name.startsWith(`Total revenue, ${spoken} dollars, `), name);
    assert.match(name, /(up|down) [\d.,]+ % against the previous 30 days$|unchanged/);
    const openapi = await suite.demo.api("/openapi.json");
    const described = openapi.components.schemas.KpiMetrics.properties;
    for (const [key, [label]] of Object.entries(CARDS)) {
      const definition = await page.$eval(`#about-${key}`, (node) => node.textContent).catch(() => null);
      if (definition) assert.ok(described[key].description.startsWith(definition), label);
    }
  });

  test("the file of a table holds what is shown, and its total is the card's", async () => {
    const { page } = opened;
    const body = await answered(page, () => page.goto(`${suite.demo.url}/?tab=overview&timeRange=7d`));
    const download = page.waitForEvent("download");
    await page.click("button[aria-label='Download Revenue over time as CSV']");
    const file = await download;
    assert.equal(file.suggestedFilename(), `tidemark-revenue-${body.meta.startDate}-${body.meta.endDate}.csv`);
    const lines = (await readFile(await file.path(), "utf8")).replace("\ufeff", "").trim().split("\r\n").map((line) => line.split(","));
    assert.deepEqual(lines[0].slice(0, 2), ["Day", "Subscriptions"]);
    assert.equal(lines.length, 1 + 7 + 1);
    assert.equal(Number(lines.at(-1)[7]), body.kpiMetrics.totalRevenue);
  });

  test("unknown is a dash and zero is 0", async () => {
    const change = (body) => {
      Object.assign(body.kpiMetrics, { activeSubscribers: null, refunds: 0, newFans: 0 });
      for (const point of body.chartData) point.subscribers = null;
      return body;
    };
    const { page, close } = await openPage(suite.browser, suite.demo, "/", { prepare: (fresh) => alterAnswers(fresh, change) });
    const cards = await cardsOf(page);
    assert.deepEqual([cards["Active subscribers"], cards.Refunds, cards["New fans"]], ["–", "$0.00", "0"]);
    assert.ok((await rowsOf(page, "audience-table")).every((row) => row[1] === "–"));
    await close();
  });

  test("figures and dates are written as the reader's language does", async () => {
    const { page, close } = await openPage(suite.browser, suite.demo, "/?timeRange=90d", { locale: "de-DE" });
    assert.match((await cardsOf(page))["Total revenue"], /^[\d.]+,\d\d\s\$$/);
    assert.match(await page.textContent("#basis"), /\d{1,2}\. \p{L}+/u);
    await close();
  });
});

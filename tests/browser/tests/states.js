// What is not a figure: first sync, empty, stale and error are four different pictures, and the
// state of the machinery is shown as it is.

import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { alterAnswers, openPage, rowsOf } from "../support/browser.js";

/** Answers of the four states, made of a true one. */
export const STATES = {
  never: (body) => {
    const never = { asOf: null, ageSeconds: null, state: "never" };
    const { freshness, coverage } = body.meta;
    for (const family of Object.values(freshness)) Object.assign(family, never);
    for (const model of coverage.models) model.state = "backfilling";
    return emptied(Object.assign(body, { meta: { ...body.meta, coverage: { ...coverage, complete: false } } }));
  },
  empty: (body) => emptied(body),
  stale: (body) => {
    const family = body.meta.freshness.transactions;
    Object.assign(family, { asOf: new Date(Date.now() - 7_200_000).toISOString(), ageSeconds: 7_200, state: "stale" });
    return body;
  },
};

/** How the endpoint fails. */
export const FAILURE = {
  status: 503, contentType: "application/json",
  body: JSON.stringify({ error: { code: "database", message: "the database cannot be reached" } }),
};

function emptied(body) {
  for (const [key, value] of Object.entries(body.kpiMetrics)) body.kpiMetrics[key] = value === null ? null : 0;
  for (const point of body.chartData) for (const key of Object.keys(point)) if (typeof point[key] === "number") point[key] = 0;
  return { ...body, categoryBreakdown: [], comparison: null };
}

export const openState = (suite, state, options = {}) => openPage(suite.browser, suite.demo, "/", {
  ready: false, ...options,
  prepare: (page) => (state === "error"
    ? page.route("**/api/analytics/dashboard?*", (route) => route.fulfill(FAILURE))
    : alterAnswers(page, STATES[state])),
});

const visible = (page, selector) => page.locator(selector).isVisible();

export const stateTests = (suite) => describe("states", () => {
  test("d148_errors_as_zero_first_sync_empty_stale_and_error_are_four_different_screens", async () => {
    const pictures = new Map();
    for (const state of ["never", "empty", "stale", "error"]) {
      const { page, close } = await openState(suite, state);
      await page.waitForFunction(() => document.querySelector("#main").dataset.screen !== "loading");
      pictures.set(state, {
        screen: await page.getAttribute("#main", "data-screen"),
        cards: await visible(page, "#cards"),
        chart: await visible(page, "#chart-plot"),
        notice: await page.locator("#notices").textContent(),
        title: (await visible(page, "#screen")) ? await page.textContent("#screen-title") : null,
        empty: await visible(page, "#empty"),
      });
      await close();
    }
    const { never, empty, stale, error } = Object.fromEntries(pictures);
    assert.deepEqual([never.screen, never.cards, never.title], ["never", false, "The first sync is running"]);
    assert.deepEqual([empty.screen, empty.cards, empty.chart, empty.empty], ["empty", true, false, true]);
    assert.deepEqual([stale.screen, stale.cards, stale.chart], ["figures", true, true]);
    assert.match(stale.notice, /Transactions are stale: complete up to .*, 2 h ago/);
    assert.deepEqual([error.screen, error.cards, error.title], ["error", false, "The figures could not be loaded"]);
  });

  test("d153_missing_response_member_an_answer_that_lacks_one_is_an_error_and_no_zero", async () => {
    const { page, notes, close } = await openPage(suite.browser, suite.demo, "/", {
      ready: false, prepare: (fresh) => alterAnswers(fresh, ({ kpiMetrics, ...rest }) => rest),
    });
    await page.waitForSelector("#main[data-screen=error]");
    assert.match(await page.textContent("#screen-text"), /lacks kpiMetrics/);
    assert.deepEqual(notes.errors, []);
    await close();
  });

  test("d154_null_is_healthy_what_was_never_synced_is_said_to_be_so", async () => {
    const { page, close } = await openPage(suite.browser, suite.demo, "/?tab=system", {
      prepare: async (fresh) => {
        await alterAnswers(fresh, STATES.never);
        await alterAnswers(fresh, (body) => {
          for (const stream of body.models) stream.asOf = null;
          return { ...body, jobs: [] };
        }, "**/api/status");
      },
    });
    await page.waitForSelector("#streams-table tbody tr");
    assert.ok((await rowsOf(page, "streams-table")).every((row) => row[7] === "never read"));
    assert.ok((await rowsOf(page, "schedules-table")).every((row) => row[4] === "never run"));
    const badges = await page.$$eval(".badge", (nodes) => nodes.map((node) => [node.dataset.state, node.textContent]));
    assert.ok(badges.every(([state, text]) => state === "never" && text.includes("never synced")), JSON.stringify(badges));
    await close();
  });

  test("d156_static_widgets_every_list_of_the_system_tab_is_what_the_status_says", async () => {
    const { page, close } = await openPage(suite.browser, suite.demo, "/?tab=system");
    await page.waitForSelector("#runs-table tbody tr");
    const status = await page.evaluate(() => fetch("/api/status").then((response) => response.json()));
    const lengths = {
      connections: status.connections.length, rates: status.rateBudget.length, streams: status.models.length,
      drifts: status.drifts.length, schedules: 4,
    };
    for (const [name, length] of Object.entries(lengths)) {
      assert.equal((await rowsOf(page, `${name}-table`)).length, length, name);
    }
    const schedules = await rowsOf(page, "schedules-table");
    assert.deepEqual(schedules.map((row) => row[1]), ["15 min", "5 min", "6 h", "6 h"]);
    assert.ok(schedules.every((row) => /^in \d/.test(row[2])), JSON.stringify(schedules));
    assert.ok((await rowsOf(page, "runs-table")).length > 0);
    await close();
  });

  test("a part that cannot be loaded says so and takes no other with it", async () => {
    const { page, close } = await openPage(suite.browser, suite.demo, "/", {
      prepare: (fresh) => fresh.route("**/api/analytics/top-fans?*", (route) => route.fulfill(FAILURE)),
    });
    await page.waitForFunction(() => document.querySelector("#fans-note").textContent.includes("could not be loaded"));
    assert.ok(await visible(page, "#chart-plot"));
    assert.equal(await visible(page, "#notices"), false);
    await close();
  });

  test("a selection that does not exist leads back by one press", async () => {
    const { page, close } = await openPage(suite.browser, suite.demo, "/?timeRange=fortnight", { ready: false });
    await page.waitForSelector("#main[data-screen=error]");
    assert.equal(await page.textContent("#screen-title"), "This selection is not possible");
    await page.click("#screen-actions button");
    await page.waitForSelector("#main[data-screen=figures]");
    await close();
  });
});

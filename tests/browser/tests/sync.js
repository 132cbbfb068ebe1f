// Sync Data: what it says is what the runs reported.

import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { openPage } from "../support/browser.js";

const rowsOf = (reports, name) => reports.reduce((sum, report) => sum + report.rows[name], 0);

/** Presses a button, and returns what the panel says at the end and the reports of all steps. */
async function syncBy(page, press) {
  const steps = [];
  page.on("response", (response) => {
    if (new URL(response.url()).pathname === "/api/sync" && response.ok()) steps.push(response.json());
  });
  await press();
  await page.waitForSelector("#sync-dismiss:not([hidden])", { timeout: 60_000 });
  return { text: await page.textContent("#sync-text"), reports: await Promise.all(steps) };
}

const refusal = (status, code, message) => ({
  status, contentType: "application/json", body: JSON.stringify({ error: { code, message } }),
});

export const syncTests = (suite) => describe("Sync Data", () => {
  test("d155_manual_sync_lies_the_result_is_the_counts_of_the_run_and_the_page_shows_them", async () => {
    const { page, close } = await openPage(suite.browser, suite.demo);
    const before = await page.textContent(".card-value");
    for (const cents of [12_301, 12_302, 12_303]) await suite.demo.sell(cents);
    const { text, reports } = await syncBy(page, () => page.click("#sync-button"));
    const [inserted, changed] = [rowsOf(reports, "inserted"), rowsOf(reports, "changed")];
    if (inserted + changed > 0) assert.equal(text, `Sync finished: ${inserted} new, ${changed} changed`);
    else assert.equal(text, "Sync finished: nothing new");
    // The demo's own sync may have been first with these sales; on the page they are either way.
    await page.waitForFunction((old) => document.querySelector(".card-value").textContent !== old, before);
    const total = await page.evaluate(() => Number(document.querySelector(".card-value").textContent.replace(/[$,]/g, "")));
    assert.ok(total >= Number(before.replace(/[$,]/g, "")) + 369.06 - 0.001);
    await close();
  });

  test("a full sync is chosen from the menu, by keys alone", async () => {
    const { page, close } = await openPage(suite.browser, suite.demo);
    const bodies = [];
    page.on("request", (request) => request.url().endsWith("/api/sync") && bodies.push(request.postDataJSON()));
    const { text, reports } = await syncBy(page, async () => {
      await page.focus("#sync-more");
      await page.keyboard.press("Enter");
      await page.keyboard.press("Tab");
      await page.keyboard.press("Tab");
      await page.keyboard.press("Enter");
    });
    assert.ok(bodies.length > 0 && bodies.every((body) => body.full === true), JSON.stringify(bodies));
    assert.match(text, /^Sync finished: /);
    assert.ok(rowsOf(reports, "fetched") > 3_000, "the whole history was read");
    await close();
  });

  test("a sync that may not be, or fails, says what to do", async () => {
    const cases = [
      [refusal(403, "forbidden", "this needs the role manager or owner"), /stopped: this needs the role/, /Only owners and managers/],
      [{ status: 200, json: {
        job: "sync-transactions", outcome: "failed", done: true, rows: { fetched: 0, inserted: 0, changed: 0, quarantined: 0 },
        progress: { completed: 0, total: 3 }, errors: [{ modelId: null, code: "reconnect", message: "the grant was revoked" }],
      } }, /^The sync failed: the grant was revoked$/, /Connect the Fanvue account again/],
    ];
    for (const [answer, text, help] of cases) {
      const { page, close } = await openPage(suite.browser, suite.demo, "/", {
        prepare: (fresh) => fresh.route("**/api/sync", (route) => route.fulfill(answer)),
      });
      const said = await syncBy(page, () => page.click("#sync-button"));
      assert.match(said.text, text);
      assert.match(await page.textContent("#sync-help"), help);
      assert.equal(await page.getAttribute("#sync-panel", "data-tone"), "error");
      await close();
    }
  });
});

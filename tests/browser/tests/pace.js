// How the page keeps up: its refresh, what the refresh leaves alone, and what it costs.

import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { dashboardRequests, figures, openPage, press } from "../support/browser.js";
import { openClocked, setHidden, settled } from "../support/clock.js";

export const paceTests = (suite) => describe("pace", () => {
  test("d151_render_loops_and_a_new_sale_appears_without_reload_leaving_focus_scroll_selection_and_tooltip", async () => {
    // Real time and a real server: the address asks for a refresh every ten seconds.
    const { page, notes, close } = await openPage(suite.browser, suite.demo, "/?refresh=10");
    await page.waitForSelector("#fans-table tbody tr");
    await settled(page);
    await page.click("#chart-finding + ul + .plot + .twin summary");
    await page.evaluate(() => {
      window.scrollTo(0, 300);
      document.querySelector("#revenue-table").closest(".table-scroll").scrollTop = 120;
    });
    await page.focus(".card .about");
    await page.keyboard.press("Enter");
    await page.evaluate(() => {
      const cell = document.querySelector("#revenue-table tbody tr:nth-child(3) td:nth-child(2)");
      getSelection().selectAllChildren(cell);
      window.kept = { focus: document.activeElement, card: document.querySelector(".card"), drawn: 0 };
      new MutationObserver(() => { window.kept.drawn += 1; }).observe(document.querySelector("#chart-drawing"), { childList: true });
    });
    const seen = () => page.evaluate(() => ({
      focus: document.activeElement === window.kept.focus, card: document.querySelector(".card") === window.kept.card,
      scroll: scrollY, tableScroll: document.querySelector("#revenue-table").closest(".table-scroll").scrollTop,
      selection: getSelection().toString(), tooltip: document.querySelectorAll(":popover-open").length,
    }));
    const before = { ...(await seen()), total: await page.textContent(".card-value") };
    assert.ok(before.focus && before.tooltip === 1 && before.selection !== "" && before.scroll > 0);
    await suite.demo.sell(43_210);
    await suite.demo.sync();
    const asked = dashboardRequests(notes).length;
    notes.lines.length = 0;
    await page.waitForFunction((total) => document.querySelector(".card-value").textContent !== total, before.total, { timeout: 15_000 });
    await settled(page);
    const { total, ...rest } = before;
    assert.deepEqual(await seen(), rest);
    assert.equal(dashboardRequests(notes).length, asked + 1, "one request however many cards");
    assert.deepEqual(notes.lines, ["[Overview] Auto-refreshing data..."]);
    assert.equal(await page.evaluate(() => window.kept.drawn), 1, "drawn once");
    await page.waitForFunction(() => document.querySelector("#announcement").textContent.includes("+"));
    assert.match(await page.textContent("#announcement"), /^Updated \d\d:\d\d, \+[\d,]+\.\d\d dollars/);
    await close();
  });

  test("an idle page asks once every two minutes and says so in the console", async () => {
    const { page, notes, close } = await openClocked(suite, "/?tab=fanvue");
    await settled(page);
    notes.requests.length = 0;
    await page.clock.runFor(115_000);
    assert.deepEqual(notes.requests, []);
    assert.match(await page.textContent("#next-refresh"), /^Next refresh in 0:0\d$/);
    for (const round of [1, 2, 3]) {
      const answer = page.waitForResponse((response) => response.url().includes("/dashboard"));
      await page.clock.runFor(round === 1 ? 6_000 : 121_000);
      await answer;
      await settled(page);
      assert.equal(dashboardRequests(notes).length, round);
    }
    assert.deepEqual(notes.lines, Array(3).fill("[Fanvue] Auto-refreshing data..."));
    await close();
  });

  test("an unchanged answer is a 304 and draws nothing", async () => {
    for (let tries = 0; ; tries += 1) {
      const { page, close } = await openPage(suite.browser, suite.demo);
      await page.waitForSelector("#fans-table tbody tr");
      await settled(page);
      await page.evaluate(() => {
        window.drawn = 0;
        new MutationObserver(() => { window.drawn += 1; }).observe(document.querySelector("#figures"), { childList: true, subtree: true });
      });
      const answer = page.waitForResponse((response) => response.url().includes("/dashboard"));
      await press(page, "r");
      const status = (await answer).status();
      // why: the demo syncs by itself each minute, which is a true change; a page that still draws it is no use
      if (status !== 304 && tries < 3) {
        await close();
        continue;
      }
      assert.equal(status, 304);
      await settled(page);
      assert.equal(await page.evaluate(() => window.drawn), 0);
      await close();
      break;
    }
  });

  test("a paused page does not ask, and a hidden one neither, until it returns", async () => {
    const { page, notes, close } = await openClocked(suite, "/");
    await settled(page);
    await page.click("#pause-button");
    assert.equal(await page.textContent("#next-refresh"), "Refresh paused");
    notes.requests.length = 0;
    await page.clock.fastForward(600_000);
    assert.deepEqual(notes.requests, []);
    await page.click("#pause-button");
    await settled(page);
    assert.equal(dashboardRequests(notes).length, 1);
    await setHidden(page, true);
    await page.clock.fastForward(600_000);
    assert.equal(dashboardRequests(notes).length, 1);
    const answer = page.waitForResponse((response) => response.url().includes("/dashboard"));
    await setHidden(page, false);
    await answer;
    await settled(page);
    assert.equal(dashboardRequests(notes).length, 2);
    await close();
  });

  test("d146_badge_measures_fetch_the_badge_ages_with_the_data_and_turns_late_and_stale", async () => {
    const { page, close } = await openClocked(suite, "/");
    await settled(page);
    const badge = () => page.$eval(".badge", (node) => ({ state: node.dataset.state, text: node.textContent }));
    assert.equal((await badge()).state, "fresh");
    // From now on the sync is dead, whatever the page asks: the answers stay as they are.
    await page.route("**/api/**", (route) => route.fulfill({ status: 304 }));
    await page.clock.fastForward(16 * 60_000);
    await page.clock.runFor(2_000);
    await settled(page);
    assert.equal((await badge()).state, "late");
    assert.match((await badge()).text, /late 1[67] min old/);
    await page.clock.fastForward(15 * 60_000);
    await page.clock.runFor(2_000);
    await settled(page);
    assert.equal((await badge()).state, "stale");
    assert.match(await page.textContent("#notices"), /Transactions are stale/);
    await close();
  });

  test("d147_headline_frozen_cards_and_charts_change_together", async () => {
    const { page, close } = await openPage(suite.browser, suite.demo, "/?timeRange=all");
    const shown = () => page.evaluate(() => ({
      card: document.querySelector(".card-value").textContent,
      table: document.querySelector("#revenue-table tfoot td:nth-child(8)").textContent,
      caption: document.querySelector("#chart-finding").textContent,
    }));
    const before = await shown();
    await suite.demo.sell(77_700);
    await suite.demo.sync();
    await press(page, "r");
    await page.waitForFunction((card) => document.querySelector(".card-value").textContent !== card, before.card);
    const after = await shown();
    assert.notEqual(after.table, before.table);
    assert.equal(after.card, after.table);
    assert.ok(after.caption.includes(after.card));
    await close();
  });

  test("500 refreshes leave the memory flat", async () => {
    const { page, context, close } = await openPage(suite.browser, suite.demo);
    const session = await context.newCDPSession(page);
    // As in a long day: most find nothing new, and every fifth shows another range and draws everything again.
    const refresh = (times) => page.evaluate(async (rounds) => {
      const plan = document.querySelector("#next-refresh");
      const wait = () => new Promise((resolve) => { setTimeout(resolve, 4); });
      for (let done = 0; done < rounds; done += 1) {
        const key = done % 5 > 0 ? "r" : ["w", "t"][(done / 5) % 2];
        document.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
        while (!plan.textContent.startsWith("Next refresh")) await wait();
      }
    }, times);
    const measure = async () => {
      await session.send("HeapProfiler.collectGarbage");
      const { usedSize } = await session.send("Runtime.getHeapUsage");
      const { nodes, jsEventListeners } = await session.send("Memory.getDOMCounters");
      return { usedSize, nodes, jsEventListeners };
    };
    // The browser's own lists of past requests fill up first.
    await refresh(100);
    const before = await measure();
    await refresh(500);
    const after = await measure();
    console.log(`memory over 500 refreshes: ${before.usedSize} to ${after.usedSize} bytes of heap, `
      + `${before.nodes} to ${after.nodes} nodes, ${before.jsEventListeners} to ${after.jsEventListeners} listeners`);
    assert.ok(after.usedSize - before.usedSize < 500_000, "the heap grows");
    assert.ok(after.nodes - before.nodes < 200, "nodes are kept");
    assert.equal(after.jsEventListeners, before.jsEventListeners);
    await close();
  });

  test("the first figures and a switch of a filter are quick (printed, and only far too slow fails)", async () => {
    const { page, close } = await openPage(suite.browser, suite.demo);
    await page.reload();
    await figures(page);
    const first = await page.evaluate(() => performance.getEntriesByName("tidemark:figures")[0].startTime);
    const switches = [];
    for (const key of "wntwnt") {
      const begun = await page.evaluate(() => performance.now());
      await press(page, key);
      await figures(page);
      switches.push(await page.evaluate(() => performance.getEntriesByName("tidemark:figures").at(-1).startTime) - begun);
    }
    console.log(`figures ${first.toFixed(0)} ms after navigation; filter switches ${switches.map((time) => time.toFixed(0)).join(", ")} ms`);
    assert.ok(first < 3_000 && Math.max(...switches) < 1_500);
    await close();
  });
});

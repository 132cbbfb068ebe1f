// The live mode: a sale is seen within seconds, for requests that mostly find nothing new.

import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { dashboardRequests, openPage, press } from "../support/browser.js";
import { openClocked, setHidden, settled } from "../support/clock.js";

const DASHBOARD = "/api/analytics/dashboard";
const isDashboard = (message) => new URL(message.url()).pathname === DASHBOARD;
const POLL_MS = 5_000;

const pressed = (page) => page.getAttribute("#live-button", "aria-pressed");

/** Notes `{status, tag}` of each answer about the figures: whether they were asked for by their tag. */
function noteAnswers(page) {
  const answers = [];
  page.on("response", (response) => isDashboard(response)
    && answers.push({ status: response.status(), tag: response.request().headers()["if-none-match"] }));
  return answers;
}

/** Turns the page's clock on by one poll and waits for its answer. */
async function nextPoll(page) {
  const answer = page.waitForResponse(isDashboard);
  await page.clock.runFor(POLL_MS + 500);
  await answer;
  await settled(page);
}

export const liveTests = (suite) => describe("live", () => {
  test("a sale appears within two polls, without reload and with the focus where it was", async () => {
    const { page, close } = await openPage(suite.browser, suite.demo);
    await page.waitForSelector("#fans-table tbody tr");
    await page.click("#live-button");
    assert.match(page.url(), /\?refresh=live$/);
    assert.equal(await pressed(page), "true");
    await settled(page);
    await page.focus(".card .about");
    await page.evaluate(() => { window.kept = document.activeElement; });
    const answers = noteAnswers(page);
    await page.waitForResponse((response) => isDashboard(response) && response.status() === 304, { timeout: 4 * POLL_MS });
    const before = await page.textContent(".card-value");
    await suite.demo.sell(54_321);
    await suite.demo.sync();
    const began = Date.now();
    await page.waitForFunction((total) => document.querySelector(".card-value").textContent !== total, before, { timeout: 2 * POLL_MS + 2_000 });
    console.log(`a sale that is in the ledger is on a live page after ${Date.now() - began} ms`);
    assert.ok(await page.evaluate(() => window.kept && document.activeElement === window.kept), "no reload, and the same focus");
    assert.ok(answers.length >= 2 && answers.every(({ tag }) => tag), JSON.stringify(answers));
    await close();
  });

  test("a live page asks while it is seen and until it is turned off or paused", async () => {
    const { page, notes, close } = await openClocked(suite, "/?refresh=live&timeRange=7d");
    await settled(page);
    const asked = () => dashboardRequests(notes).length;
    const quiet = async (milliseconds, why) => {
      const before = asked();
      await page.clock.fastForward(milliseconds);
      await settled(page);
      assert.equal(asked(), before, why);
    };
    await nextPoll(page);
    await nextPoll(page);
    assert.equal(asked(), 3);
    assert.match(await page.textContent("#next-refresh"), /^Next refresh in 0:0[345]$/);

    await setHidden(page, true);
    await page.clock.fastForward(600_000);
    assert.equal(asked(), 3, "nobody sees it");
    const answer = page.waitForResponse(isDashboard);
    await setHidden(page, false);
    await answer;
    await settled(page);

    await press(page, "u");
    assert.deepEqual([await pressed(page), await page.textContent("#next-refresh")], ["false", "Refresh paused"]);
    await quiet(600_000, "it is paused");
    await press(page, "v");
    await settled(page);
    assert.equal(await pressed(page), "true");
    await nextPoll(page);

    await press(page, "v");
    await settled(page);
    assert.deepEqual([await pressed(page), new URL(page.url()).search], ["false", "?timeRange=7d"]);
    await quiet(100_000, "it is turned off");
    await page.goBack();
    await settled(page);
    assert.equal(await pressed(page), "true", "back is the mode of before");
    await nextPoll(page);
    await close();
  });

  test("a live page asks for figures alone while they stay the same", async () => {
    const { page, notes, close } = await openClocked(suite, "/?tab=system&refresh=live");
    await page.waitForSelector("#runs-table tbody tr");
    await settled(page);
    await page.route(`**${DASHBOARD}?*`, (route) => route.fulfill({ status: 304 }));
    notes.requests.length = 0;
    for (let polls = 0; polls < 4; polls += 1) await nextPoll(page);
    assert.equal(dashboardRequests(notes).length, notes.requests.length, notes.requests.join());
    for (let polls = 0; polls < 4; polls += 1) await nextPoll(page);
    assert.equal(notes.requests.filter((address) => address === "/api/status").length, 1, "the rest half a minute later");
    await close();
  });
});

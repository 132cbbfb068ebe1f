// The server goes away and comes back while the page stays open.

import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { openPage, press } from "../support/browser.js";

export const outageTests = (suite) => describe("an outage", () => {
  test("keeps the last figures with their age, says what is wrong, and ends by itself", async () => {
    const { page, notes, close } = await openPage(suite.browser, suite.demo, "/?timeRange=7d");
    const before = await page.textContent(".card-value");
    await suite.demo.down();
    await press(page, "r");
    await page.waitForSelector("#notices:not([hidden])");
    assert.equal(await page.textContent(".card-value"), before, "the last figures stay");
    const notice = await page.textContent(".notice[data-tone=error]");
    assert.match(notice, /^Refresh failed: the server cannot be reached\. The figures below were received at \d\d:\d\d, \d+ s ago\./);
    assert.match(notice, /Trying again in 0:\d\d\./);
    assert.match(await page.textContent("#next-refresh"), /^Trying again in /);
    await suite.demo.up();
    // No press, no reload: the next try of the page finds the server.
    await page.waitForSelector("#notices", { state: "hidden", timeout: 60_000 });
    await page.waitForFunction(() => document.querySelector("#next-refresh").textContent.startsWith("Next refresh in "));
    assert.ok(notes.errors.every((line) => /ERR_(CONNECTION|EMPTY|INCOMPLETE)/.test(line)), notes.errors.join("\n"));
    await close();
  });
});

// Back from Fanvue: the page says once that the account is connected, and how far its history is read.

import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { alterAnswers, figures, openPage } from "../support/browser.js";
import { settled } from "../support/clock.js";

const notices = (page) => page.textContent("#notices");

/** Answers in which the first of the models is read and the others are not. */
const halfRead = (body) => {
  const { coverage } = body.meta;
  coverage.models.forEach((model, index) => { model.state = index === 0 ? "complete" : "backfilling"; });
  return { ...body, meta: { ...body.meta, coverage: { ...coverage, complete: false } } };
};

export const connectTests = (suite) => describe("connecting", () => {
  test("the way to Fanvue and back ends on the page, which says so once", async () => {
    const { page, close } = await openPage(suite.browser, suite.demo, "/", { own: true });
    await page.goto(`${suite.demo.url}/connect/fanvue`);
    assert.ok(page.url().startsWith(suite.demo.simulator), page.url());
    await page.click("text=Allow");
    await page.waitForURL(`${suite.demo.url}/`);
    await figures(page);
    assert.match(await notices(page), /Fanvue is connected; its history (has been read|is being read: \d+ of \d+ models? done)\./);
    await page.reload();
    await figures(page);
    assert.doesNotMatch(await notices(page), /is connected/);
    await close();
  });

  test("progress is followed within seconds until it is dismissed, and the rest of the address stays", async () => {
    const { page, close } = await openPage(suite.browser, suite.demo, "/?connected=1&timeRange=7d", {
      prepare: (fresh) => alterAnswers(fresh, halfRead),
    });
    await settled(page);
    assert.equal(new URL(page.url()).search, "?timeRange=7d");
    const { length } = (await suite.demo.api("/api/models")).models;
    assert.equal(await notices(page), `Fanvue is connected; its history is being read: 1 of ${length} models done.Dismiss`);
    await page.waitForFunction(() => document.querySelector("#announcement").textContent.includes("Fanvue is connected"));
    assert.match(await page.textContent("#next-refresh"), /^Next refresh in 0:0\d$/);
    await page.unroute("**/api/analytics/dashboard?*");
    await page.waitForFunction(() => document.querySelector("#notices").textContent.includes("its history has been read."));
    await page.click("#notices button");
    assert.equal(await page.evaluate(() => document.activeElement.id), "main");
    assert.ok(await page.locator("#notices").isHidden());
    await close();
  });

  test("a connection that Fanvue no longer accepts, and a failed sync, are said with the model's name", async () => {
    const { models: [first, second] } = await suite.demo.api("/api/models");
    const { page, close } = await openPage(suite.browser, suite.demo, "/", {
      prepare: (fresh) => alterAnswers(fresh, (body) => {
        Object.assign(body.models[0].sync, { state: "reconnect" });
        Object.assign(body.models[1].sync, { state: "failed", error: "rate_limited" });
        return body;
      }, "**/api/models"),
    });
    await page.waitForSelector("#notices a[href='/connect/fanvue']");
    const said = await notices(page);
    assert.ok(said.includes(`the connection of ${first.displayName}.`), said);
    assert.ok(said.includes(`The last sync of ${second.displayName} failed: rate_limited.`), said);
    await close();
  });
});

// Keyboard, screen readers, small windows, sign-in: everybody gets in and gets everything.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { describe, test } from "node:test";

import { answered, openPage, press } from "../support/browser.js";
import { openState } from "./states.js";

const AXE = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe finds on a page, as `rule: target` lines. Run by the driver, which the page's policy does not bind. */
async function violations(page) {
  if (!await page.evaluate(() => "axe" in window)) await page.evaluate(AXE);
  const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  return found.violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${target} ${failureSummary}`));
}

export async function inBothThemes(page, name) {
  for (const colorScheme of ["dark", "light"]) {
    // Without motion the colours are there at once.
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    assert.deepEqual(await violations(page), [], `${name}, ${colorScheme}`);
  }
}

export const accessTests = (suite) => describe("access", () => {
  test("axe finds nothing on any tab, in either theme", async () => {
    const ready = { overview: "#models-table tbody tr", fanvue: "#fans-table tbody tr", team: "#team-members-table tbody tr", system: "#runs-table tbody tr" };
    for (const [tab, part] of Object.entries(ready)) {
      const { page, notes, close } = await openPage(suite.browser, suite.demo, `/?tab=${tab}`);
      await page.waitForSelector(part);
      await page.$$eval("details", (all) => all.forEach((one) => { one.open = true; }));
      await inBothThemes(page, tab);
      assert.deepEqual([notes.errors, notes.foreign], [[], []], tab);
      await close();
    }
  });

  test("axe finds nothing in any state, in the help and on the sign-in page, in either theme", async () => {
    for (const state of ["never", "empty", "stale", "error"]) {
      const { page, close } = await openState(suite, state);
      await page.waitForFunction(() => ![undefined, "loading"].includes(document.querySelector("#main").dataset.screen));
      if (state === "empty") await press(page, "?");
      await inBothThemes(page, state);
      await close();
    }
    const { page, close } = await openPage(suite.browser, suite.demo, "/login?error=1", { signedIn: false });
    await inBothThemes(page, "login");
    await close();
  });

  test("the theme is chosen with its button and kept", async () => {
    const { page, close } = await openPage(suite.browser, suite.demo, "/", { own: true, colorScheme: "light" });
    const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const light = await background();
    await page.click("#theme-button");
    const dark = await background();
    assert.notEqual(dark, light);
    assert.equal(await page.getAttribute("#theme-button", "aria-label"), "Theme: dark");
    await page.reload();
    assert.equal(await background(), dark);
    await page.click("#theme-button");
    await page.click("#theme-button");
    assert.equal(await background(), light);
    await close();
  });

  test("keys alone reach every control, in the order of the page, and the focus is seen", async () => {
    const { page, close } = await openPage(suite.browser, suite.demo, "/?tab=fanvue");
    await page.evaluate(() => document.activeElement.blur());
    const reached = [];
    for (let presses = 0; presses < 90; presses += 1) {
      await page.keyboard.press("Tab");
      const focus = await page.evaluate(() => {
        const node = document.activeElement;
        const seen = getComputedStyle(node.matches(".segment input") ? node.nextElementSibling : node).outlineStyle !== "none";
        return { name: node.id || node.textContent.trim() || node.getAttribute("aria-label"), tag: node.tagName, seen };
      });
      if (focus.tag === "BODY") break;
      assert.ok(focus.seen, `the focus on ${focus.name} is not seen`);
      reached.push(focus.name);
    }
    const wanted = [
      "Skip to the figures", "Overview", "Team", "System", "sync-button", "sync-more", "theme-button", "help-button", "Sign out",
      "pause-button", "live-button", "model-select", "range-more", "granularity-select", "compare-select", "zone-select",
      "Show the figures as a table",
    ];
    const places = wanted.map((name) => reached.indexOf(name));
    assert.ok(places.every((place) => place >= 0), wanted.filter((name) => !reached.includes(name)).join());
    assert.deepEqual(places, [...places].sort((one, other) => one - other));
    await close();
  });

  test("every shortcut does what the help says", async () => {
    const { page, close } = await openPage(suite.browser, suite.demo, "/?tab=overview");
    const expected = {
      2: /tab=fanvue/, 3: /tab=team/, 4: /tab=system/, 1: /^(?!.*tab=)/, w: /timeRange=7d/, n: /timeRange=90d/, l: /timeRange=1y/, a: /timeRange=all/,
      d: /timeRange=today/, e: /timeRange=yesterday/, f: /timeRange=28d/, q: /timeRange=91d/, m: /timeRange=month/,
      p: /timeRange=lastMonth/, y: /timeRange=year/, c: /timeRange=custom/, t: /^(?!.*timeRange)/, g: /money=net/,
      i: /granularity=day/, x: /compare=year/, j: /tab=fanvue&modelId=/, k: /^(?!.*modelId)/, o: /^(?!.*money)/,
    };
    for (const key of [..."2341", ..."wnladefqmpyctgixjko"]) {
      await press(page, key);
      assert.match(new URL(page.url()).search, expected[key], key);
    }
    await press(page, "u");
    assert.equal(await page.textContent("#pause-button"), "Resume");
    await press(page, "u");
    for (const live of ["true", "false"]) {
      await press(page, "v");
      assert.equal(await page.getAttribute("#live-button", "aria-pressed"), live);
    }
    const answer = page.waitForResponse((response) => response.url().includes("/dashboard"));
    await press(page, "r");
    await answer;
    await press(page, "?");
    assert.ok(await page.locator("#help").isVisible());
    const listed = await page.$$eval("#help kbd", (keys) => keys.map((key) => key.textContent.toLowerCase()));
    assert.deepEqual([...listed].sort(), [...Object.keys(expected), "r", "u", "v", "?"].sort());
    await page.keyboard.press("Escape");
    assert.ok(!(await page.locator("#help").isVisible()));
    await close();
  });

  test("a modifier makes a press the browser's, and typing is typing", async () => {
    const { page, close } = await openPage(suite.browser, suite.demo, "/?tab=overview&timeRange=custom", { own: true });
    const before = page.url();
    for (const modifier of ["Control", "Alt", "Meta", "Shift"]) {
      for (const key of ["KeyY", "KeyG", "KeyX", "KeyI"]) {
        await page.evaluate(() => document.activeElement?.blur());
        await page.keyboard.press(`${modifier}+${key}`);
      }
    }
    assert.equal(page.url(), before);
    await page.focus("#zone-select");
    await page.keyboard.press("g");
    await page.focus("#first-day");
    await page.keyboard.press("g");
    assert.ok(!page.url().includes("money"));
    await press(page, "?");
    await page.click("#help-enabled");
    await page.keyboard.press("Escape");
    await press(page, "g");
    assert.ok(!page.url().includes("money"), "the shortcuts are off");
    await close();
  });

  test("the model table sorts by any column", async () => {
    const { page, close } = await openPage(suite.browser, suite.demo);
    await page.waitForSelector("#models-table tbody tr");
    const followers = () => page.$$eval("#models-table tbody tr", (rows) =>
      rows.map((row) => Number(row.children[2].textContent.replace(/,/g, ""))));
    await page.focus("#models-table th:nth-child(3) button");
    await page.keyboard.press("Enter");
    const falling = await followers();
    assert.deepEqual(falling, [...falling].sort((one, other) => other - one));
    assert.equal(await page.getAttribute("#models-table th:nth-child(3)", "aria-sort"), "descending");
    await page.keyboard.press("Enter");
    assert.deepEqual(await followers(), [...falling].reverse());
    await answered(page, () => page.click("#models-table tbody a"));
    assert.match(page.url(), /modelId=/);
    await close();
  });

  test("a session that ends leads to the sign-in page and back to the same selection", async () => {
    const { page, context, close } = await openPage(suite.browser, suite.demo, "/?tab=fanvue&timeRange=7d", { own: true });
    await context.clearCookies();
    await press(page, "r");
    await page.waitForURL("**/login?next=*");
    await page.fill("#token", "tdm_0000");
    await page.click("button[type=submit]");
    await page.waitForSelector("#login-error:not([hidden])");
    assert.match(await page.textContent("#login-error"), /not valid/);
    await page.fill("#token", suite.demo.token);
    await page.click("button[type=submit]");
    await page.waitForSelector(".card");
    assert.match(page.url(), /\/\?tab=fanvue&timeRange=7d$/);
    await page.click("text=Sign out");
    await page.waitForURL("**/login");
    await page.goto(suite.demo.url);
    assert.match(page.url(), /\/login$/);
    await close();
  });

  test("on paper there are the figures and nothing to press", async () => {
    const { page, close } = await openPage(suite.browser, suite.demo);
    await page.emulateMedia({ media: "print" });
    for (const hidden of ["#sync-button", "#filters", "#tabs", "#pause-button"]) {
      assert.ok(!(await page.locator(hidden).isVisible()), hidden);
    }
    assert.ok(await page.locator("#cards").isVisible());
    assert.equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), "rgb(255, 255, 255)");
    await close();
  });
});

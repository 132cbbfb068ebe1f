// A picture of each tab, state and theme, in `shots/`, for people to look at. Nothing may stick
// out at the side.

import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { describe, test } from "node:test";

import { openPage } from "../support/browser.js";
import { openState } from "./states.js";

const FOLDER = process.env.TIDEMARK_SHOTS ?? fileURLToPath(new URL("../shots/", import.meta.url));
const WIDTHS = [320, 1280, 2560];
const LAST_PART = { overview: "#models-table tbody tr", fanvue: "#fans-table tbody tr", system: "#runs-table tbody tr" };

async function take(page, name, fullPage = true) {
  await page.screenshot({ path: `${FOLDER}/${name}.png`, fullPage, animations: "disabled" });
}

async function fits(page, name) {
  const [content, window] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  assert.ok(content <= window, `${name} is ${content} wide`);
}

export const pictureTests = (suite) => describe("pictures", () => {
  for (const colorScheme of ["dark", "light"]) {
    test(`of every tab at every width, ${colorScheme}`, async () => {
      await mkdir(FOLDER, { recursive: true });
      for (const [tab, part] of Object.entries(LAST_PART)) {
        const { page, close } = await openPage(suite.browser, suite.demo, `/?tab=${tab}`, { colorScheme });
        await page.waitForSelector(part);
        for (const width of WIDTHS) {
          await page.setViewportSize({ width, height: width < 500 ? 800 : 900 });
          await page.evaluate(() => new Promise((resolve) => { requestAnimationFrame(() => requestAnimationFrame(resolve)); }));
          await fits(page, `${tab} ${width}`);
          await take(page, `${tab}-${width}-${colorScheme}`);
        }
        await close();
      }
    });

    test(`of every state, ${colorScheme}`, async () => {
      await mkdir(FOLDER, { recursive: true });
      for (const state of ["never", "empty", "stale", "error"]) {
        for (const width of [320, 1280]) {
          const { page, close } = await openState(suite, state, { colorScheme, viewport: { width, height: 900 } });
          await page.waitForFunction(() => ![undefined, "loading"].includes(document.querySelector("#main").dataset.screen));
          await fits(page, `${state} ${width}`);
          await take(page, `state-${state}-${width}-${colorScheme}`, false);
          await close();
        }
      }
      const { page, close } = await openPage(suite.browser, suite.demo, "/login", { colorScheme, signedIn: false });
      await take(page, `login-${colorScheme}`, false);
      await close();
    });
  }

  test("of the shortcuts, a definition and the sync menu", async () => {
    const { page, close } = await openPage(suite.browser, suite.demo, "/", { colorScheme: "dark" });
    await page.keyboard.press("?");
    await take(page, "help-dark", false);
    await page.keyboard.press("Escape");
    await page.click(".card .about");
    await take(page, "definition-dark", false);
    await page.keyboard.press("Escape");
    await page.click("#sync-more");
    await take(page, "sync-menu-dark", false);
    await page.keyboard.press("Escape");
    await page.hover("#chart-plot", { position: { x: 300, y: 150 } });
    await take(page, "readout-dark", false);
    await close();
  });
});

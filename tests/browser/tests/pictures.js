// A picture of each tab, state and theme, in `shots/`, for people to look at. Nothing may stick
// out at the side.

import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { describe, test } from "node:test";

import { openPage } from "../support/browser.js";
import { openState } from "./states.js";

export const FOLDER = process.env.TIDEMARK_SHOTS ?? fileURLToPath(new URL("../shots/", import.meta.url));
const WIDTHS = [320, 1280, 2560];
const LAST_PART = { overview: "#models-table tbody tr", fanvue: "#fans-table tbody tr", team: "#team-members-table tbody tr", system: "#runs-table tbody tr" };

async function take(page, name, fullPage = true) {
  await page.screenshot({ path: `${FOLDER}/${name}.png`, fullPage, animations: "disabled" });
}

export async function takeBoth(page, name, fullPage = true) {
  for (const colorScheme of ["dark", "light"]) {
    // Without motion the colours are there at once.
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    // Charts follow the size of the window with the next frame.
    await page.evaluate(() => new Promise((resolve) => { requestAnimationFrame(() => requestAnimationFrame(resolve)); }));
    await take(page, `${name}-${colorScheme}`, fullPage);
  }
}

export async function fits(page, name) {
  const [content, window] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  assert.ok(content <= window, `${name} is ${content} wide`);
}

export const pictureTests = (suite) => describe("pictures", () => {
  test("of every tab at every width in both themes", async () => {
    await mkdir(FOLDER, { recursive: true });
    for (const [tab, part] of Object.entries(LAST_PART)) {
      const { page, close } = await openPage(suite.browser, suite.demo, `/?tab=${tab}`);
      await page.waitForSelector(part);
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: width < 500 ? 800 : 900 });
        await fits(page, `${tab} ${width}`);
        await takeBoth(page, `${tab}-${width}`);
      }
      await close();
    }
  });

  test("of every state and of the sign-in page in both themes", async () => {
    await mkdir(FOLDER, { recursive: true });
    for (const state of ["never", "empty", "stale", "error"]) {
      const { page, close } = await openState(suite, state);
      await page.waitForFunction(() => ![undefined, "loading"].includes(document.querySelector("#main").dataset.screen));
      for (const width of [320, 1280]) {
        await page.setViewportSize({ width, height: 900 });
        await fits(page, `${state} ${width}`);
        await takeBoth(page, `state-${state}-${width}`, false);
      }
      await close();
    }
    const { page, close } = await openPage(suite.browser, suite.demo, "/login", { signedIn: false });
    await takeBoth(page, "login", false);
    await close();
  });

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

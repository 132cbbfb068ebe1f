// The time of a page, and whether somebody looks at it.

import { openPage } from "./browser.js";

/** Hides or shows the page to its scripts, as another window in front would. */
export const setHidden = (page, hidden) => page.evaluate((value) => {
  Object.defineProperty(document, "hidden", { configurable: true, get: () => value });
  Object.defineProperty(document, "visibilityState", { configurable: true, get: () => (value ? "hidden" : "visible") });
  document.dispatchEvent(new Event("visibilitychange"));
}, hidden);

/** Opens a page whose clock the test turns. */
export const openClocked = (suite, address) => openPage(suite.browser, suite.demo, address, { own: true, prepare: (page) => page.clock.install() });

/** Waits until the page has drawn an answer and planned the next request. */
export const settled = (page) => page.waitForFunction(() => /^(Next refresh|Trying again|Refresh paused)/.test(document.querySelector("#next-refresh").textContent));

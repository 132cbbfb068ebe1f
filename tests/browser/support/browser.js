// Debian's Chromium, and pages of it that note what must not happen.

import { chromium } from "playwright-core";

const EXECUTABLE = process.env.CHROMIUM ?? "/usr/bin/chromium";
const FLAGS = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync", "--enable-precise-memory-info",
];

export const launch = () => chromium.launch({ executablePath: EXECUTABLE, args: FLAGS });

/** Contexts by language: their pages share the session and the browser's cache, as tabs of one person do. */
const shared = new Map();

async function contextOf(browser, demo, { own, locale, signedIn }) {
  const key = `${demo.url} ${locale} ${signedIn}`;
  const known = shared.get(key);
  if (!own && known) return known;
  const context = await browser.newContext({ locale, timezoneId: "Europe/Berlin" });
  if (signedIn) await context.request.get(`${demo.url}/login?token=${demo.token}`, { maxRedirects: 0 });
  if (!own) shared.set(key, context);
  return context;
}

/**
 * A page at `demo`, signed in unless told otherwise. Tests that change the session, the storage or the clock take a
 * context of their `own`; `prepare(page)` runs before the page is asked for.
 */
export async function openPage(browser, demo, address = "/", options = {}) {
  const {
    own = false, signedIn = true, ready = true, locale = "en-US", colorScheme = "dark",
    viewport = { width: 1280, height: 900 }, prepare,
  } = options;
  const context = await contextOf(browser, demo, { own, locale, signedIn });
  const page = await context.newPage();
  await page.setViewportSize(viewport);
  await page.emulateMedia({ colorScheme });
  const notes = watch(page, demo);
  if (prepare) await prepare(page);
  await page.goto(demo.url + address);
  if (signedIn && ready) await figures(page);
  return { context, page, notes, close: () => (own ? context.close() : page.close()) };
}

/** Waits until the page shows figures. */
export const figures = (page) => page.waitForFunction(() =>
  document.querySelector("#main")?.getAttribute("aria-busy") === "false"
  && !document.querySelector("#main").hasAttribute("data-outdated")
  && !document.querySelector(".card[aria-busy]"));

/** `errors` of the console and of scripts, `foreign` requests, the `requests` to the API, the `lines` of the console. */
function watch(page, demo) {
  const notes = { errors: [], foreign: [], requests: [], lines: [] };
  page.on("console", (message) => {
    if (message.type() === "error") notes.errors.push(message.text());
    else notes.lines.push(message.text());
  });
  page.on("pageerror", (error) => notes.errors.push(error.stack));
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (url.origin !== demo.url && !["data:", "blob:"].includes(url.protocol)) notes.foreign.push(request.url());
    if (url.pathname.startsWith("/api/")) notes.requests.push(url.pathname + url.search);
  });
  return notes;
}

/** The requests among `notes` to the dashboard endpoint. */
export const dashboardRequests = (notes) => notes.requests.filter((address) => address.startsWith("/api/analytics/dashboard"));

/** Presses a key outside of every control. */
export async function press(page, key) {
  await page.evaluate(() => document.activeElement?.blur());
  await page.keyboard.press(key);
}

/** Does `act` and waits for the answer of the dashboard endpoint and for its drawing; returns the answer's body. */
export async function answered(page, act) {
  const answer = page.waitForResponse((response) =>
    new URL(response.url()).pathname === "/api/analytics/dashboard" && response.status() === 200);
  await act();
  const body = await (await answer).json();
  await figures(page);
  return body;
}

/** Lets the dashboard endpoint answer what `change(body)` makes of the true answer. */
export const alterAnswers = (page, change, path = "**/api/analytics/dashboard?*") =>
  page.route(path, async (route) => {
    const headers = { ...route.request().headers() };
    delete headers["if-none-match"];
    const response = await route.fetch({ headers });
    // With the server's own tag the true answer would later be taken for no change.
    const altered = { ...response.headers(), etag: response.headers().etag?.replace('"', '"altered ') ?? "" };
    await route.fulfill({ response, headers: altered, json: change(await response.json()) });
  });

/** The texts of elements. */
export const textsOf = (page, selector) => page.$$eval(selector, (nodes) => nodes.map((node) => node.textContent));

/** The rows of a table by its id, as texts. */
export const rowsOf = (page, id) => page.$$eval(`#${id} tbody tr`, (rows) =>
  rows.map((row) => [...row.children].map((cell) => cell.textContent)));

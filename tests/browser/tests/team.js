// The Team tab: what it shows is what the API tells, and what a person does there arrives.

import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { after, before, describe, test } from "node:test";

import { alterAnswers, openPage, rowsOf, textsOf } from "../support/browser.js";
import { inBothThemes } from "./access.js";
import { fits, FOLDER, takeBoth } from "./pictures.js";

const ZONE = "Europe/Berlin";
const HOUR_MS = 3_600_000;

/** The wall clock of the agency, as a field for date and time takes it. */
const wall = (instant) => new Date(instant).toLocaleString("sv-SE", { timeZone: ZONE }).slice(0, 16).replace(" ", "T");
const time = (instant) => wall(instant).slice(11);
const ended = (instant) => wall(Date.parse(instant) - 1).slice(0, 10) < wall(Date.now()).slice(0, 10);

const openTeam = async (suite, options) => {
  const opened = await openPage(suite.browser, suite.demo, "/?tab=team", options);
  await opened.page.waitForSelector("#team-note:not(:text('Loading'))");
  return opened;
};

/** Presses a button of an open form and waits for the answer to its request; returns the answer. */
async function sent(page, method, label) {
  const answer = page.waitForResponse((response) => response.request().method() === method && response.url().includes("/api/team/"));
  await page.click(`dialog[open] button:text-is("${label}")`);
  return answer;
}

const rowWith = (page, table, text) => page.locator(`#team-${table}-table tbody tr`, { hasText: text });
const file = (text) => ({ name: "plan.csv", mimeType: "text/csv", buffer: Buffer.from(text) });

export const teamTests = (suite) => describe("team", () => {
  let opened;
  let members;
  before(async () => {
    opened = await openTeam(suite);
    await opened.page.waitForSelector("#team-members-table tbody tr");
    ({ members } = await suite.demo.api("/api/team/members"));
  });
  after(() => opened.close());

  test("shifts, posts, boards, alerts and members are those that the API tells, in the agency's zone", async () => {
    const { page, notes } = opened;
    const [{ shifts }, { posts }, week, month, { alerts }] = await Promise.all([
      "shifts?limit=500", "posts?limit=500", "leaderboard?period=week", "leaderboard?period=month", "alerts?limit=50",
    ].map((address) => suite.demo.api(`/api/team/${address}`)));
    const shown = shifts.filter(({ endsAt }) => !ended(endsAt));
    assert.ok(shown.length > 20);
    assert.deepEqual((await rowsOf(page, "team-shifts-table")).map(([start, end, member]) => [start.slice(-5), end, member]),
      shown.map(({ startsAt, endsAt, memberName }) => [time(startsAt), time(endsAt), memberName]));
    const planned = posts.filter(({ plannedAt }) => wall(plannedAt).slice(0, 10) >= wall(Date.now()).slice(0, 10));
    assert.deepEqual((await rowsOf(page, "team-posts-table")).map(([at, , member]) => [at.slice(-5), member]),
      planned.map(({ plannedAt, memberName }) => [time(plannedAt), memberName]));
    for (const [name, { places }] of Object.entries({ week, month })) {
      assert.deepEqual((await rowsOf(page, `team-${name}-table`)).map((row) => row[1]), places.map(({ displayName }) => displayName));
    }
    assert.equal((await rowsOf(page, "team-alerts-table")).length, alerts.length);
    assert.deepEqual((await rowsOf(page, "team-members-table")).map(([name]) => name), members.map(({ displayName }) => displayName));
    assert.match(await page.textContent("#basis"), /Europe\/Berlin, the agency's own time zone/);
    assert.equal(await page.locator("#filters").isVisible(), false);
    assert.deepEqual([notes.errors, notes.foreign], [[], []]);
  });

  test("the past week is shown when asked for", async () => {
    const { page } = opened;
    const { shifts } = await suite.demo.api("/api/team/shifts?limit=500");
    await page.click("text=Past week too");
    assert.equal((await rowsOf(page, "team-shifts-table")).length, shifts.length);
    await page.click("text=Past week too");
    assert.ok((await rowsOf(page, "team-shifts-table")).length < shifts.length);
  });

  test("a shift is added, refused where it cannot be, changed and cancelled, by the page alone", async () => {
    const { page } = opened;
    const begin = Math.ceil(Date.now() / HOUR_MS) * HOUR_MS + 20 * 24 * HOUR_MS;
    await page.click("text=Add shift");
    await page.selectOption("#team-memberId", members[1].memberId);
    await page.fill("#team-startsAt", wall(begin));
    await page.fill("#team-endsAt", wall(begin - HOUR_MS));
    await page.fill("#team-notes", "stands in");
    assert.equal((await sent(page, "POST", "Add shift")).status(), 400);
    await page.waitForSelector("#team-endsAt[aria-invalid]");
    assert.equal(await page.textContent("#team-endsAt-note"), "End must be after Start, by at most 24 hours.");
    assert.equal(await page.evaluate(() => document.activeElement.id), "team-endsAt");
    await page.fill("#team-endsAt", wall(begin + 2 * HOUR_MS));
    const made = await (await sent(page, "POST", "Add shift")).json();
    assert.deepEqual([made.memberId, Date.parse(made.startsAt), made.notes], [members[1].memberId, begin, "stands in"]);
    const row = rowWith(page, "shifts", "stands in");
    await row.waitFor();
    assert.match(await row.textContent(), new RegExp(`${time(begin)}${time(begin + 2 * HOUR_MS)}${members[1].displayName}scheduled`));

    await row.getByText("Edit").click();
    await page.fill("#team-notes", "stands in for Ana");
    const change = await sent(page, "PATCH", "Save");
    assert.deepEqual(change.request().postDataJSON(), { notes: "stands in for Ana" }, "only what differs is sent");
    await rowWith(page, "shifts", "stands in for Ana").waitFor();

    await row.getByText("Edit").click();
    assert.equal((await sent(page, "DELETE", "Cancel shift")).status(), 204);
    await rowWith(page, "shifts", "cancelled").filter({ hasText: "stands in" }).waitFor();
    assert.ok((await suite.demo.api(`/api/team/shifts/${made.shiftId}`)).cancelledAt);
  });

  test("a clock-in and a clock-out change the state at once, and only one of them is offered", async () => {
    const { page } = opened;
    const { memberId } = await suite.demo.api("/api/team/members", { method: "POST", body: JSON.stringify({ displayName: "Dora Lind" }) });
    const plan = { memberId, startsAt: new Date(Date.now() - 60_000).toISOString(), endsAt: new Date(Date.now() + HOUR_MS).toISOString() };
    const { shiftId } = await suite.demo.api("/api/team/shifts", { method: "POST", body: JSON.stringify(plan) });
    await page.keyboard.press("r");
    const row = rowWith(page, "shifts", "Dora Lind");
    await row.getByText("Clock in").click();
    await row.getByText("clocked in since").waitFor();
    assert.equal(await row.getByText("Clock in", { exact: true }).count(), 0);
    const [{ clockedOutAt }] = (await suite.demo.api(`/api/team/shifts/${shiftId}`)).clockIns;
    assert.equal(clockedOutAt, null);
    await row.getByText("Clock out").click();
    await row.getByText("Clock in", { exact: true }).waitFor();
    assert.ok((await suite.demo.api(`/api/team/shifts/${shiftId}`)).clockIns[0].clockedOutAt);
  });

  test("a clock-in that the server refuses says why", async () => {
    const { page, close } = await openTeam(suite, {
      prepare: (fresh) => fresh.route("**/api/team/clock-*", (route) => route.fulfill({
        status: 409, contentType: "application/json", body: JSON.stringify({ error: { code: "conflict", message: "no shift is on" } }),
      })),
    });
    await rowWith(page, "shifts", "Dora Lind").getByText("Clock in").click();
    await page.waitForSelector("#team-problem:not([hidden])");
    assert.equal(await page.textContent("#team-problem"), "That was not possible: no shift is on.");
    await close();
  });

  test("a planned post and a member are added through their forms", async () => {
    const { page } = opened;
    await page.click("text=Plan post");
    await page.fill("#team-notes", "the beach set");
    await sent(page, "POST", "Add planned post");
    await rowWith(page, "posts", "the beach set").waitFor();
    await page.click("text=Add member");
    await page.fill("#team-displayName", "Emil Roth");
    await page.fill("#team-fanvueMemberId", "");
    await page.selectOption("#team-timezone", "Asia/Manila");
    const made = await (await sent(page, "POST", "Add member")).json();
    assert.deepEqual([made.displayName, made.timezone], ["Emil Roth", "Asia/Manila"]);
    await rowWith(page, "members", "Emil Roth").filter({ hasText: "Asia/Manila" }).waitFor();
    await rowWith(page, "members", "Emil Roth").getByText("Edit").click();
    await page.uncheck("#team-active");
    assert.deepEqual((await sent(page, "PATCH", "Save")).request().postDataJSON(), { active: false });
    await rowWith(page, "members", "Emil Roth").filter({ hasText: "inactive" }).waitFor();
  });

  test("an import's dry run lists each bad line, and a good file is applied after it", async () => {
    const { page } = opened;
    const head = "member,model,starts_at,ends_at,notes\n";
    const good = "Ana Duarte,,2027-03-01 09:00,2027-03-01 12:00,from a file\nBen Okafor,,2027-03-01 09:00,2027-03-01 12:00,from a file\n";
    await page.click("text=Import");
    assert.match(await page.textContent("#team-kind-note"), new RegExp(head.trim()));
    await page.setInputFiles("#team-file", file(`${head}${good}Nobody Known,,2027-03-01 09:00,2027-03-01 12:00,\nAna Duarte,,soon,2027-03-02 12:00,\n`));
    const checked = await (await sent(page, "POST", "Check the file")).json();
    await page.waitForSelector("#team-lines-table tbody tr");
    assert.deepEqual((await rowsOf(page, "team-lines-table")).map(([line, field]) => [line, field]), [["4", "member"], ["5", "starts_at"]]);
    assert.deepEqual((await rowsOf(page, "team-lines-table")).map((row) => row[2]), checked.badLines.map(({ reason }) => reason));
    assert.equal(await page.locator("dialog[open] button", { hasText: "Import" }).isVisible(), false, "nothing can be imported");
    await page.setInputFiles("#team-file", file(head + good));
    await sent(page, "POST", "Check the file");
    await page.waitForSelector("dialog[open] button:text-is('Import 2 lines')");
    const between = "/api/team/shifts?from=2027-03-01&to=2027-03-01";
    assert.equal((await suite.demo.api(between)).shifts.length, 0, "a dry run writes nothing");
    await sent(page, "POST", "Import 2 lines");
    await page.waitForSelector("dialog[open]", { state: "detached" });
    assert.deepEqual((await suite.demo.api(between)).shifts.map(({ notes }) => notes), ["from a file", "from a file"]);
  });

  test("rules are previewed without being written", async () => {
    const { page } = opened;
    const { current } = await suite.demo.api("/api/team/rules");
    await page.click("button:text-is('Rules')");
    await page.fill("#team-shiftOnTime", String(current.shiftOnTime + 1_000));
    await sent(page, "POST", "Preview");
    await page.waitForSelector("#team-preview-table tbody tr");
    assert.ok((await rowsOf(page, "team-preview-table")).some(([, now, then]) => now !== then));
    await page.fill("#team-shiftOnTime", "999999");
    await sent(page, "POST", "Save");
    await page.waitForSelector("#team-shiftOnTime[aria-invalid]");
    assert.match(await page.textContent("#team-shiftOnTime-note"), /^Points: shift on time must be between/);
    assert.deepEqual((await suite.demo.api("/api/team/rules")).current, current);
    await page.keyboard.press("Escape");
  });

  test("an owner adds a channel for alerts, pauses and removes it", async () => {
    const { page } = opened;
    await page.click("text=Add channel");
    await page.selectOption("#team-kind", "telegram");
    assert.equal(await page.locator("#team-url").isVisible(), false);
    await page.selectOption("#team-kind", "slack");
    await page.fill("#team-name", "ops");
    await page.fill("#team-url", "https://127.0.0.1/hook");
    assert.equal((await sent(page, "POST", "Add channel")).status(), 400);
    await page.waitForSelector("#team-url[aria-invalid]");
    await page.fill("#team-url", "https://hooks.slack.com/services/T000/B000/xyz");
    assert.equal((await sent(page, "POST", "Add channel")).status(), 201);
    const row = rowWith(page, "destinations", "ops");
    await row.filter({ hasText: "hooks.slack.com" }).waitFor();
    await row.getByText("Pause").click();
    await row.filter({ hasText: "paused" }).waitFor();
    await row.getByText("Remove").click();
    await sent(page, "DELETE", "Remove");
    await row.waitFor({ state: "detached" });
  });

  test("a viewer reads everything and finds nothing to write with", async () => {
    const { page, close } = await openTeam(suite, {
      prepare: (fresh) => alterAnswers(fresh, (body) => ({ ...body, agency: { ...body.agency, role: "viewer" } }), "**/api/models"),
    });
    await page.waitForSelector("#team-members-table tbody tr");
    const buttons = await page.$$eval("#team button", (all) => all.filter((one) => one.checkVisibility()).map((one) => one.textContent));
    assert.deepEqual([...new Set(buttons)].sort(), ["CSV", "Past week too"]);
    assert.ok((await rowsOf(page, "team-shifts-table")).length > 20);
    assert.equal(await page.locator("#team-destinations-panel").isVisible(), false);
    await close();
  });

  test("an agency without a team is told how to begin", async () => {
    const { page, close } = await openTeam(suite, {
      prepare: (fresh) => alterAnswers(fresh, (body) => ({ ...body, members: [] }), "**/api/team/members"),
    });
    await page.waitForSelector("#team-empty");
    assert.equal(await page.textContent("#team-empty h2"), "No team yet");
    assert.equal(await page.locator("#team-shifts-panel").isVisible(), false);
    await page.click("text=Add the first member");
    assert.equal(await page.evaluate(() => document.activeElement.id), "team-displayName");
    await close();
  });

  test("a refresh says so in the console and leaves the focus, the scroll and an open form alone", async () => {
    const { page, notes, close } = await openPage(suite.browser, suite.demo, "/?tab=team&refresh=10");
    await page.waitForSelector("#team-members-table tbody tr");
    const button = page.locator("#team-shifts-table tbody tr button").last();
    await button.focus();
    // A row that comes in above must not move what is looked at.
    const seen = () => page.evaluate(() => ({ top: document.activeElement.getBoundingClientRect().top, about: document.activeElement.ariaLabel }));
    const kept = await seen();
    const begin = Date.now() + 10 * 60_000;
    const { memberId } = await suite.demo.api("/api/team/members", { method: "POST", body: JSON.stringify({ displayName: "Frida Holm" }) });
    const plan = { memberId, startsAt: new Date(begin).toISOString(), endsAt: new Date(begin + HOUR_MS).toISOString() };
    await suite.demo.api("/api/team/shifts", { method: "POST", body: JSON.stringify(plan) });
    await rowWith(page, "shifts", "Frida Holm").waitFor({ timeout: 15_000 });
    assert.deepEqual(await seen(), kept);
    assert.ok(notes.lines.includes("[Team] Auto-refreshing data..."), notes.lines.join());
    await page.click("text=Add shift");
    await page.fill("#team-notes", "half typed");
    await page.waitForEvent("console", { predicate: (line) => line.text().startsWith("[Team]"), timeout: 15_000 });
    await page.waitForFunction(() => document.querySelector("#next-refresh").textContent.startsWith("Next"));
    assert.equal(await page.inputValue("#team-notes"), "half typed");
    assert.equal(await page.evaluate(() => document.activeElement.id), "team-notes");
    await close();
  });

  test("keys alone add a shift, and shortcuts are quiet in a form", async () => {
    const { page, close } = await openTeam(suite);
    await page.waitForSelector("#team-members-table tbody tr");
    await page.focus("#team-shifts-panel .panel-actions button");
    await page.keyboard.press("Enter");
    await page.waitForSelector("dialog[open]");
    await page.focus("dialog[open] .last");
    await page.keyboard.press("1");
    assert.match(page.url(), /tab=team/);
    await page.keyboard.press("Escape");
    assert.equal(await page.evaluate(() => document.activeElement.textContent), "Add shift", "the focus returns");
    await close();
  });

  test("axe finds nothing in the forms, and pictures of them fit, in both themes", async () => {
    await mkdir(FOLDER, { recursive: true });
    const { page, notes, close } = await openTeam(suite);
    await page.waitForSelector("#team-members-table tbody tr");
    for (const [name, button] of Object.entries({ shift: "Add shift", post: "Plan post", member: "Add member", channel: "Add channel", import: "Import", rules: "Rules" })) {
      await page.click(`#team button:text-is("${button}") >> visible=true`);
      await page.waitForSelector("dialog[open] form");
      await inBothThemes(page, name);
      for (const width of [320, 1280]) {
        await page.setViewportSize({ width, height: 900 });
        await fits(page, `${name} ${width}`);
        await takeBoth(page, `team-${name}-${width}`, false);
      }
      await page.keyboard.press("Escape");
    }
    assert.deepEqual(await textsOf(page, "dialog[open]"), []);
    assert.deepEqual(notes.errors, []);
    await close();
  });
});

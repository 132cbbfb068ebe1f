// How quick the page is with 10^6 transactions: `node speed.js [rows]`, with TIDEMARK naming the binary. Prints figures
// and asserts nothing; it makes a private Postgres with the server's own programs and fills it as `tidemark bench
// dashboard` does.

import { execFileSync, spawn } from "node:child_process";
import { chownSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

import { figures, launch, press } from "./support/browser.js";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const BINARY = path.resolve(process.env.TIDEMARK ?? path.join(ROOT, "target/debug/tidemark"));
const VERSIONS = "/usr/lib/postgresql";
const [PORT, LISTEN] = [54_329, 39_329];
const ROWS = Number(process.argv[2] ?? 1_000_000);
const MODELS = 10;
const DAYS = 730;
const ROWS_PER_FAN = 20;
const VISITS = 10;

const folder = mkdtempSync(path.join(tmpdir(), "tidemark-speed-"));
const programs = path.join(VERSIONS, readdirSync(VERSIONS).sort().at(-1), "bin");
const url = `postgres://postgres@127.0.0.1:${PORT}/postgres`;

/** Postgres does not run as root. */
function asPostgres(program, ...argv) {
  const command = [path.join(programs, program), ...argv];
  const user = process.getuid() === 0 ? ["runuser", "-u", "postgres", "--"] : [];
  execFileSync([...user, ...command][0], [...user, ...command].slice(1), { cwd: folder, stdio: "ignore" });
}

const tidemark = (...argv) => execFileSync(BINARY, [...argv, "--database-url", url], { cwd: ROOT, encoding: "utf8" });
const sql = (text) => execFileSync(path.join(programs, "psql"), [url, "-qtAX", "-v", "ON_ERROR_STOP=1"], { input: text });

function fill(agency) {
  const statement = readFileSync(path.join(ROOT, "host/src/commands/bench/dashboard/fill.sql"), "utf8").replace(/^--.*$/gm, "");
  sql(`
    insert into connections (agency_id, connection_id, access_token_sealed, refresh_token_sealed, obtained_at, expires_at)
    values ('${agency}', gen_random_uuid(), '', '', now(), now());
    insert into models (agency_id, model_id, connection_id, own_account, handle, display_name, created_at)
    select agency_id, gen_random_uuid(), connection_id, false, 'model' || number, 'Model ' || number, now()
    from connections cross join generate_series(1, ${MODELS}) as number;
    insert into sync_state (agency_id, model_id, stream, proven_since, proven_until)
    select agency_id, model_id, stream, '2018-01-01Z', now()
    from models cross join unnest(array['transactions', 'audience']) as stream;
    insert into subscriber_history
    select agency_id, model_id, current_date - age, 100 + age % 40, 900 + age, now()
    from models cross join generate_series(0, ${DAYS - 1}) as age;
    delete from roll_ups;`);
  const models = sql("select model_id from models").toString().trim().split("\n");
  const values = {
    1: `'${agency}'`, 3: ROWS / MODELS, 4: DAYS, 5: Math.ceil(ROWS / ROWS_PER_FAN), 6: Date.now() * 1000,
  };
  for (const model of models) {
    sql(`${statement.replace(/\$(\d)/g, (_, place) => (place === "2" ? `'${model}'` : values[place]))};`);
  }
  sql("vacuum analyze");
  tidemark("rebuild", "--agency", agency);
  sql("vacuum analyze");
}

async function serve() {
  const address = ["--listen", `127.0.0.1:${LISTEN}`, "--data-dir", path.join(folder, "data")];
  const server = spawn(BINARY, ["up", "--no-cron", "--database-url", url, ...address], { cwd: ROOT });
  await new Promise((resolve, reject) => {
    server.stdout.on("data", (bytes) => String(bytes).includes("Serving") && resolve());
    server.on("exit", () => reject(new Error("the server ended")));
  });
  return server;
}

const median = (numbers) => [...numbers].sort((one, other) => one - other)[Math.floor(numbers.length / 2)];
const line = (name, times) =>
  console.log(`${name.padEnd(58)} median ${median(times).toFixed(0)} ms, worst ${Math.max(...times).toFixed(0)} ms`);

async function measure(token) {
  const browser = await launch();
  const site = `http://127.0.0.1:${LISTEN}`;
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  await context.request.get(`${site}/login?token=${token}`, { maxRedirects: 0 });
  const page = await context.newPage();
  const shownAt = () => page.evaluate(() => performance.getEntriesByName("tidemark:figures").at(-1).startTime);
  const visits = async (address) => {
    const times = [];
    for (let visit = 0; visit < VISITS; visit += 1) {
      await page.goto(site + address);
      await figures(page);
      times.push(await shownAt());
    }
    return times;
  };
  const [first] = await visits("/");
  console.log(`${"first visit, nothing cached, 30 days".padEnd(58)} ${first.toFixed(0)} ms`);
  for (const range of ["30d", "1y", "all"]) line(`figures after navigation, assets cached, ${range}`, await visits(`/?timeRange=${range}`));
  await page.goto(site);
  await figures(page);
  for (const [name, keys] of [["range", "wnlatw"], ["tab and model", "2jjjk1"], ["buckets and comparison", "iiixxx"]]) {
    const times = [];
    for (const key of keys) {
      const [before, begun] = [page.url(), await page.evaluate(() => performance.now())];
      await press(page, key);
      await page.waitForFunction((old) => location.href !== old, before);
      await figures(page);
      // A choice that the page can show without asking leaves no new mark.
      times.push(Math.max(0, await shownAt() - begun));
    }
    line(`switch of the ${name}`, times);
  }
  await browser.close();
}

let server = null;
try {
  if (process.getuid() === 0) chownSync(folder, Number(execFileSync("id", ["-u", "postgres"])), -1);
  asPostgres("initdb", "-D", path.join(folder, "cluster"), "-A", "trust", "-U", "postgres");
  asPostgres("pg_ctl", "-D", path.join(folder, "cluster"), "-w", "-l", path.join(folder, "log"),
    "-o", `-p ${PORT} -k ${folder} -c listen_addresses=127.0.0.1`, "start");
  tidemark("migrate");
  const { agencyId, token } = JSON.parse(tidemark("agency", "create", "--name", "Speed", "--timezone", "Europe/Berlin", "--json"));
  fill(agencyId);
  server = await serve();
  console.log(`${ROWS} transactions of ${MODELS} models, ${path.relative(ROOT, BINARY)}`);
  await measure(token);
} finally {
  server?.kill("SIGTERM");
  try {
    asPostgres("pg_ctl", "-D", path.join(folder, "cluster"), "-m", "immediate", "stop");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

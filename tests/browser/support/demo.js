// `tidemark up` in demo mode, as a user would start it, and the simulator's world behind it.

import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const START_MS = 180_000;

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export class Demo {
  #binary;
  #folder;
  #process = null;
  #log = "";

  static async start(binary = process.env.TIDEMARK ?? path.join(ROOT, "target/debug/tidemark")) {
    const demo = new Demo();
    demo.#binary = path.resolve(binary);
    demo.#folder = await mkdtemp(path.join(tmpdir(), "tidemark-browser-"));
    demo.port = await freePort();
    await demo.up();
    return demo;
  }

  get url() {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Starts the server, or starts it again at the same address with the same data. */
  async up() {
    const listen = ["--listen", `127.0.0.1:${this.port}`, "--data-dir", path.join(this.#folder, "data")];
    this.#log = "";
    this.#process = spawn(this.#binary, ["up", "--demo", ...listen], { cwd: ROOT });
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream.on("data", (bytes) => { this.#log += bytes; });
    }
    const began = Date.now();
    while (!this.#log.includes("Serving http")) {
      if (this.#process.exitCode !== null || Date.now() - began > START_MS) throw new Error(this.#log);
      await new Promise((resolve) => { setTimeout(resolve, 100); });
    }
    this.token = this.#log.match(/login\?token=(\S+)/)[1];
    this.simulator = `http://${this.#log.replace(/\x1b\[[0-9;]*m/g, "").match(/simulator.started address=([0-9.:]+)/)[1]}`;
  }

  async down() {
    const ended = new Promise((resolve) => this.#process.once("exit", resolve));
    this.#process.kill("SIGTERM");
    await ended;
  }

  async remove() {
    await this.down();
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** What the API answers to the demo's own token. */
  async api(address, options = {}) {
    const headers = { Authorization: `Bearer ${this.token}`, "Content-Type": "application/json" };
    const response = await fetch(this.url + address, { ...options, headers });
    if (!response.ok) throw new Error(`${address}: ${response.status} ${await response.text()}`);
    return response.json();
  }

  /** Lets a fan buy something at this moment; the sync does not know of it yet. */
  async sell(grossCents, source = "tip") {
    const [model] = await (await fetch(`${this.simulator}/_simulator/models`)).json();
    const response = await fetch(`${this.simulator}/_simulator/models/${model.id ?? model.uuid}/sales`, {
      method: "POST", body: JSON.stringify({ source, grossCents }),
    });
    if (response.status !== 201) throw new Error(await response.text());
  }

  /** Syncs without the page's doing. */
  async sync() {
    for (let steps = 0; steps < 20; steps += 1) {
      if ((await this.api("/api/sync", { method: "POST", body: "{}" })).done) return;
    }
  }
}

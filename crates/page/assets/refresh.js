// When to ask the server again: every two minutes (or as the address says, or every five seconds when live) while the page is visible, at once on return,
// later and later after failures, never while paused. One request at a time; a newer one ends
// the older.

/** Waiting time after the first, second, … failure in a row. */
const RETRY_MS = [5_000, 10_000, 20_000, 40_000, 80_000, 160_000, 300_000];
/** Up to this share is added, so that many open pages do not ask at the same moment. */
const JITTER = 0.2;

export class RefreshLoop {
  #load;
  #planned;
  #pace;
  #timer = null;
  #running = null;
  #failures = 0;
  paused = false;
  /** When the next request is due on this computer's clock; null when none is planned. */
  nextAt = null;

  /**
   * `load(signal, byItself)` asks the server, `byItself` when it was nobody's wish, and returns `{outcome: "ok" | "failed" | "refused", retryAfterMs}`;
   * `planned()` is called when the plan has changed; `pace()` gives `{intervalMs, name}`, the time between two
   * requests and what is refreshed.
   */
  constructor(load, planned, pace) {
    this.#load = load;
    this.#planned = planned;
    this.#pace = pace;
    document.addEventListener("visibilitychange", () => this.#visibilityChanged());
  }

  get busy() {
    return this.#running !== null;
  }

  get failing() {
    return this.#failures > 0;
  }

  /** Asks now, whatever the plan was. */
  async now(byItself = false) {
    this.#cancel();
    this.#running?.abort();
    const running = new AbortController();
    this.#running = running;
    this.#planned();
    let result = { outcome: "failed" };
    try {
      result = await this.#load(running.signal, byItself);
    } catch (error) {
      // The end of a superseded request is no news; anything else shows in the console and is tried again.
      if (!running.signal.aborted) throw error;
    } finally {
      if (this.#running === running) {
        this.#running = null;
        this.#plan(result);
      }
    }
  }

  pause() {
    this.paused = true;
    this.#cancel();
  }

  resume() {
    this.paused = false;
    this.#automatic();
  }

  #plan({ outcome, retryAfterMs }) {
    this.#failures = outcome === "failed" ? this.#failures + 1 : 0;
    if (outcome !== "refused" && !this.paused && !document.hidden) {
      const delay = outcome === "failed" ? retryAfterMs ?? retryDelay(this.#failures) : this.#pace().intervalMs;
      this.nextAt = Date.now() + delay;
      this.#timer = setTimeout(() => this.#automatic(), delay);
    }
    this.#planned();
  }

  #automatic() {
    console.log(`[${this.#pace().name}] Auto-refreshing data...`);
    this.now(true);
  }

  #visibilityChanged() {
    if (document.hidden) this.#cancel();
    else if (!this.paused && !this.busy) this.#automatic();
  }

  #cancel() {
    clearTimeout(this.#timer);
    this.nextAt = null;
    this.#planned();
  }
}

function retryDelay(failures) {
  const delay = RETRY_MS[Math.min(failures, RETRY_MS.length) - 1];
  return Math.round(delay * (1 + Math.random() * JITTER));
}

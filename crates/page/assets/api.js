// The requests of the page: conditional reads, the steps of a sync, and changes of the team's plans.

const READ_TIMEOUT_MS = 30_000;
/** A step may use its whole time box and more when the database is slow. */
const STEP_TIMEOUT_MS = 120_000;

/** A request that failed. `status` is 0 when no answer arrived. */
export class ApiError extends Error {
  constructor(message, { status = 0, code = "unreachable", field = null, retryAfterMs = null } = {}) {
    super(message);
    Object.assign(this, { status, code, field, retryAfterMs });
  }

  /** Whether the same request may succeed later. */
  get passing() {
    return this.status === 429 || this.status < 400 || this.status >= 500;
  }
}

/** How many answers are kept to be asked for by their tag: those of the last few selections. */
const KEPT = 24;
/** Answers of `GET` by URL, `{etag, body}`, the latest used last. */
const kept = new Map();

/**
 * Asks by the tag of the answer that is there already. Returns `{body, etag, changed}`; `changed` is false when the
 * server said that the kept body still holds.
 */
export async function read(url, signal) {
  const before = kept.get(url);
  const headers = before?.etag ? { "If-None-Match": before.etag } : {};
  const response = await send(url, { headers, signal }, READ_TIMEOUT_MS);
  if (response.status === 304) {
    keep(url, before);
    return { ...before, changed: false };
  }
  const answer = { body: await readJson(response), etag: response.headers.get("ETag") };
  checkShape(url, answer.body, response.status);
  keep(url, answer);
  return { ...answer, changed: true };
}

function keep(url, answer) {
  kept.delete(url);
  kept.set(url, answer);
  if (kept.size > KEPT) kept.delete(kept.keys().next().value);
}

/** The members that the page reads of each answer, as `/openapi.json` promises them. */
const MEMBERS = {
  "/api/analytics/dashboard": ["kpiMetrics", "chartData", "categoryBreakdown", "meta"],
  "/api/analytics/top-fans": ["topFans", "meta"],
  "/api/models": ["agency", "models"],
  "/api/team/members": ["members"],
  "/api/team/shifts": ["shifts"],
  "/api/team/posts": ["posts"],
  "/api/team/leaderboard": ["places"],
  "/api/team/alerts": ["alerts"],
  "/api/team/alerts/destinations": ["destinations"],
  "/api/team/rules": ["current"],
  "/api/status": ["connections", "models", "drifts", "jobs", "schedules", "rateBudget"],
};

function checkShape(url, body, status) {
  const missing = MEMBERS[url.split("?")[0]].find((member) => body?.[member] === undefined);
  if (missing) throw new ApiError(`the answer of the server lacks ${missing}`, { status, code: "bad_answer" });
}

/** Runs one step of the agency's sync and returns its report; `full` reads the whole history once more. */
export const runSyncStep = (full) => write("POST", "/api/sync", full ? { full } : {}, STEP_TIMEOUT_MS);

/** Sends a change; a text goes as CSV and anything else as JSON. Resolves to the body of the answer, null where it has none. */
export async function write(method, url, content, timeoutMs = READ_TIMEOUT_MS) {
  const isFile = typeof content === "string";
  const headers = { "Content-Type": isFile ? "text/csv" : "application/json" };
  const response = await send(url, { method, headers, body: isFile ? content : JSON.stringify(content) }, timeoutMs);
  return response.status === 204 ? null : readJson(response);
}

async function send(url, options, timeoutMs) {
  const timeout = AbortSignal.timeout(timeoutMs);
  const signal = options.signal ? AbortSignal.any([options.signal, timeout]) : timeout;
  let response;
  try {
    response = await fetch(url, { ...options, signal, cache: "no-store", credentials: "same-origin" });
  } catch (error) {
    if (options.signal?.aborted) throw error;
    const cause = error.name === "TimeoutError" ? "the server did not answer in time" : "the server cannot be reached";
    throw new ApiError(cause);
  }
  if (response.status === 401) return signIn();
  if (response.ok || response.status === 304) return response;
  throw await failure(response);
}

async function failure(response) {
  const body = await response.json().catch(() => null);
  const seconds = Number(response.headers.get("Retry-After"));
  return new ApiError(body?.error?.message ?? `the server answered ${response.status}`, {
    status: response.status,
    code: body?.error?.code ?? "failed",
    field: body?.error?.field ?? null,
    retryAfterMs: seconds > 0 ? seconds * 1000 : null,
  });
}

async function readJson(response) {
  try {
    return await response.json();
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw new ApiError("the answer of the server broke off");
    throw new ApiError("the answer of the server is not JSON", { status: response.status, code: "bad_answer" });
  }
}

/** Leaves for the sign-in page; the promise never settles, so nothing acts on a page that is going away. */
function signIn() {
  location.assign(`/login?next=${encodeURIComponent(location.pathname + location.search)}`);
  return new Promise(() => {});
}

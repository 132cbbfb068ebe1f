// The requests of the page: one conditional read, one plain read, one sync step.

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

/**
 * The dashboard's data with its entity tag, or null when it has not changed since `etag`.
 */
export async function readDashboard(url, etag, signal) {
  const headers = etag ? { "If-None-Match": etag } : {};
  const response = await send(url, { headers, signal }, READ_TIMEOUT_MS);
  if (response.status === 304) return null;
  const body = await readJson(response);
  if (!body?.kpiMetrics || !body.chartData || !body.categoryBreakdown || !body.meta?.freshness) {
    throw new ApiError("the answer of the server is not a dashboard", { status: response.status, code: "bad_answer" });
  }
  return { body, etag: response.headers.get("ETag") };
}

/** The agency's models. */
export async function readModels() {
  return readJson(await send("/api/models", {}, READ_TIMEOUT_MS));
}

/** Runs one step of the agency's sync and returns its report. */
export async function runSyncStep() {
  const headers = { "Content-Type": "application/json" };
  return readJson(await send("/api/sync", { method: "POST", headers, body: "{}" }, STEP_TIMEOUT_MS));
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

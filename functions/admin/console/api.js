// One request to the API, what can come of it, and the server's clock.

const PATIENCE_MS = 30_000;

/** Where the API is: the page's own address up to the console, so that a stage may stand before it. */
const BASE = location.pathname.split("/v1/admin/console")[0];

/** The service answered, and the answer is no. `code` is stable; the other members of the problem are in `body`. */
export class Problem extends Error {
  constructor(status, body, retryAt = null) {
    super(body.code ?? `HTTP ${status}`);
    this.status = status;
    this.code = body.code ?? (status >= 500 ? "temporarily_unavailable" : "unknown");
    this.body = body;
    this.retryAt = retryAt;
  }

  /** What is wrong with which field: `[{field, message}]`. */
  get errors() {
    return Array.isArray(this.body.errors) ? this.body.errors : [];
  }
}

/** No answer came. What was asked for may have happened. */
export class Unreachable extends Error {}

/** The session was ended instead of renewed; the page that asked is gone. */
export class SessionLost extends Error {}

/** The server's clock: a device's own may be minutes off, and countdowns are about the server's times. */
export const clock = {
  offset: 0,
  now() {
    return Date.now() + this.offset;
  },
  learn(serverTime) {
    const time = Date.parse(serverTime ?? "");
    if (!Number.isNaN(time)) this.offset = time - Date.now();
  },
};

function retryAt(response) {
  const seconds = Number(response.headers.get("Retry-After") ?? NaN);
  return Number.isFinite(seconds) ? clock.now() + seconds * 1000 : null;
}

async function readJson(response) {
  const text = await response.text();
  try {
    const body = JSON.parse(text);
    return body !== null && typeof body === "object" ? body : null;
  } catch {
    return null;
  }
}

/**
 * One request; `{body, etag}`. Throws `Problem` for a refusal, `Unreachable` when no answer came, and the signal's
 * `AbortError` when it was called off.
 */
export async function request(method, path, { body, token, key, etag, signal, patience = PATIENCE_MS } = {}) {
  const headers = { Accept: "application/json" };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (token) headers.Authorization = `Bearer ${token}`;
  if (key) headers["Idempotency-Key"] = key;
  if (etag) headers["If-Match"] = etag;
  const late = AbortSignal.timeout(patience);
  let response, answer;
  try {
    response = await fetch(BASE + path, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: signal ? AbortSignal.any([signal, late]) : late,
      cache: "no-store",
      credentials: "omit",
      referrerPolicy: "no-referrer",
    });
    answer = await readJson(response);
  } catch (cause) {
    signal?.throwIfAborted();
    throw new Unreachable(path, { cause });
  }
  clock.learn(answer?.server_time ?? response.headers.get("Date"));
  if (!response.ok) throw new Problem(response.status, answer ?? {}, retryAt(response));
  if (answer === null && response.status !== 204) throw new Problem(502, {});
  return { body: answer, etag: response.headers.get("ETag") };
}

/** A query string of what is given; empty where nothing is. */
export function query(parameters) {
  const given = Object.entries(parameters).filter(([, value]) => value !== undefined && value !== null && value !== "");
  return given.length ? `?${new URLSearchParams(given)}` : "";
}

/**
 * Idempotency keys: a fresh one for every action, and the same one again when the last try of it ended without our knowing
 * what became of it, so that a lost reply never costs a second message.
 */
export class Keys {
  #open = new Map();

  /** Perform `send(key)`, one POST that may send a message; `action` tells one action from another. */
  async around(action, send) {
    const key = this.#open.get(action) ?? randomKey();
    this.#open.set(action, key);
    try {
      const answer = await send(key);
      this.#open.delete(action);
      return answer;
    } catch (error) {
      const unknown =
        error instanceof Unreachable || ["internal_error", "temporarily_unavailable"].includes(error.code);
      if (!unknown) this.#open.delete(action);
      throw error;
    }
  }
}

function randomKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

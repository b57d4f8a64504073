// The public API as this page uses it: one call, its errors, the server's clock, and idempotency keys.

const PATIENCE_MS = 30_000;

/** The service answered, and the answer is no. `code` is stable; the other members of the problem are in `body`. */
export class Problem extends Error {
  constructor(status, body, retryAt) {
    super(body.code ?? `HTTP ${status}`);
    this.status = status;
    this.code = body.code ?? (status >= 500 ? "temporarily_unavailable" : "unknown");
    this.body = body;
    this.retryAt = retryAt;
  }
}

/** No answer came: offline, a network failure, or a service that kept silent. What was asked for may have happened. */
export class Unreachable extends Error {}

/** The server's clock. A device's own clock may be minutes off, and the countdowns are about the server's times. */
export const clock = {
  offset: 0,
  now() {
    return Date.now() + this.offset;
  },
  learn(serverTime) {
    const time = Date.parse(serverTime);
    if (!Number.isNaN(time)) this.offset = time - Date.now();
  },
};

function retryAt(response) {
  const value = response.headers.get("Retry-After");
  if (value === null) return null;
  const time = /^\s*\d+\s*$/.test(value) ? clock.now() + Number(value) * 1000 : Date.parse(value);
  return Number.isNaN(time) ? null : time;
}

async function readJson(response) {
  const body = await response.json().catch(() => null);
  return body !== null && typeof body === "object" ? body : null;
}

/**
 * One request. Resolves with the parsed answer.
 * Throws `Problem` for a refusal, `Unreachable` when no answer came, and the signal's `AbortError` when it was called off.
 */
export async function call(method, path, { body, token, key, signal } = {}) {
  const headers = { Accept: "application/json" };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (token) headers.Authorization = `Bearer ${token}`;
  if (key) headers["Idempotency-Key"] = key;
  const given = new AbortController();
  const timer = setTimeout(() => given.abort(), PATIENCE_MS);
  const callOff = () => given.abort();
  signal?.addEventListener("abort", callOff);
  let response, answer;
  try {
    response = await fetch(path, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: given.signal,
      cache: "no-store",
      credentials: "omit",
      referrerPolicy: "no-referrer",
    });
    answer = await readJson(response);
  } catch (cause) {
    signal?.throwIfAborted();
    throw new Unreachable(path, { cause });
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", callOff);
  }
  signal?.throwIfAborted();
  clock.learn(answer?.server_time ?? response.headers.get("Date"));
  if (!response.ok) throw new Problem(response.status, answer ?? {}, retryAt(response));
  if (answer === null) throw new Problem(502, {}, null);
  return answer;
}

/**
 * Idempotency keys: a fresh one for every action of the person, and the same one again when the last try of the same
 * action ended without our knowing what became of it. So that a lost reply never costs a second message.
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
      if (!outcomeUnknown(error)) this.#open.delete(action);
      throw error;
    }
  }

  forget() {
    this.#open.clear();
  }
}

function outcomeUnknown(error) {
  if (error instanceof Unreachable) return true;
  return error instanceof Problem && ["internal_error", "temporarily_unavailable"].includes(error.code);
}

function randomKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16)); // randomUUID() is missing where a page came over plain HTTP
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// One request to the API, what can come of it, the server's clock, and idempotency keys.

/** @import { Answer, FieldError, ProblemBody, RequestOptions } from "./types" */

const PATIENCE_MS = 30_000;

/**
 * The address of the API that serves the page at this path: below the stage that stands before the console's or the
 * client pages' address; at the root for any other page.
 * @param {string} path
 */
export function baseOf(path) {
  const [stage, rest] = path.split(/\/v1\/(?:admin\/console|account)\b/);
  return rest === undefined ? "" : stage;
}

const BASE = baseOf(globalThis.location?.pathname ?? "");

/** The API refused. `code` is stable; the other members of the problem are in `body`. */
export class Problem extends Error {
  /**
   * @param {number} status of HTTP
   * @param {ProblemBody} body
   * @param {number | null} [retryAt] when to try again, in milliseconds of the server's clock
   */
  constructor(status, body, retryAt = null) {
    super(body.code ?? `HTTP ${status}`);
    this.status = status;
    this.code = body.code ?? (status >= 500 ? "temporarily_unavailable" : "unknown");
    this.body = body;
    this.retryAt = retryAt;
  }

  /**
   * The errors of single fields.
   * @returns {FieldError[]}
   */
  get errors() {
    return Array.isArray(this.body.errors) ? this.body.errors : [];
  }
}

/** No answer came: offline, a network failure, or no answer in time. The request may have been carried out. */
export class Unreachable extends Error {}

/** The server's clock. A device's own clock may be minutes off, and countdowns are about the server's times. */
export const clock = {
  offset: 0,
  now() {
    return Date.now() + this.offset;
  },
  /** @param {string | null | undefined} serverTime */
  learn(serverTime) {
    const time = Date.parse(serverTime ?? "");
    if (!Number.isNaN(time)) this.offset = time - Date.now();
  },
};

/**
 * Retry-After as a moment: it has seconds or a date.
 * @param {Response} response
 */
function retryAt(response) {
  const value = response.headers.get("Retry-After");
  if (value === null) return null;
  const time = /^\s*\d+\s*$/.test(value) ? clock.now() + Number(value) * 1000 : Date.parse(value);
  return Number.isNaN(time) ? null : time;
}

/**
 * The answer's JSON object; null where it has none.
 * @param {Response} response
 */
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
 * @param {RequestOptions} options
 * @returns {Record<string, string>}
 */
function headersOf({ body, token, page, key, etag, unattended }) {
  return {
    Accept: "application/json",
    ...(body === undefined ? {} : { "Content-Type": "application/json" }),
    ...(token ? { Authorization: `Bearer ${token}` } : {}),
    ...(page ? { "MFA-Console": encodeURIComponent(page) } : {}),
    ...(key ? { "Idempotency-Key": key } : {}),
    ...(etag ? { "If-Match": etag } : {}),
    ...(unattended ? { "MFA-Unattended": "1" } : {}),
  };
}

/**
 * Send it and read the answer, within `patience` milliseconds.
 * @param {string} path
 * @param {RequestInit} init
 * @param {{ signal?: AbortSignal, patience?: number }} options
 */
async function exchange(path, init, { signal, patience = PATIENCE_MS }) {
  const given = new AbortController(); // AbortSignal.any() is missing in browsers that are a few years old
  const stop = () => given.abort();
  const timer = setTimeout(stop, patience);
  signal?.addEventListener("abort", stop);
  try {
    signal?.throwIfAborted();
    const response = await fetch(path, { ...init, signal: given.signal });
    return { response, answer: await readJson(response) };
  } catch (cause) {
    signal?.throwIfAborted();
    throw new Unreachable(path, { cause });
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", stop);
  }
}

/**
 * One request. Throws `Problem` for a refusal, `Unreachable` when no answer came, and the signal's `AbortError` when it
 * was aborted.
 * @template T
 * @param {string} method
 * @param {string} path below `base`, the API's address
 * @param {RequestOptions} [options]
 * @returns {Promise<Answer<T>>}
 */
export async function request(method, path, options = {}) {
  const { body, signal, base = BASE } = options;
  /** @type {RequestInit} */
  const init = {
    method,
    headers: headersOf(options),
    body: body === undefined ? undefined : JSON.stringify(body),
    cache: "no-store",
    credentials: options.page || options.takesCookie ? "same-origin" : "omit",
    referrerPolicy: "no-referrer",
  };
  const { response, answer } = await exchange(base + path, init, options);
  signal?.throwIfAborted();
  clock.learn(answer?.server_time ?? response.headers.get("Date"));
  if (!response.ok) throw new Problem(response.status, answer ?? {}, retryAt(response));
  if (answer === null && response.status !== 204) throw new Problem(502, {});
  return { body: answer, etag: response.headers.get("ETag") };
}

/**
 * A query string of the parameters that have a value; empty where none has.
 * @param {Record<string, string | number | null | undefined>} parameters
 */
export function query(parameters) {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined && value !== null && value !== "") given.set(name, String(value));
  }
  const text = given.toString();
  return text ? `?${text}` : "";
}

/**
 * Idempotency keys: a fresh one for every action of the person, and the same one again when the outcome of the last try
 * is unknown, so that a lost reply never costs a second message or a second attempt.
 *
 * With a `secret` the key is computed from it, the action and the number of answers so far. Keep both, and the action
 * has its key again after a reload. Nobody without the secret learns anything about the action from the key.
 */
export class Keys {
  /** @type {Map<string, string>} */
  #open = new Map();
  secret = "";
  turn = 0;

  /**
   * Perform `send(key)`, one POST; `action` tells one action from another.
   * @template T
   * @param {string} action
   * @param {(key: string) => Promise<T>} send
   */
  async around(action, send) {
    const key = this.#open.get(action) ?? (await this.#key(action));
    this.#open.set(action, key);
    try {
      const answer = await send(key);
      this.#answered(action);
      return answer;
    } catch (error) {
      if (!outcomeUnknown(error)) this.#answered(action);
      throw error;
    }
  }

  forget() {
    this.#open.clear();
    Object.assign(this, { secret: "", turn: 0 });
  }

  /** @param {string} action */
  #answered(action) {
    this.#open.delete(action);
    this.turn++;
  }

  /** @param {string} action */
  async #key(action) {
    // Pages that came over plain HTTP have no digests.
    if (!this.secret || !crypto.subtle) return freshKey();
    const whole = new TextEncoder().encode(JSON.stringify([this.secret, this.turn, action]));
    return hex(new Uint8Array(await crypto.subtle.digest("SHA-256", whole)).subarray(0, 16));
  }
}

/** A key that no other request has. */
export const freshKey = () => hex(crypto.getRandomValues(new Uint8Array(16)));

/**
 * Whether the request may have been carried out although no answer says so.
 * @param {unknown} error
 */
export function outcomeUnknown(error) {
  return !(error instanceof Problem) || ["internal_error", "temporarily_unavailable"].includes(error.code);
}

/** @param {Uint8Array} bytes */
const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

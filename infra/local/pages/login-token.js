// The access token, decoded to be read. An application that relies on a token checks its signature; so does this page,
// with the public keys.

/** @import { Answer, Jwks } from "./shared/types" */

/** A part of a token. @typedef {Record<string, unknown>} JwtObject */
/** @typedef {{ header: JwtObject, claims: JwtObject, parts: string[] }} DecodedToken */
/** @typedef {"checking" | "valid" | "invalid" | "unchecked"} SignatureState */
import { localDate } from "./passcode-words.js";
import { request } from "./shared/api.js";
import { duration } from "./shared/words.js";

/** @param {string} base64url */
function bytes(base64url) {
  const text = atob(base64url.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}

/**
 * @param {string} base64url
 * @returns {JwtObject}
 */
function json(base64url) {
  return JSON.parse(new TextDecoder().decode(bytes(base64url)));
}

/**
 * Throws when it is not a JWT.
 * @param {string} token
 * @returns {DecodedToken}
 */
export function decode(token) {
  const parts = token.split(".");
  if (parts.length !== 3) throw new SyntaxError("not a JWT");
  return { header: json(parts[0]), claims: json(parts[1]), parts };
}

/**
 * "unchecked" where the browser or the network does not let us find out.
 * @param {DecodedToken} token
 * @returns {Promise<SignatureState>}
 */
export async function checkSignature({ header, parts }) {
  if (header.alg !== "ES256" || !crypto.subtle) return "unchecked";
  try {
    /** @type {Answer<Jwks>} */
    const { body } = await request("GET", "/.well-known/jwks.json");
    const jwk = body.keys.find((key) => key.kid === header.kid);
    if (!jwk) return "invalid";
    const curve = { name: "ECDSA", namedCurve: "P-256" };
    const key = await crypto.subtle.importKey("jwk", { kty: jwk.kty, crv: jwk.crv, x: jwk.x, y: jwk.y }, curve, false, [
      "verify",
    ]);
    const signed = new TextEncoder().encode(`${parts[0]}.${parts[1]}`);
    const good = await crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, key, bytes(parts[2]), signed);
    return good ? "valid" : "invalid";
  } catch {
    return "unchecked";
  }
}

/** @type {Record<string, string>} */
const FACTORS = {
  pwd: "password",
  sms: "text message",
  tel: "phone call",
  email: "email",
  otp: "passcode",
  wa: "WhatsApp message",
};
/** @type {Record<string, string>} */
const KINDS = { backup: "Backup user", system: "Administrator" };

/**
 * "password and text message"
 * @param {unknown} amr
 */
export function factors(amr) {
  return Array.isArray(amr) ? amr.map((method) => FACTORS[method] ?? method).join(" and ") : "";
}

/** @type {Record<string, string>} */
const NAMES = {
  iss: "Issued by",
  sub: "User",
  aud: "Meant for",
  iat: "Issued",
  nbf: "Not before",
  exp: "Expires",
  auth_time: "Logged in",
  jti: "Token id",
  amr: "Proved by",
  kind: "Kind of user",
  legacy: "Second factor skipped",
  alg: "Algorithm",
  kid: "Key id",
  typ: "Type",
};
const TIMES = new Set(["iat", "nbf", "exp", "auth_time"]);
const ORDER = ["sub", "kind", "amr", "auth_time", "iat", "exp", "iss", "aud", "jti"];

/**
 * A claim in words: times as local dates. `note` has the raw value.
 * @typedef {{ value: string, note?: string }} Readable
 */

/**
 * Rows of a table.
 * @param {JwtObject} object
 */
export function rows(object) {
  const rank = (/** @type {string} */ claim) => (ORDER.includes(claim) ? ORDER.indexOf(claim) : ORDER.length);
  return Object.entries(object)
    .sort(([a], [b]) => rank(a) - rank(b))
    .map(([claim, value]) => ({ claim, name: NAMES[claim] ?? claim, ...readable(claim, value, object) }));
}

/**
 * @param {string} claim
 * @param {unknown} value
 * @param {JwtObject} all
 * @returns {Readable}
 */
function readable(claim, value, all) {
  if (TIMES.has(claim) && typeof value === "number") {
    const lasts =
      claim === "exp" && typeof all.iat === "number"
        ? `, ${duration((value - all.iat) * 1000)} after it was issued`
        : "";
    return { value: localDate(value * 1000), note: `${value}${lasts}` };
  }
  if (claim === "amr" && Array.isArray(value)) {
    const words = factors(value);
    return { value: words.charAt(0).toUpperCase() + words.slice(1), note: value.join(", ") };
  }
  if (claim === "kind" && typeof value === "string" && KINDS[value]) return { value: KINDS[value], note: value };
  if (typeof value === "boolean") return { value: value ? "Yes" : "No" };
  return { value: typeof value === "string" ? value : JSON.stringify(value) };
}

// The access token, decoded to be read. Whoever relies on a token checks its signature; so does this page, with the public keys.

import { call } from "./login-api.js";
import { duration, localDate } from "./login-words.js";

function bytes(base64url) {
  const text = atob(base64url.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}

function json(base64url) {
  return JSON.parse(new TextDecoder().decode(bytes(base64url)));
}

/** `{header, claims, parts}`; throws when it is no JWT. */
export function decode(token) {
  const parts = token.split(".");
  if (parts.length !== 3) throw new SyntaxError("not a JWT");
  return { header: json(parts[0]), claims: json(parts[1]), parts };
}

/** "valid", "invalid", or "unchecked" where the browser or the network does not allow to find out. */
export async function checkSignature({ header, parts }) {
  if (header.alg !== "ES256" || !crypto.subtle) return "unchecked";
  try {
    const { keys } = await call("GET", "/.well-known/jwks.json");
    const jwk = keys.find((key) => key.kid === header.kid);
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

const FACTORS = {
  pwd: "password",
  sms: "text message",
  tel: "phone call",
  email: "email",
  otp: "passcode",
  wa: "WhatsApp message",
};
const KINDS = { backup: "Backup user", system: "Administrator" };

/** "password and text message" */
export function factors(amr) {
  return (amr ?? []).map((method) => FACTORS[method] ?? method).join(" and ");
}

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

/** Rows of a table: `{claim, name, value, note?}`, times as local dates. */
export function rows(object) {
  const rank = (claim) => (ORDER.includes(claim) ? ORDER.indexOf(claim) : ORDER.length);
  return Object.entries(object)
    .sort(([a], [b]) => rank(a) - rank(b))
    .map(([claim, value]) => ({ claim, name: NAMES[claim] ?? claim, ...readable(claim, value, object) }));
}

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
  if (claim === "kind" && KINDS[value]) return { value: KINDS[value], note: value };
  if (typeof value === "boolean") return { value: value ? "Yes" : "No" };
  return { value: typeof value === "string" ? value : JSON.stringify(value) };
}

// How times, amounts and things are called. Nothing of the document in here but the elements that carry them.

import { clock } from "./api.js";
import { el } from "./dom.js";

const LANGUAGE = navigator.languages?.find((tag) => tag.startsWith("en")) ?? "en";
const DAY = 86_400_000;

const numbers = new Intl.NumberFormat(LANGUAGE);
const short = new Intl.DateTimeFormat(LANGUAGE, { dateStyle: "medium", timeStyle: "short" });
const full = new Intl.DateTimeFormat(LANGUAGE, { dateStyle: "medium", timeStyle: "medium" });
const dayOnly = new Intl.DateTimeFormat(LANGUAGE, { dateStyle: "medium", timeZone: "UTC" });
const dayShort = new Intl.DateTimeFormat(LANGUAGE, { day: "numeric", month: "short", timeZone: "UTC" });
const relative = new Intl.RelativeTimeFormat(LANGUAGE, { numeric: "auto" });
const names = new Intl.Collator(LANGUAGE);

export const number = (value) => numbers.format(value);
export const percent = (share) => (share === null || share === undefined ? "–" : `${(share * 100).toFixed(share > 0.995 && share < 1 ? 2 : 1).replace(/\.0$/, "")} %`);
export const plural = (n, one, many = `${one}s`) => `${number(n)} ${n === 1 ? one : many}`;
export const byName = (a, b) => names.compare(a, b);

/** "$0.05", "US$12.40": as many decimals as matter. */
export function money(cost) {
  if (!cost) return "–";
  const amount = Number(cost.amount);
  const digits = amount !== 0 && Math.abs(amount) < 1 ? 4 : 2;
  return new Intl.NumberFormat(LANGUAGE, { style: "currency", currency: cost.currency, minimumFractionDigits: 2, maximumFractionDigits: digits }).format(amount);
}

/** A moment, local, with UTC to be seen when pointed at. */
export function time(iso, { precise = false } = {}) {
  const at = Date.parse(iso ?? "");
  if (Number.isNaN(at)) return el("span", { class: "soft" }, "–");
  return el("time", { datetime: iso, title: `${new Date(at).toISOString().replace("T", " ").slice(0, 19)} UTC` }, (precise ? full : short).format(at));
}

export const localTime = (at) => short.format(at);

/** "3 minutes ago", "in 2 days" */
export function ago(iso) {
  const seconds = (Date.parse(iso) - clock.now()) / 1000;
  for (const [unit, length] of [["day", 86400], ["hour", 3600], ["minute", 60]]) {
    if (Math.abs(seconds) >= length) return relative.format(Math.trunc(seconds / length), unit);
  }
  return "just now";
}

/** A day of the statistics, which are kept by UTC. */
export const day = (date) => dayOnly.format(Date.parse(`${date}T00:00:00Z`));
export const shortDay = (date) => dayShort.format(Date.parse(`${date}T00:00:00Z`));

/** "0:42", "14:07", "1:14:07" */
export function countdown(ms) {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  const two = (n) => String(n).padStart(2, "0");
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return hours ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

/** "42 seconds", "5 minutes", "2 hours" */
export function duration(ms) {
  const seconds = Math.max(1, Math.ceil(ms / 1000));
  if (seconds % 3600 === 0) return plural(seconds / 3600, "hour");
  if (seconds < 100) return plural(seconds, "second");
  if (seconds < 6000) return plural(Math.ceil(seconds / 60), "minute");
  return plural(Math.ceil(seconds / 3600), "hour");
}

/** Null for a lock that only an administrator ends. */
export function lockEnd(lockedUntil) {
  const at = Date.parse(lockedUntil ?? "");
  return Number.isNaN(at) || at - clock.now() > 30 * DAY ? null : at;
}

export const isLocked = (lockedUntil) => Boolean(lockedUntil) && Date.parse(lockedUntil) > clock.now();

const languages = new Intl.DisplayNames([LANGUAGE], { type: "language" });

/** "German", "Traditional Chinese"; the tag itself where it has no name. */
export const languageName = (tag) => languages.of(tag) ?? tag;

export const KINDS = { backup: "Backup user", system: "System user" };
export const STATUSES = { active: "Active", disabled: "Disabled" };

// What Twilio, a carrier or a call says about a send that came to nothing.
const REASONS = {
  20003: "Twilio does not accept the credentials",
  20429: "Twilio was asked too often",
  21211: "the number is not valid",
  21214: "the number cannot be called",
  21215: "the Twilio account may not call this country",
  21216: "the Twilio account may not call this number",
  21217: "the number cannot be called",
  21408: "the Twilio account may not send to this country",
  21606: "the sender cannot send text messages",
  21608: "a trial account sends to verified numbers only",
  21610: "the owner of the number has replied STOP",
  21612: "the sender cannot reach this number",
  21614: "the number is not a mobile number",
  21659: "the sender is not one of the account’s",
  30003: "the phone seems to be switched off or out of reach",
  30004: "the phone or its network blocks messages like ours",
  30005: "the number is not in service",
  30006: "the number cannot receive text messages, it may be a landline",
  30007: "the mobile network filtered the message out",
  30008: "the network gave no reason",
  30036: "it came too late, the passcode had expired",
  63024: "the number is not on WhatsApp",
  busy: "the line was busy",
  "no-answer": "nobody answered",
  failed: "the call could not be made",
  canceled: "the call was called off",
  unreachable: "Twilio could not be reached",
  unknown: "the reason is not known",
};

/** Why a message or a call came to nothing: a code of Twilio's, or the end of a call. */
export function refusalReason(error) {
  const given = String(error ?? "unknown");
  const code = given.match(/\d{5}/)?.[0];
  return REASONS[code ?? given] ?? (code ? `Twilio’s error ${code}` : given.replaceAll("_", " "));
}

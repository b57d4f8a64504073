// How times, amounts and states are written.

/** @import { Cost, Route } from "./shared/types" */
import { clock } from "./shared/api.js";
import { el } from "./shared/dom.js";
import * as shared from "./shared/words.js";

const numbers = new Intl.NumberFormat(shared.LANGUAGE);
const short = new Intl.DateTimeFormat(shared.LANGUAGE, { dateStyle: "medium", timeStyle: "short" });
const full = new Intl.DateTimeFormat(shared.LANGUAGE, { dateStyle: "medium", timeStyle: "medium" });
const dayOnly = new Intl.DateTimeFormat(shared.LANGUAGE, { dateStyle: "medium", timeZone: "UTC" });
const dayShort = new Intl.DateTimeFormat(shared.LANGUAGE, { day: "numeric", month: "short", timeZone: "UTC" });
const relative = new Intl.RelativeTimeFormat(shared.LANGUAGE, { numeric: "auto" });
const names = new Intl.Collator(shared.LANGUAGE);

/** @param {number} value */
export const number = (value) => numbers.format(value);
/** @param {number | null | undefined} share of 1 */
export const percent = (share) =>
  share === null || share === undefined
    ? "–"
    : `${(share * 100).toFixed(share > 0.995 && share < 1 ? 2 : 1).replace(/\.0$/, "")} %`;
/**
 * "1 phone", "2 phones"
 * @param {number} n
 * @param {string} one
 */
export const plural = (n, one, many = `${one}s`) => `${number(n)} ${n === 1 ? one : many}`;
/**
 * An order for names.
 * @param {string} a
 * @param {string} b
 */
export const byName = (a, b) => names.compare(a, b);

/**
 * "$0.05", "US$12.40": as many decimals as matter.
 * @param {Pick<Cost, "amount" | "currency"> | null} cost
 */
export function money(cost) {
  if (!cost) return "–";
  const amount = Number(cost.amount);
  const digits = amount !== 0 && Math.abs(amount) < 1 ? 4 : 2;
  return new Intl.NumberFormat(shared.LANGUAGE, {
    style: "currency",
    currency: cost.currency,
    minimumFractionDigits: 2,
    maximumFractionDigits: digits,
  }).format(amount);
}

/**
 * A moment in local time, with UTC as its tooltip.
 * @param {string | null | undefined} iso
 * @param {{ precise?: boolean }} [options] `precise`: with seconds
 */
export function time(iso, { precise = false } = {}) {
  const at = Date.parse(iso ?? "");
  if (Number.isNaN(at)) return el("span", { class: "soft" }, "–");
  return el(
    "time",
    { datetime: iso, title: `${new Date(at).toISOString().replace("T", " ").slice(0, 19)} UTC` },
    (precise ? full : short).format(at),
  );
}

/** @param {number} at in milliseconds */
export const localTime = (at) => short.format(at);

/** @type {[Intl.RelativeTimeFormatUnit, number][]} */
const UNITS = [
  ["day", 86400],
  ["hour", 3600],
  ["minute", 60],
];

/**
 * "3 minutes ago", "in 2 days"
 * @param {string} iso
 */
export function ago(iso) {
  const seconds = (Date.parse(iso) - clock.now()) / 1000;
  for (const [unit, length] of UNITS) {
    if (Math.abs(seconds) >= length) return relative.format(Math.trunc(seconds / length), unit);
  }
  return "just now";
}

/**
 * A day of the statistics, which are kept by UTC.
 * @param {string} date
 */
export const day = (date) => dayOnly.format(Date.parse(`${date}T00:00:00Z`));
/** @param {string} date */
export const shortDay = (date) => dayShort.format(Date.parse(`${date}T00:00:00Z`));

/**
 * Null for a lock that only an administrator ends.
 * @param {string | null | undefined} lockedUntil
 */
export const lockEnd = (lockedUntil) => shared.lockEnd(lockedUntil, clock.now());

/** @param {string | null | undefined} lockedUntil */
export const isLocked = (lockedUntil) => Date.parse(lockedUntil ?? "") > clock.now();

const languages = new Intl.DisplayNames([shared.LANGUAGE], { type: "language" });

/**
 * "German", "Traditional Chinese"; the tag itself where it has no name.
 * @param {string} tag
 */
export function languageName(tag) {
  try {
    return languages.of(tag) ?? tag;
  } catch {
    return tag; // an imported user may have anything here
  }
}

/** @type {Record<Route["provider"], string>} */
export const PROVIDERS = { twilio: "Twilio", aws: "AWS" };
/** @type {Record<string, string>} */
export const KINDS = { backup: "Backup user", system: "System user" };
/** @type {Record<string, string>} */
export const STATUSES = { active: "Active", disabled: "Disabled" };

/** Beside the field of a user's new password. */
export const PASSWORD_HINT = "At least 8 characters, and none that attackers try first.";

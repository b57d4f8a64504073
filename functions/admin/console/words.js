// How times, amounts and states are written.

/** @import { Cost, PhoneChoice, Route } from "./shared/types" */
import { language, t } from "./language.js";
import { clock } from "./shared/api.js";
import { el } from "./shared/dom.js";
import * as shared from "./shared/words.js";

const numbers = new Intl.NumberFormat(language.format);
const short = new Intl.DateTimeFormat(language.format, { dateStyle: "medium", timeStyle: "short" });
const full = new Intl.DateTimeFormat(language.format, { dateStyle: "medium", timeStyle: "medium" });
const dayOnly = new Intl.DateTimeFormat(language.format, { dateStyle: "medium", timeZone: "UTC" });
const dayShort = new Intl.DateTimeFormat(language.format, { day: "numeric", month: "short", timeZone: "UTC" });
const relative = new Intl.RelativeTimeFormat(language.tag, { numeric: "auto" });
const names = new Intl.Collator(language.tag);
const lists = new Intl.ListFormat(language.tag);

/** The name of a region: "Hong Kong", "Hongkong"; undefined if there is no such region. */
export const regionName = language.regions;
/**
 * "Hong Kong (+852) - ****3799"
 * @param {Pick<PhoneChoice, "region" | "calling_code" | "masked_number">} phone
 */
export const maskedPhone = (phone) => language.phone(phone);
/**
 * "42 seconds", "5 minutes", "2 hours": to be read or heard, so rounded up to a unit that matters.
 * @param {number} ms
 */
export const duration = (ms) => language.duration(ms);
/**
 * "Germany, France and Spain"
 * @param {string[]} items
 */
export const list = (items) => lists.format(items);

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
  return new Intl.NumberFormat(language.format, {
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

/** The time zone that all times are shown and taken in: "Hong Kong Standard Time", "Central European Time". */
export function timeZone() {
  const named = new Intl.DateTimeFormat(language.format, { timeZoneName: "longGeneric" }).formatToParts();
  return named.find(({ type }) => type === "timeZoneName")?.value ?? "UTC";
}

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
  return t("justNow");
}

/**
 * How long ago, with the moment as its tooltip.
 * @param {string} iso
 */
export function timeAgo(iso) {
  const moment = time(iso);
  moment.title = `${moment.textContent} (${moment.title})`;
  moment.textContent = ago(iso);
  return moment;
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

const languages = new Intl.DisplayNames([language.tag], { type: "language" });

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
export const KINDS = { backup: t("kind_backup"), system: t("kind_system") };
/** @type {Record<string, string>} */
export const STATUSES = { active: t("status_active"), disabled: t("status_disabled") };

/** Beside the field of a user's new password. */
export const PASSWORD_HINT = t("passwordHint");

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
export const percent = (share) =>
  share === null || share === undefined
    ? "–"
    : `${(share * 100).toFixed(share > 0.995 && share < 1 ? 2 : 1).replace(/\.0$/, "")} %`;
export const plural = (n, one, many = `${one}s`) => `${number(n)} ${n === 1 ? one : many}`;
export const byName = (a, b) => names.compare(a, b);

/** "$0.05", "US$12.40": as many decimals as matter. */
export function money(cost) {
  if (!cost) return "–";
  const amount = Number(cost.amount);
  const digits = amount !== 0 && Math.abs(amount) < 1 ? 4 : 2;
  return new Intl.NumberFormat(LANGUAGE, {
    style: "currency",
    currency: cost.currency,
    minimumFractionDigits: 2,
    maximumFractionDigits: digits,
  }).format(amount);
}

/** A moment, local, with UTC to be seen when pointed at. */
export function time(iso, { precise = false } = {}) {
  const at = Date.parse(iso ?? "");
  if (Number.isNaN(at)) return el("span", { class: "soft" }, "–");
  return el(
    "time",
    { datetime: iso, title: `${new Date(at).toISOString().replace("T", " ").slice(0, 19)} UTC` },
    (precise ? full : short).format(at),
  );
}

export const localTime = (at) => short.format(at);

/** "3 minutes ago", "in 2 days" */
export function ago(iso) {
  const seconds = (Date.parse(iso) - clock.now()) / 1000;
  for (const [unit, length] of [
    ["day", 86400],
    ["hour", 3600],
    ["minute", 60],
  ]) {
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

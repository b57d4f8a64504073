// How charts write hours and durations. Statistics are kept by UTC.

import { language, t } from "./language.js";

const short = new Intl.DateTimeFormat(language.format, { hour: "2-digit", minute: "2-digit", timeZone: "UTC" });
const long = new Intl.DateTimeFormat(language.format, { dateStyle: "medium", timeStyle: "short", timeZone: "UTC" });
const durations = new Intl.NumberFormat(language.format, { style: "unit", unit: "second", unitDisplay: "short" });

/**
 * "09:00", "9:00 AM"
 * @param {number} at in milliseconds
 */
export const hourOfDay = (at) => short.format(at);
/**
 * "Mar 14, 2031, 9:00 AM UTC"
 * @param {number} at in milliseconds
 */
export const hourWithDay = (at) => t("hourOf", { time: long.format(at) });
/**
 * "4.5 sec"
 * @param {number} value
 */
export const seconds = (value) => durations.format(value >= 100 ? Math.round(value) : value);

// Fraud budgets in words, for their page and the overview.

/** @import { FraudMode, FraudReport, RegionFraud } from "./shared/types" */
import { notice } from "./dialogs.js";
import { regionName } from "./shared/words.js";
import { number } from "./words.js";

/** @param {RegionFraud} region */
export const isFullToday = ({ unverified_today: count, daily }) => count >= daily;
/** @param {RegionFraud} region */
export const isFullThisHour = ({ unverified_this_hour: count, hourly }) => count >= hourly;

/** The most countries that a banner names. */
const NAMED = 6;

/** @type {Record<FraudMode, string>} */
const MEANS = {
  off: "Fraud budgets are off: messages to new phones go out all the same, unless a user adds the phone.",
  observe:
    "Messages to new phones still go out. With Enforce they would be refused; those to phones that users add are.",
  enforce: "Messages to new phones there are refused until codes come back, or the hour or the day (UTC) ends.",
};

/**
 * The banner while a budget is used up.
 * @param {FraudReport} report
 * @param {HTMLElement[]} [actions]
 */
export function fullBanner({ mode, items }, actions = []) {
  const full = items.filter((region) => isFullToday(region) || isFullThisHour(region));
  if (!full.length) return [];
  const named = full.slice(0, NAMED).map(({ region }) => regionName(region) ?? region);
  const more = full.length > NAMED ? ` and ${number(full.length - NAMED)} more` : "";
  const title = `Unverified messages have used up the budget: ${named.join(", ")}${more}`;
  const kind = mode === "enforce" ? "warning" : "error";
  return [notice({ kind, title, text: MEANS[mode], actions })];
}

/**
 * "12 of 340 messages would have been refused", or how many were; null if none.
 * @param {Pick<RegionFraud, "sent" | "would_refuse" | "refused">} counted
 */
export function decisions({ sent, would_refuse: would, refused }) {
  const words = [
    would ? `Would have refused ${number(would)} of ${number(sent)}` : "",
    refused ? `Refused ${number(refused)}` : "",
  ];
  return words.filter(Boolean).join(". ") || null;
}

// Fraud budgets in words, for their page and the overview.

/** @import { FraudReport, RegionFraud } from "./shared/types" */
import { notice } from "./dialogs.js";
import { t } from "./language.js";
import { list, number, regionName } from "./words.js";

/** @param {RegionFraud} region */
export const isFullToday = ({ unverified_today: count, daily }) => count >= daily;
/** @param {RegionFraud} region */
export const isFullThisHour = ({ unverified_this_hour: count, hourly }) => count >= hourly;

/** The most countries that a banner names. */
const NAMED = 6;

/**
 * The banner while a budget is used up.
 * @param {FraudReport} report
 * @param {HTMLElement[]} [actions]
 */
export function fullBanner({ mode, items }, actions = []) {
  const full = items.filter((region) => isFullToday(region) || isFullThisHour(region));
  if (!full.length) return [];
  const named = full.slice(0, NAMED).map(({ region }) => regionName(region) ?? region);
  const title =
    full.length > NAMED
      ? t("budgetUsedUpMore", { regions: named.join(", "), n: number(full.length - NAMED) })
      : t("budgetUsedUp", { regions: list(named) });
  const kind = mode === "enforce" ? "warning" : "error";
  return [notice({ kind, title, text: t(`fraudMeans_${mode}`), actions })];
}

/**
 * "Would have refused 12 of 340. Refused 3", or one of both; null if there were no decisions.
 * @param {Pick<RegionFraud, "sent" | "would_refuse" | "refused">} counted
 */
export function decisions({ sent, would_refuse: would, refused: stopped }) {
  const past = t("wouldHaveRefused", { n: number(would), all: number(sent) });
  const refused = t("haveRefused", { n: number(stopped) });
  if (would && stopped) return t("bothDecisions", { would: past, refused });
  return (would && past) || (stopped && refused) || null;
}

// The setting `sending` in words, for the switch, the banner and the settings.

/** @import { Sending } from "./shared/types" */
import { t } from "./language.js";

/** @type {Record<Sending, [label: string, hint: string]>} */
export const SENDING = {
  on: [t("sendingTo_on"), t("sendingHint_on")],
  verified_only: [t("sendingTo_verified_only"), t("sendingHint_verified_only")],
  off: [t("sendingTo_off"), t("sendingHint_off")],
};

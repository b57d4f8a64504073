// The setting `sending` in words, for the switch, the banner and the settings.

/** @import { Sending } from "./shared/types" */

/** @type {Record<Sending, [label: string, hint: string]>} */
export const SENDING = {
  on: ["To every phone", "Messages and calls go out."],
  verified_only: ["Only to verified phones", "Phones on which a passcode was entered before. New numbers get nothing."],
  off: ["Nothing at all", "No text message, call or WhatsApp goes out, no notice either."],
};

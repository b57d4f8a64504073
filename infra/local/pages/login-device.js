// What the device offers a login: a place to remember a name, passcodes read from messages, a clipboard.

import { RememberedName } from "./shared/remembered-name.js";

export const rememberedName = new RememberedName("backup-client.login-name");

/**
 * The options that WebOTP adds.
 * @typedef {CredentialRequestOptions & { otp: { transport: string[] } }} OtpRequest
 */

/**
 * The passcode straight from the message, whose last line names this page's host; null where the browser cannot read
 * it, the person declined, or `signal` aborted it.
 * @param {AbortSignal} signal
 * @returns {Promise<string | null>}
 */
export async function passcodeFromMessage(signal) {
  if (!("OTPCredential" in window)) return null;
  try {
    const wanted = /** @type {OtpRequest} */ ({ otp: { transport: ["sms"] }, signal });
    const credential = /** @type {Credential & { code?: string } | null} */ (await navigator.credentials.get(wanted));
    return credential?.code ?? null;
  } catch {
    return null;
  }
}

/**
 * Whether the text is on the clipboard now. Browsers give none to pages that came over plain HTTP.
 * @param {string} text
 */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

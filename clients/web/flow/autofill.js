// Passcodes that the device reads from messages.

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

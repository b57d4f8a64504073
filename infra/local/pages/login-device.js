// What the device offers a login: a place to remember a name, passcodes read from messages, a clipboard.

const REMEMBERED = "backup-client.login-name";

/** Remember a login name on this device; null forgets it. Nothing else is ever stored. */
export function remember(name) {
  try {
    if (name) localStorage.setItem(REMEMBERED, name);
    else localStorage.removeItem(REMEMBERED);
  } catch {
    // Storage may be switched off; then a name is not remembered.
  }
}

export function recall() {
  try {
    return localStorage.getItem(REMEMBERED);
  } catch {
    return null;
  }
}

/**
 * The passcode straight from the message, whose last line names this page's host; null where the browser cannot read it,
 * the person declined, or `signal` called it off.
 */
export async function passcodeFromMessage(signal) {
  if (!("OTPCredential" in window)) return null;
  try {
    const credential = await navigator.credentials.get({ otp: { transport: ["sms"] }, signal });
    return credential?.code ?? null;
  } catch {
    return null;
  }
}

/** Whether the text is on the clipboard now. Browsers give none to pages that came over plain HTTP. */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

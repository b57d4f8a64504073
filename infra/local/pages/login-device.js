// The parts of the device that a login uses: a place to remember a name, a clipboard.

import { RememberedName } from "./shared/remembered-name.js";

export const rememberedName = new RememberedName("backup-client.login-name");

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

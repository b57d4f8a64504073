// The tokens of devices that stand in for a second factor for a while: one for each login name, on this device.

const PREFIX = "second-factor.device.";

/** @param {string} name */
const place = (name) => PREFIX + name.normalize("NFKC").trim().toLowerCase();

/**
 * @param {string} name the login name
 * @param {string} token
 * @param {string | undefined} expiresAt
 */
export function keepDevice(name, token, expiresAt) {
  try {
    localStorage.setItem(place(name), JSON.stringify({ token, expiresAt }));
  } catch {
    // Storage may be switched off; then the second factor is asked for again.
  }
}

/** @param {string} name the login name */
export function forgetDevice(name) {
  try {
    localStorage.removeItem(place(name));
  } catch {
    // Nothing is kept either.
  }
}

/** The browser and the system, by which a person finds this device in the list of trusted ones. */
export function deviceName() {
  const agent = navigator.userAgent;
  const browser = /(Firefox|Edg|OPR|Chrome|Safari)\//.exec(agent)?.[1] ?? "";
  const system = /(Windows|Android|iPhone|iPad|Mac OS X|CrOS|Linux)/.exec(agent)?.[1] ?? "";
  return [browser, system].filter(Boolean).join(", ");
}

/**
 * The token for this login name, if there is one that is still good.
 * @param {string} name
 * @returns {string | undefined}
 */
export function deviceToken(name) {
  try {
    const { token, expiresAt } = JSON.parse(localStorage.getItem(place(name)) ?? "{}");
    if (Date.parse(expiresAt) > Date.now()) return token;
    localStorage.removeItem(place(name));
  } catch {
    // Nothing is kept, or something else is.
  }
  return undefined;
}

// A login under way, kept in this tab so that a reload goes on with it. It has the MFA token, which opens nothing but
// the second step and ends within minutes. Passwords, passcodes and access tokens are never kept.

/**
 * A place in the tab's storage for one login. `T` is what is kept.
 * @template {object} T
 */
export class KeptLogin {
  /** @param {string} name of the place */
  constructor(name) {
    this.name = name;
  }

  /** @param {T} login */
  keep(login) {
    try {
      sessionStorage.setItem(this.name, JSON.stringify(login));
    } catch {
      // Storage may be switched off; then a reload begins again.
    }
  }

  /**
   * The login that was kept, or null.
   * @returns {T | null}
   */
  read() {
    try {
      return JSON.parse(sessionStorage.getItem(this.name) ?? "null");
    } catch {
      return null;
    }
  }

  forget() {
    try {
      sessionStorage.removeItem(this.name);
    } catch {
      // Nothing was kept either.
    }
  }
}

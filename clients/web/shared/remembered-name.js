// A login name that this device remembers. Nothing else about a login is kept beyond its tab.

/** One name, under one key of the device's storage. */
export class RememberedName {
  /** @param {string} key */
  constructor(key) {
    this.key = key;
  }

  /**
   * Remember a login name; null forgets it.
   * @param {string | null} name
   */
  remember(name) {
    try {
      if (name) localStorage.setItem(this.key, name);
      else localStorage.removeItem(this.key);
    } catch {
      // Storage may be switched off; then a name is not remembered.
    }
  }

  /** The remembered login name; empty where there is none. */
  recall() {
    try {
      return localStorage.getItem(this.key) ?? "";
    } catch {
      return "";
    }
  }
}

// Whether an administrator is logged in in this browser, as its tabs tell one another. It is no secret and no proof:
// the proof is a cookie that no script can read.

const PLACE = "mfa-console.session";

/**
 * `in`: somebody is logged in. `leaving`: they logged out, and the server may not know yet.
 * @typedef {"in" | "leaving"} Mark
 */

/** @returns {Mark | null} */
export function mark() {
  try {
    const [found] = (localStorage.getItem(PLACE) ?? "").split(" ");
    return found === "in" || found === "leaving" ? found : null;
  } catch {
    return null;
  }
}

/**
 * Tell the other tabs. Each mark is another text, since browsers tell of changes only.
 * @param {Mark | null} value
 */
export function setMark(value) {
  try {
    if (value === null) localStorage.removeItem(PLACE);
    else localStorage.setItem(PLACE, `${value} ${Date.now()}`);
  } catch {
    // Storage may be switched off; then each tab has a login of its own.
  }
}

/**
 * Learn what another tab did.
 * @param {{ entered: () => void, left: () => void }} listeners
 */
export function onMark({ entered, left }) {
  addEventListener("storage", (event) => {
    if (event.key !== PLACE && event.key !== null) return;
    if (mark() === "in") entered();
    else left();
  });
}

// The names of regions, countdowns, the ends of locks, and how a typed passcode is read. No DOM in here.

const DAY_MS = 86_400_000;
const SPECIAL_REGIONS = new Set(["HK", "MO"]);

/**
 * The names of regions in a language: "Hong Kong", "United States"; undefined for what is not a region.
 * @param {string} tag
 * @returns {(region: string | null | undefined) => string | undefined}
 */
export function regionNames(tag) {
  const longNames = new Intl.DisplayNames([tag], { type: "region", fallback: "none" });
  const shortNames = new Intl.DisplayNames([tag], { type: "region", style: "short", fallback: "none" });
  return (region) => {
    if (!region || !/^[A-Z]{2}$/.test(region) || region === "ZZ") return undefined;
    // "Hong Kong", not "Hong Kong SAR China"; but "United States", not "US".
    return (SPECIAL_REGIONS.has(region) ? shortNames : longNames).of(region);
  };
}

/**
 * "0:42", "14:07", "1:14:07"
 * @param {number} ms
 */
export function countdown(ms) {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  const two = (/** @type {number} */ n) => String(n).padStart(2, "0");
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return hours ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

/**
 * When a lock ends, in milliseconds; null where only an administrator ends it: it has no end, or one that is not meant
 * to be waited for.
 * @param {string | null | undefined} lockedUntil
 * @param {number} now
 */
export function lockEnd(lockedUntil, now) {
  const time = Date.parse(lockedUntil ?? "");
  return Number.isNaN(time) || time - now > 30 * DAY_MS ? null : time;
}

/**
 * Read what someone typed or pasted: `XYWD-581883`, `581 883`, `G-581883.`, or the whole message, with the invisible
 * characters, blanks and dashes that come along. `prefix` is null where none was given, `digits` where there is no
 * passcode.
 * @param {string} text
 * @returns {{ digits: string | null, prefix: string | null }}
 */
export function readPasscode(text) {
  const given = text.normalize("NFKC").trim();
  const plain = given.replace(/[\s\p{Cf}\p{DI}\p{Z}\p{Pd}\u2212]/gu, "").replace(/^\p{P}+|\p{P}+$/gu, "");
  const short = /^([A-Za-z]{0,4})(\d{4,10})$/.exec(plain);
  if (short) return { digits: short[2], prefix: short[1].length === 4 ? short[1].toUpperCase() : null };
  const message = /(?<![\d+*#])\d{4,10}(?!\d)/.exec(given);
  const prefix = /(?<![A-Za-z])[B-DF-HJ-NP-TV-Z]{4}(?![A-Za-z])/.exec(given);
  return { digits: given.length > 20 && message ? message[0] : null, prefix: prefix?.[0] ?? null };
}

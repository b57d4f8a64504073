// Countries: their names, their calling codes, and which one a number belongs to.

/** @import { Region } from "./shared/types" */
import { byName, regionName } from "./words.js";

// Several regions share a calling code; a number alone then says the largest of them.
/** @type {Record<string, string>} */
const CHIEF = {
  "+1": "US",
  "+7": "RU",
  "+39": "IT",
  "+44": "GB",
  "+47": "NO",
  "+61": "AU",
  "+64": "NZ",
  "+212": "MA",
  "+262": "RE",
  "+290": "SH",
  "+358": "FI",
  "+590": "GP",
  "+599": "CW",
};

/** By name. @type {Region[]} */
let all = [];

/**
 * Learn what `GET /v1/admin/regions` gives.
 * @param {Region[]} items
 */
export function learnRegions(items) {
  all = items
    .map((item) => ({ ...item, name: regionName(item.region) ?? item.name }))
    .sort((a, b) => byName(a.name, b.name));
}

export const regions = () => all;

/**
 * "Hong Kong (+852)"
 * @param {Region} region
 */
export const regionLabel = ({ region, name, calling_code: code }) =>
  `${name ?? regionName(region) ?? region} (${code})`;

/**
 * "+852 92153799"
 * @param {string} number in E.164
 * @param {string} [callingCode]
 */
export function spaced(number, callingCode) {
  return callingCode && number.startsWith(callingCode) ? `${callingCode} ${number.slice(callingCode.length)}` : number;
}

/**
 * A number as someone typed or pasted it, taken apart: `{region, calling_code, national}`, or null where it is not in
 * international form. `near` is the region chosen so far: it stays where it has the same calling code.
 * @param {string} text
 * @param {string} [near]
 */
export function readNumber(text, near) {
  const compact = text
    .normalize("NFKC")
    .replace(/^\s*(?:tel:)?\s*00/i, "+")
    .replace(/^tel:/i, "")
    .replace(/\(0\)/g, "")
    .replace(/[^\d+]/g, "");
  if (!compact.startsWith("+")) return null;
  for (let length = 4; length >= 2; length--) {
    const code = compact.slice(0, length);
    const sharing = all.filter((item) => item.calling_code === code);
    if (!sharing.length) continue;
    const found =
      sharing.find((item) => item.region === near) ?? sharing.find((item) => item.region === CHIEF[code]) ?? sharing[0];
    return { region: found.region, calling_code: code, national: compact.slice(length) };
  }
  return null;
}

/**
 * The number in E.164, as far as that can be told here; the server judges it. Empty where there are no digits.
 * @param {string} region
 * @param {string} text
 */
export function e164(region, text) {
  const whole = readNumber(text, region);
  if (whole) return whole.calling_code + whole.national;
  const digits = text.normalize("NFKC").replace(/\(0\)/g, "").replace(/\D/g, "");
  const code = all.find((item) => item.region === region)?.calling_code;
  return digits && code ? code + digits : "";
}

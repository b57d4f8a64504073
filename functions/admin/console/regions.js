// Countries: their names, their calling codes, and which one a number belongs to.

import { byName } from "./words.js";

const LANGUAGE = navigator.languages?.find((tag) => tag.startsWith("en")) ?? "en";
const longNames = new Intl.DisplayNames([LANGUAGE], { type: "region", fallback: "none" });
const shortNames = new Intl.DisplayNames([LANGUAGE], { type: "region", style: "short", fallback: "none" });

// Several regions share a calling code; a number alone then says the largest of them.
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

let all = []; // [{region, name, calling_code}] by name

/** Learn what `GET /v1/admin/regions` gives. */
export function learnRegions(items) {
  all = items
    .map((item) => ({ ...item, name: regionName(item.region) ?? item.name }))
    .sort((a, b) => byName(a.name, b.name));
}

export const regions = () => all;

/** "Hong Kong", "United States"; undefined for what is not a region. */
export function regionName(region) {
  if (!/^[A-Z]{2}$/.test(region ?? "") || region === "ZZ") return undefined;
  const [long, short] = [longNames.of(region), shortNames.of(region)];
  // "Hong Kong", not "Hong Kong SAR China"; but "United States", not "US".
  return long && short && long.startsWith(`${short} SAR`) ? short : long;
}

/** "Hong Kong (+852)" */
export const regionLabel = ({ region, name, calling_code: code }) =>
  `${name ?? regionName(region) ?? region} (${code})`;

/** "Hong Kong (+852) - ****3799", as the first product wrote it. */
export function maskedPhone(phone) {
  const name = regionName(phone.region);
  return name
    ? `${name} (${phone.calling_code}) - ${phone.masked_number}`
    : `${phone.calling_code} - ${phone.masked_number}`;
}

/** "+852 92153799" */
export function spaced(number, callingCode) {
  return number.startsWith(callingCode ?? "?") ? `${callingCode} ${number.slice(callingCode.length)}` : number;
}

/**
 * A number as someone typed or pasted it, taken apart: `{region, calling_code, national}`, or null where it is not in
 * international form. `near` is the region chosen so far: it stays where it has the same calling code.
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

/** The number in E.164 as far as it can be told here; the server judges it. Empty where there are no digits. */
export function e164(region, text) {
  const whole = readNumber(text, region);
  if (whole) return whole.calling_code + whole.national;
  const digits = text.normalize("NFKC").replace(/\(0\)/g, "").replace(/\D/g, "");
  const code = all.find((item) => item.region === region)?.calling_code;
  return digits && code ? code + digits : "";
}

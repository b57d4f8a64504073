// A language: which one a reader gets, and its words: sentences with values in them, times, durations and regions.

/** @import { PhoneChoice } from "./types" */
import { regionNames } from "./words.js";

const RIGHT_TO_LEFT = new Set(["ar"]);

/**
 * The language on offer that is closest to those that a person reads, best first: "de-AT" is "de", "zh-TW" is
 * "zh-Hant".
 * @param {readonly string[]} tags
 * @param {readonly string[]} offered
 */
export function closest(tags, offered) {
  for (const tag of tags) {
    const found = closestTo(tag, offered);
    if (found) return found;
  }
  return "en";
}

/**
 * @param {string} tag
 * @param {readonly string[]} offered
 */
function closestTo(tag, offered) {
  let wanted;
  try {
    wanted = new Intl.Locale(tag).maximize();
  } catch {
    return undefined; // not a language tag
  }
  const { language, script, region } = wanted;
  const names = [`${language}-${region}`, `${language}-${script}`, language];
  const exact = names.find((name) => offered.includes(name));
  // Angola, Mozambique and others write as Portugal does.
  return exact ?? offered.find((name) => language === "pt" && name === "pt-PT");
}

/**
 * Words in one language. `S` are the strings: those of the kit, and of a page that adds its own.
 *
 * ```js
 * const words = await loadLanguage("de");
 * words.text("resendIn", { time: "0:42" });
 * ```
 * @template {Record<string, string>} [S=Record<string, string>]
 */
export class Language {
  /**
   * @param {string} tag
   * @param {S} strings
   * @param {string} [reader] the reader's own kind of the language, for dates and numbers: "de-AT"
   */
  constructor(tag, strings, reader = tag) {
    this.tag = tag;
    this.strings = strings;
    this.direction = RIGHT_TO_LEFT.has(tag) ? "rtl" : "ltr";
    // Digits are ASCII everywhere: those of passcodes, countdowns and phone numbers stand beside each other.
    this.format = new Intl.Locale(reader, { numberingSystem: "latn" }).toString();
    this.regions = regionNames(tag);
  }

  /**
   * A string with its `{values}`.
   * @param {keyof S & string} key
   * @param {Record<string, string | number>} [values]
   */
  text(key, values = {}) {
    return this.strings[key].replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
  }

  /**
   * A string with elements in the places of its `{values}`.
   * @template N
   * @param {keyof S & string} key
   * @param {Record<string, N>} values
   * @returns {(N | string)[]}
   */
  parts(key, values) {
    return this.strings[key].split(/(\{\w+\})/).map((part) => {
      const name = part.slice(1, -1);
      return Object.hasOwn(values, name) ? values[name] : part;
    });
  }

  /**
   * Sentences, one behind the other.
   * @param {...(string | false | null | undefined)} sentences
   */
  sentences(...sentences) {
    return sentences.filter(Boolean).join(/^(zh|ja)/.test(this.tag) ? "" : " ");
  }

  /**
   * "42 seconds", "5 minutes": to be read or heard, so rounded up to a unit that matters.
   * @param {number} ms
   */
  duration(ms) {
    const seconds = Math.max(1, Math.ceil(ms / 1000));
    if (seconds % 3600 === 0) return this.#count(seconds / 3600, "hour");
    if (seconds < 100) return this.#count(seconds, "second");
    if (seconds < 100 * 60) return this.#count(Math.ceil(seconds / 60), "minute");
    return this.#count(Math.ceil(seconds / 3600), "hour");
  }

  /**
   * "5 days"
   * @param {number} days
   */
  days(days) {
    return this.#count(days, "day");
  }

  /**
   * @param {number} n
   * @param {string} unit
   */
  #count(n, unit) {
    return new Intl.NumberFormat(this.format, { style: "unit", unit, unitDisplay: "long" }).format(n);
  }

  /**
   * The local time of day, with the date where it is not today.
   * @param {number} time
   * @param {number} now
   */
  time(time, now) {
    const sameDay = new Date(time).toDateString() === new Date(now).toDateString();
    return this.#moment(time, sameDay ? { timeStyle: "short" } : { dateStyle: "medium", timeStyle: "short" });
  }

  /**
   * A local date.
   * @param {string | number} time
   */
  date(time) {
    return this.#moment(typeof time === "string" ? Date.parse(time) : time, { dateStyle: "medium" });
  }

  /**
   * @param {number} time
   * @param {Intl.DateTimeFormatOptions} style
   */
  #moment(time, style) {
    return new Intl.DateTimeFormat(this.format, style).format(time);
  }

  /**
   * "Hong Kong (+852) - ****3799". Number and code keep their order in text that runs from right to left.
   * @param {Pick<PhoneChoice, "region" | "calling_code" | "masked_number">} phone
   */
  phone({ region, calling_code: code, masked_number: number }) {
    const name = this.regions(region);
    const [c, n] = this.direction === "rtl" ? [`\u2066${code}\u2069`, `\u2066${number}\u2069`] : [code, number];
    return name ? `${name} (${c}) - ${n}` : `${c} - ${n}`;
  }
}

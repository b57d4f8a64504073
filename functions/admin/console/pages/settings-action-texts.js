// The sentences of an action type, language by language: the message and the call that they make, and their faults.

/** @import { ActionPreview, ActionTextPreview, ActionType, Answer, Overview } from "../shared/types" */
/** @import { EditorOptions } from "./settings-action.js" */
import { bdi, button } from "../dom.js";
import { selectField, textAreaField } from "../fields.js";
import { t, tn } from "../language.js";
import { builtInLanguages, languageLabel } from "../languages.js";
import { facts } from "../page.js";
import { SessionLost } from "../refusals.js";
import { admin } from "../session.js";
import { schemaOf } from "../settings-schema.js";
import { announce, el } from "../shared/dom.js";
import { languageName, money, regionName } from "../words.js";
import { askLanguage } from "./language-dialog.js";
import { actionName, COMMA, mergePatch } from "./settings-fields.js";
import { alphabetWords, judgement, problemWords, refusalNotice } from "./settings-judgements.js";

const PAUSE_MS = 300; // the sentence is judged when nobody has typed for so long
const PARAMETER = /(?<!\{)\{([a-z][a-z0-9_]{0,31})\}/g;
// The settings that change the messages of an action type.
const AROUND = ["signature", "origin", "passcode_length", "voice.enabled", "twilio.sender"];
const MOST_PRICES = 3;
const DEED = { deed: true };

/** The price of a segment. @typedef {{ region: string, amount: number, currency: string }} Price */

/** The price that a segment has had lately, by country, most used first. @type {Promise<Price[]> | null} */
let prices = null;

/** @returns {Promise<Price[]>} */
async function askPrices() {
  /** @type {Answer<Overview>} */
  const { body } = await admin("GET", "/overview?days=30");
  return body.regions
    .toSorted((a, b) => b.sends - a.sends)
    .flatMap(({ region, segments, cost }) =>
      cost && segments ? [{ region, amount: Number(cost.amount) / segments, currency: cost.currency }] : [],
    )
    .slice(0, MOST_PRICES);
}

export class ActionTexts {
  #locale = "en";
  /** The server's verdict, and the type that it is about. @type {{ of: string, preview: ActionPreview } | null} */
  #verdict = null;
  /** Refusals by language. @type {Map<string, string>} */
  #errors = new Map();
  /** @type {number | undefined} */
  #timer;
  /** @type {Price[]} */
  #prices = [];

  /** @param {EditorOptions} options */
  constructor(options) {
    this.options = options;
    this.name = `${actionName(options.type)}.texts`;
    this.language = selectField({
      name: "action-language",
      label: t("textLanguage"),
      options: [],
      onchange: (locale) => this.#choose(locale),
    });
    this.text = textAreaField({
      name: this.name,
      label: t("sentence"),
      rows: 4,
      maxlength: schemaOf(`${this.name}.en`).maxLength,
      hint: t("sentenceHint"),
      onchange: (text) => this.#edit(text),
    });
    this.parameters = el("p", { class: "soft" });
    this.inserts = el("div", { class: "inserts", role: "group", "aria-label": t("parameters") });
    this.remove = button(t("textRemove"), { kind: "small", onclick: () => this.#remove() });
    this.add = button(t("textAdd"), { icon: "plus", onclick: () => this.#add() });
    this.preview = previewPart();
    this.element = this.#layout();
    this.#show("en");
    prices ??= askPrices().catch(() => []);
    prices.then((known) => {
      this.#prices = known;
      this.#drawVerdict();
    });
    this.#judge();
  }

  #layout() {
    return el(
      "div",
      { class: "templates" },
      el("div", { class: "language-row" }, this.language.element, this.add),
      el(
        "div",
        { class: "beside" },
        el("div", { class: "stack small" }, this.text.element, this.parameters, this.inserts, this.remove),
        this.preview.element,
      ),
    );
  }

  /** @returns {ActionType} */
  get #action() {
    return /** @type {ActionType} */ (this.options.draft.get(actionName(this.options.type)));
  }

  /** @param {Record<string, string>} texts */
  #stage(texts) {
    this.options.stage({ ...this.#action, texts });
  }

  /** The names in the English sentence: it decides on the parameters. */
  get #parameters() {
    return [...new Set([...(this.#action.texts.en ?? "").matchAll(PARAMETER)].map(([, name]) => name))];
  }

  /** @param {string} locale */
  #choose(locale) {
    this.#show(locale);
    announce(t("sentenceShown", { language: languageName(locale) }));
  }

  /** @param {string} locale */
  #show(locale) {
    this.#locale = locale in this.#action.texts ? locale : "en";
    this.text.input.lang = this.#locale;
    for (const bubble of [this.preview.bubble, this.preview.longest, this.preview.call]) bubble.lang = this.#locale;
    this.text.value = this.#action.texts[this.#locale] ?? "";
    this.remove.hidden = this.#locale === "en";
    this.#drawAround();
    this.#drawVerdict();
  }

  #drawAround() {
    const locales = Object.keys(this.#action.texts);
    const words = (/** @type {string} */ language, /** @type {string} */ problem) =>
      problem ? t("optionFaulty", { language }) : language;
    const options = locales.map((locale) =>
      el("option", { value: locale }, words(languageLabel(locale), this.problem(locale))),
    );
    this.language.input.replaceChildren(...options);
    this.language.value = this.#locale;
    this.add.hidden = locales.length >= (schemaOf(this.name).maxProperties ?? Number.MAX_SAFE_INTEGER);
    const names = this.#parameters.map((name) => `{${name}}`);
    const insert = (/** @type {string} */ word) =>
      button(word, {
        kind: "small quiet",
        "aria-label": t("insertParameter", { word }),
        onclick: () => this.#insert(word),
      });
    this.inserts.hidden = !names.length;
    this.inserts.replaceChildren(...names.map(insert));
    this.parameters.textContent = t(names.length ? "parametersListed" : "parametersNone");
  }

  /** @param {string} text */
  #edit(text) {
    this.#errors.delete(this.#locale);
    this.#stage({ ...this.#action.texts, [this.#locale]: text });
    this.#drawAround();
    this.judgeSoon();
  }

  /** @param {string} word */
  #insert(word) {
    const { input } = this.text;
    input.setRangeText(word, input.selectionStart, input.selectionEnd, "end");
    input.focus();
    this.#edit(input.value);
  }

  #add() {
    askLanguage({
      taken: Object.keys(this.#action.texts),
      around: builtInLanguages(),
      add: async (locale) => {
        this.#stage({ ...this.#action.texts, [locale]: this.#action.texts.en });
        return () => {
          this.#show(locale);
          this.text.focus();
          this.#judge();
        };
      },
    });
  }

  #remove() {
    const { [this.#locale]: _gone, ...rest } = this.#action.texts;
    this.#stage(rest);
    this.#show("en");
    this.text.focus();
    this.#judge();
  }

  judgeSoon() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#judge(), PAUSE_MS);
  }

  /** Ask the server for its verdict on all sentences. */
  async #judge() {
    clearTimeout(this.#timer);
    const action = this.#action;
    const of = JSON.stringify(action.texts);
    if (Object.values(action.texts).some((text) => !text) || !action.channels.length) return this.#drawVerdict();
    const { element, findings } = this.preview;
    element.setAttribute("aria-busy", "true");
    try {
      const changes = Object.entries(this.options.draft.changes).filter(([name]) => AROUND.includes(name));
      // Times that cannot be saved, and clients, say nothing about the sentences.
      const judged = { texts: action.texts, channels: action.channels };
      const body = { type: this.options.type, action: judged, settings: mergePatch(Object.fromEntries(changes)) };
      /** @type {Answer<ActionPreview>} */
      const answer = await admin("POST", "/actions/preview", { body });
      if (of !== JSON.stringify(this.#action?.texts)) return; // edited meanwhile
      this.#verdict = { of, preview: answer.body };
      this.#drawAround();
      this.#drawVerdict();
    } catch (error) {
      if (error instanceof SessionLost || !this.element.isConnected) return;
      findings.replaceChildren(refusalNotice(error, () => this.#judge()));
    } finally {
      element.removeAttribute("aria-busy");
    }
  }

  /** The verdict on the language on the screen, as long as it is about this text. */
  #judged() {
    const verdict = this.#verdict;
    return verdict?.of === JSON.stringify(this.#action.texts) ? verdict.preview : null;
  }

  #drawVerdict() {
    const judged = this.#judged();
    const text = judged?.texts.find(({ locale }) => locale === this.#locale);
    if (text) drawPreview(this.preview, text, { prices: this.#prices, calls: this.#action.channels.includes("voice") });
    const placeholders = text?.problems.find(({ code }) => code === "other_parameters");
    const refused = this.#errors.get(this.#locale) ?? "";
    this.text.setError(placeholders ? t("sentenceOther", { problem: problemWords(placeholders, DEED) }) : refused);
  }

  /**
   * Why the sentence cannot be saved, as far as the server has judged it.
   * @param {string} locale
   */
  problem(locale) {
    const [first] = this.#judged()?.texts.find((text) => text.locale === locale)?.problems ?? [];
    return first ? t("sentenceCannotBe", { problem: problemWords(first, DEED) }) : "";
  }

  /**
   * @param {string} locale
   * @param {string} words
   */
  setError(locale, words) {
    this.#errors.set(locale || "en", words);
    if ((locale || "en") === this.#locale) this.text.setError(words);
  }

  /** @param {string} locale */
  focus(locale) {
    if ((locale || "en") !== this.#locale) this.#show(locale || "en");
    this.text.setError(this.#errors.get(this.#locale) ?? "");
    this.text.focus();
  }
}

function previewPart() {
  const [bubble, longest] = [el("p", { class: "bubble", dir: "auto" }), el("p", { class: "bubble", dir: "auto" })];
  const figures = el("div", {});
  const findings = el("div", { class: "stack small", role: "status" });
  const call = el("ol", { class: "call-words", dir: "auto" });
  const more = el("details", {}, el("summary", {}, t("longestValues")), longest);
  const calls = el("details", {}, el("summary", {}, t("asCall")), call);
  const element = el(
    "figure",
    { class: "preview" },
    el("figcaption", { class: "soft" }, t("howItArrives")),
    bubble,
    more,
    calls,
    figures,
    findings,
  );
  return { element, bubble, longest, call, calls, figures, findings };
}

/**
 * @param {ReturnType<typeof previewPart>} place
 * @param {ActionTextPreview} text
 * @param {{ prices: Price[], calls: boolean }} around
 */
function drawPreview(place, text, { prices: known, calls }) {
  const { segments, longest_segments: longest, most_segments: most } = text;
  place.bubble.textContent = text.preview;
  place.longest.textContent = text.longest;
  place.calls.hidden = !calls;
  place.call.replaceChildren(...text.call.map((words) => el("li", {}, bdi(words))));
  place.figures.replaceChildren(
    facts([
      [t("alphabet"), alphabetWords(text.alphabet)],
      [t("segments"), t("segmentsMost", { n: segments, longest, most })],
      [t("price"), priceWords(segments, known)],
    ]),
  );
  place.findings.replaceChildren(...judgement(text, t("sentenceFine"), DEED));
}

/**
 * "Costs 2 messages: about US$0.10 in Hong Kong"
 * @param {number} segments
 * @param {Price[]} known
 */
function priceWords(segments, known) {
  const each = known.map(({ region, amount, currency }) => {
    const price = money({ amount: String(amount * segments), currency });
    return t("priceIn", { price, country: regionName(region) ?? region });
  });
  return each.length ? tn("costsAbout", segments, { prices: each.join(COMMA) }) : tn("costs", segments);
}

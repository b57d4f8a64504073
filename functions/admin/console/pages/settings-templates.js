// The words of a text message, language by language: the message as it arrives, its cost, and its faults.

/** @import { Target } from "../fields.js" */
/** @import { Answer, TemplatePreview } from "../shared/types" */
/** @import { SettingsDraft } from "./settings-fields.js" */
import { button, relabel } from "../dom.js";
import { selectField, textAreaField } from "../fields.js";
import { t, tn } from "../language.js";
import { builtInLanguages, languageLabel, languages, learnLanguages } from "../languages.js";
import { facts, load } from "../page.js";
import { SessionLost } from "../refusals.js";
import { admin } from "../session.js";
import { announce, el } from "../shared/dom.js";
import { languageName } from "../words.js";
import { askLanguage } from "./language-dialog.js";
import { localesOf, mergePatch, templateName } from "./settings-fields.js";
import { alphabetWords, judgement, problemWords, refusalNotice } from "./settings-judgements.js";

const PAUSE_MS = 300; // how long nobody types before the text is judged
const PLACEHOLDERS = /** @type {const} */ (["code", "login_name", "prefix", "signature"]);

let chosen = "en"; // survives a redraw

/**
 * The editor. It adds a field for each language to `fields`. `judge()` is to be called when something around the
 * template has changed; `ready` resolves when the editor is drawn.
 * @param {SettingsDraft} draft
 * @param {Target[]} fields
 */
export function templateEditor(draft, fields) {
  const editor = new TemplateEditor(draft, fields);
  return { element: editor.place, judge: () => editor.judgeSoon(), ready: editor.load() };
}

/** The server's verdict on a text. @typedef {TemplatePreview & { of: string | null }} Verdict */

class TemplateEditor {
  /** Built-in texts, as far as they are known: the API gives none for a language that has its own. */
  #builtIn = /** @type {Map<string, string>} */ (new Map());
  /** The languages that have a built-in text. @type {string[]} */
  #shipped = [];
  /** About the text on the screen. @type {Verdict | null} */
  #verdict = null;
  /** @type {number | undefined} */
  #timer;

  /**
   * @param {SettingsDraft} draft
   * @param {Target[]} fields
   */
  constructor(draft, fields) {
    this.draft = draft;
    this.fields = fields;
    this.place = el("div", { class: "templates" });
    this.language = selectField({
      name: "language",
      label: t("textLanguage"),
      options: [],
      onchange: (locale) => this.#choose(locale),
    });
    this.text = textAreaField({
      name: "template",
      label: t("textField"),
      rows: 7,
      maxlength: 1600,
      hint: t("textHint"),
      onchange: (text) => this.#edit(text),
    });
    this.reset = button(t("textReset"), { kind: "small", onclick: () => this.#takeBack() });
    this.preview = previewPart();
    for (const locale of [...this.#own(draft.server), ...this.#own(draft.changes)]) this.#register(locale);
  }

  load() {
    const fetch = async () => {
      await learnLanguages();
      this.#shipped = builtInLanguages();
    };
    return load(this.place, fetch, () => {
      for (const locale of this.#shipped) this.#register(locale);
      this.#show(chosen);
      const add = button(t("textAdd"), { icon: "plus", onclick: () => this.#addLanguage() });
      const inserts = insertButtons((word) => this.#insert(word));
      const words = el("div", { class: "stack small" }, this.text.element, inserts, this.reset);
      return [
        el("div", { class: "language-row" }, this.language.element, add),
        el("div", { class: "beside" }, words, this.preview.element),
      ];
    });
  }

  /**
   * One field for each language, so that a refusal of the server finds the text it is about.
   * @param {string} locale
   */
  #register(locale) {
    const name = templateName(locale);
    if (this.fields.some((field) => field.name === name)) return;
    this.fields.push({
      name,
      label: t("messageIn", { language: languageName(locale) }),
      problem: () => {
        const verdict = this.#verdict;
        const isOfThis = verdict?.locale === locale && verdict.of === this.draft.get(name);
        const [first] = isOfThis ? verdict.problems : [];
        return first ? t("textCannotBe", { problem: problemWords(first) }) : "";
      },
      setError: (words) => {
        if (words && chosen !== locale) this.#show(locale);
        if (chosen === locale) this.text.setError(words);
      },
      focus: () => this.text.focus(),
    });
  }

  /** @param {string} locale */
  #hasOwn(locale) {
    return typeof this.draft.get(templateName(locale)) === "string";
  }

  /**
   * The languages that have their own text in a record.
   * @param {Partial<import("../shared/types").FlatSettings>} record
   */
  #own(record) {
    return localesOf(record).filter((locale) => typeof record[templateName(locale)] === "string");
  }

  get #languages() {
    const own = [...this.#own(this.draft.server), ...this.#own(this.draft.changes)];
    return languages(own).filter((locale) => this.#shipped.includes(locale) || this.#hasOwn(locale));
  }

  /** The text of the chosen language, as far as it is known. */
  get #written() {
    return this.draft.get(templateName(chosen)) ?? this.#builtIn.get(chosen) ?? null;
  }

  #drawLanguages() {
    const words = (/** @type {string} */ locale) => {
      const language = languageLabel(locale);
      if (templateName(locale) in this.draft.changes) return t("optionNotSaved", { language });
      return this.#hasOwn(locale) ? t("optionOwn", { language }) : language;
    };
    const options = this.#languages.map((locale) => el("option", { value: locale }, words(locale)));
    this.language.input.replaceChildren(...options);
    this.language.value = chosen;
    relabel(this.reset, t(this.#shipped.includes(chosen) ? "textReset" : "textRemove"));
    this.reset.hidden = !this.#hasOwn(chosen);
  }

  /** @param {string} locale */
  #choose(locale) {
    this.#show(locale);
    announce(t("textShown", { language: languageName(locale) }));
  }

  /**
   * Put a language on the screen.
   * @param {string} locale
   */
  #show(locale) {
    chosen = this.#languages.includes(locale) ? locale : "en";
    this.#verdict = null;
    this.text.setError("");
    this.text.input.lang = chosen;
    this.preview.bubble.lang = chosen;
    this.text.value = this.#written ?? "";
    this.#drawLanguages();
    return this.#judge();
  }

  /** @param {string} text */
  #edit(text) {
    this.draft.set(templateName(chosen), text === this.#builtIn.get(chosen) ? null : text);
    this.#drawLanguages();
    this.judgeSoon();
  }

  /** @param {string} word */
  #insert(word) {
    const { input } = this.text;
    input.setRangeText(word, input.selectionStart, input.selectionEnd, "end");
    input.focus();
    this.#edit(input.value);
  }

  #takeBack() {
    this.draft.set(templateName(chosen), null);
    this.#show(chosen);
    this.text.focus();
  }

  judgeSoon() {
    clearTimeout(this.#timer);
    if (this.#shipped.length) this.#timer = setTimeout(() => this.#judge(), PAUSE_MS);
  }

  /** Ask the server for its verdict on the text on the screen. */
  async #judge() {
    clearTimeout(this.#timer);
    const [locale, template] = [chosen, this.#written];
    const { element, findings } = this.preview;
    element.setAttribute("aria-busy", "true");
    try {
      const body = await this.#ask(locale, template);
      if (locale !== chosen || template !== this.#written || !this.place.isConnected) return; // edited meanwhile
      if (template === null) {
        if (body.built_in) this.#builtIn.set(locale, body.template);
        this.text.value = body.template;
      }
      this.#verdict = { ...body, of: template };
      drawVerdict(this.preview, body);
      if (!body.problems.length) this.text.setError("");
    } catch (error) {
      if (error instanceof SessionLost || !this.place.isConnected) return;
      findings.replaceChildren(refusalNotice(error, () => this.#judge()));
    } finally {
      element.removeAttribute("aria-busy");
    }
  }

  /**
   * @param {string} locale
   * @param {string | null} template null for the built-in text
   */
  async #ask(locale, template) {
    const given = template === null ? {} : { template };
    const body = { locale, ...given, settings: this.#around(locale) };
    /** @type {Answer<TemplatePreview>} */
    const answer = await admin("POST", "/templates/preview", { body });
    return answer.body;
  }

  /**
   * The unsaved settings that change the message around the text. The text that is saved for the language is left out.
   * @param {string} locale
   */
  #around(locale) {
    const staged = Object.entries(this.draft.changes).filter(([name]) =>
      ["signature", "origin", "passcode_length"].includes(name),
    );
    return mergePatch({ ...Object.fromEntries(staged), [templateName(locale)]: null });
  }

  #addLanguage() {
    askLanguage({
      taken: this.#languages,
      add: async (locale) => {
        const english = await this.#english();
        this.#register(locale);
        this.draft.set(templateName(locale), english);
        return () => {
          this.#show(locale);
          this.text.focus();
        };
      },
    });
  }

  /** The English text; empty where the API does not give it. */
  async #english() {
    const known = this.draft.get(templateName("en")) ?? this.#builtIn.get("en");
    if (known !== undefined && known !== null) return known;
    try {
      /** @type {Answer<TemplatePreview>} */
      const { body } = await admin("POST", "/templates/preview", { body: { locale: "en" } });
      return body.template;
    } catch {
      return "";
    }
  }
}

/** @param {(word: string) => void} insert */
function insertButtons(insert) {
  const buttons = PLACEHOLDERS.map((name) => {
    const word = `{${name}}`;
    const label = t(`insert_${name}`, { word });
    return button(word, { kind: "small quiet", "aria-label": label, onclick: () => insert(word) });
  });
  return el("div", { class: "inserts", role: "group", "aria-label": t("inserts") }, buttons);
}

function previewPart() {
  const bubble = el("p", { class: "bubble", dir: "auto" });
  const figures = el("div", {});
  const findings = el("div", { class: "stack small", role: "status" });
  const caption = el("figcaption", { class: "soft" }, t("howItArrives"));
  return { element: el("figure", { class: "preview" }, caption, bubble, figures, findings), bubble, figures, findings };
}

/**
 * @param {ReturnType<typeof previewPart>} place
 * @param {TemplatePreview} verdict
 */
function drawVerdict({ bubble, figures, findings }, verdict) {
  const { alphabet, segments } = verdict;
  bubble.textContent = verdict.preview;
  figures.replaceChildren(
    facts([
      [t("alphabet"), alphabetWords(alphabet)],
      [t("segments"), String(segments)],
      [t("price"), tn("costs", segments)],
    ]),
  );
  findings.replaceChildren(...judgement(verdict, t("textFine")));
}

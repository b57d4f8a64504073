// The words of a text message, language by language: the message as it will arrive, what it costs, what is wrong with it.

import { Problem, SessionLost } from "../api.js";
import { announce, bdi, button, el, icon, uid } from "../dom.js";
import { notice, noticeOf, openDialog } from "../dialogs.js";
import { facts, selectField, textAreaField, textField } from "../fields.js";
import { load } from "../page.js";
import { fieldSentence } from "../refusals.js";
import { admin } from "../session.js";
import { byName, languageName, plural } from "../words.js";
import { mergePatch, templateName } from "./settings-fields.js";

const PAUSE_MS = 300; // how long nobody types before the text is judged
const PLACEHOLDERS = [
  ["{code}", "the passcode"],
  ["{login_name}", "the login name"],
  ["{prefix}", "the reference"],
  ["{signature}", "the signature"],
];
const TAG = /^[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?$/;

let chosen = "en"; // survives a redraw

/**
 * The editor. `fields` grows by one field for each language; `judge()` is to be called when what stands around the template has
 * changed; `ready` resolves when the editor is drawn.
 */
export function templateEditor(draft, fields) {
  const place = el("div", { class: "templates" });
  const builtIn = new Map(); // as far as it is known: it is not told for a language that has a text of its own
  let shipped = [];
  let verdict = null; // what the server said of the text on the screen
  let timer = null;

  const language = selectField({ name: "language", label: "Language", options: [], onchange: choose });
  const text = textAreaField({
    name: "template",
    label: "Text",
    rows: 7,
    maxlength: 1600,
    hint: "Filled in are {code}, {login_name}, {prefix} and {signature}. The line for autofill is added by itself.",
    onchange: edit,
  });
  const inserts = el(
    "div",
    { class: "inserts", role: "group", "aria-label": "Insert" },
    PLACEHOLDERS.map(([word, meaning]) =>
      button(word, { kind: "small quiet", "aria-label": `Insert ${word}, ${meaning}`, onclick: () => insert(word) }),
    ),
  );
  const reset = button("Reset to the built-in text", { kind: "small", onclick: takeBack });
  const bubble = el("p", { class: "bubble", dir: "auto" });
  const figures = el("div", {});
  const findings = el("div", { class: "stack small", role: "status" });
  const preview = el(
    "figure",
    { class: "preview" },
    el("figcaption", { class: "soft" }, "How it arrives"),
    bubble,
    figures,
    findings,
  );

  /** One for each language, so that a refusal of the server finds the text it is about. */
  function register(locale) {
    const name = templateName(locale);
    if (fields.some((field) => field.name === name)) return;
    fields.push({
      name,
      label: `Message in ${languageName(locale)}`,
      problem: () =>
        verdict?.locale === locale && verdict.of === draft.get(name) && verdict.problems.length
          ? `This text cannot be saved: it ${verdict.problems[0].message}.`
          : "",
      setError(words) {
        if (words && chosen !== locale) show(locale);
        if (chosen === locale) text.setError(words);
      },
      focus: () => text.focus(),
    });
  }

  const hasOwn = (locale) => typeof draft.get(templateName(locale)) === "string";
  const own = (record) =>
    Object.keys(record)
      .filter((name) => name.startsWith("templates.") && typeof record[name] === "string")
      .map((name) => name.slice("templates.".length));
  const languages = () =>
    [...new Set([...shipped, ...own(draft.server), ...own(draft.changes)])]
      .filter((locale) => shipped.includes(locale) || hasOwn(locale))
      .sort((a, b) => byName(languageName(a), languageName(b)));
  const written = () => draft.get(templateName(chosen)) ?? builtIn.get(chosen) ?? null;

  function drawLanguages() {
    const mark = (locale) =>
      templateName(locale) in draft.changes ? ", not saved" : hasOwn(locale) ? ", your own text" : "";
    language.input.replaceChildren(
      ...languages().map((locale) =>
        el("option", { value: locale }, `${languageName(locale)} (${locale})${mark(locale)}`),
      ),
    );
    language.value = chosen;
    reset.lastChild.textContent = shipped.includes(chosen) ? "Reset to the built-in text" : "Remove this language";
    reset.hidden = !hasOwn(chosen);
  }

  function choose(locale) {
    show(locale);
    announce(`The text in ${languageName(locale)}`);
  }

  /** Put a language on the screen. */
  function show(locale) {
    chosen = languages().includes(locale) ? locale : "en";
    verdict = null;
    text.setError("");
    text.input.lang = bubble.lang = chosen;
    text.value = written() ?? "";
    drawLanguages();
    return judge();
  }

  function edit(value) {
    const name = templateName(chosen);
    draft.set(name, value === builtIn.get(chosen) ? null : value);
    drawLanguages();
    judgeSoon();
  }

  function insert(word) {
    const { input } = text;
    input.setRangeText(word, input.selectionStart, input.selectionEnd, "end");
    input.focus();
    edit(input.value);
  }

  function takeBack() {
    draft.set(templateName(chosen), null);
    show(chosen);
    text.focus();
  }

  function judgeSoon() {
    clearTimeout(timer);
    timer = setTimeout(judge, PAUSE_MS);
  }

  async function judge() {
    clearTimeout(timer);
    const [locale, template] = [chosen, written()];
    preview.setAttribute("aria-busy", "true");
    try {
      const { body } = await admin("POST", "/templates/preview", {
        body: { locale, ...(template === null ? {} : { template }), settings: around(locale) },
      });
      if (locale !== chosen || template !== written() || !place.isConnected) return undefined; // typed on meanwhile
      if (template === null) {
        if (body.built_in) builtIn.set(locale, body.template);
        text.value = body.template;
      }
      verdict = { ...body, of: template };
      return drawVerdict();
    } catch (error) {
      if (error instanceof SessionLost || !place.isConnected) return undefined;
      const again = button("Try again", { kind: "small", onclick: judge });
      findings.replaceChildren(
        error instanceof Problem && error.errors.length
          ? notice({
              kind: "error",
              title: "This text cannot be saved",
              text: error.errors.map(({ message }) => fieldSentence(message)).join(" "),
            })
          : noticeOf(error, [again]),
      );
      return undefined;
    } finally {
      preview.removeAttribute("aria-busy");
    }
  }

  /** What stands around the text as it is on the screen. The text that is saved for the language is not asked about. */
  function around(locale) {
    const staged = Object.entries(draft.changes).filter(([name]) =>
      ["signature", "origin", "passcode_length"].includes(name),
    );
    return mergePatch({ ...Object.fromEntries(staged), [templateName(locale)]: null });
  }

  function drawVerdict() {
    const { preview, alphabet, segments } = verdict;
    const warnings = verdict.warnings.filter(({ code }) => code !== "segments");
    bubble.textContent = preview;
    figures.replaceChildren(
      facts([
        ["Alphabet", alphabet === "GSM-7" ? "GSM-7, 160 characters a segment" : "UCS-2, 70 characters a segment"],
        ["Segments", String(segments)],
        ["Price", segments === 1 ? "Costs 1 message" : `Costs ${plural(segments, "message")}`],
      ]),
    );
    const list = (found) =>
      el(
        "ul",
        {},
        found.map(({ message }) => el("li", {}, bdi(fieldSentence(`It ${message}`)))),
      );
    findings.replaceChildren(
      ...[
        verdict.problems.length
          ? notice({ kind: "error", title: "This text cannot be saved", text: list(verdict.problems) })
          : null,
        warnings.length ? notice({ kind: "warning", title: "It could be better", text: list(warnings) }) : null,
        verdict.problems.length + warnings.length
          ? null
          : el("p", { class: "good-text" }, icon("tick"), "Nothing is wrong with this text."),
      ].filter(Boolean),
    );
    if (!verdict.problems.length) text.setError("");
  }

  function addLanguage() {
    const tag = textField({
      name: "tag",
      label: "Language tag",
      mono: true,
      maxlength: 35,
      placeholder: "sv",
      hint: "As in BCP 47: sv for Swedish, pt-PT for Portuguese in Portugal.",
    });
    const form = el(
      "form",
      { id: uid("language"), novalidate: true },
      tag.element,
      el("p", { class: "soft" }, "It begins with the English words, for you to translate."),
    );
    const add = el("button", { type: "submit", form: form.id, class: "button primary" }, el("span", {}, "Add"));
    const dialog = openDialog({
      title: "Add a language",
      body: form,
      actions: [button("Cancel", { onclick: () => dialog.close() }), add],
    });
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const locale = canonical(tag.value);
      if (!locale || languages().includes(locale)) {
        tag.setError(
          locale
            ? `${languageName(locale)} is in the list already.`
            : "That is not a language tag. Take one such as sv or pt-PT.",
        );
        return tag.focus();
      }
      const english =
        draft.get(templateName("en")) ??
        builtIn.get("en") ??
        (await admin("POST", "/templates/preview", { body: { locale: "en" } }).catch(() => null))?.body.template ??
        "";
      register(locale);
      draft.set(templateName(locale), english);
      dialog.close();
      show(locale);
      return text.focus();
    });
  }

  for (const locale of [...own(draft.server), ...own(draft.changes)]) register(locale);
  const ready = load(
    place,
    async () => {
      shipped = (await admin("GET", "/templates")).body.items;
    },
    () => {
      shipped.forEach(register);
      show(chosen);
      return [
        el(
          "div",
          { class: "language-row" },
          language.element,
          button("Add a language", { icon: "plus", onclick: addLanguage }),
        ),
        el("div", { class: "beside" }, el("div", { class: "stack small" }, text.element, inserts, reset), preview),
      ];
    },
  );
  return { element: place, judge: () => shipped.length && judgeSoon(), ready };
}

/** "pt-br" as "pt-BR"; null for what is not a language tag that messages can have. */
function canonical(given) {
  try {
    const [tag] = Intl.getCanonicalLocales(given.trim().replaceAll("_", "-"));
    return tag && TAG.test(tag) && languageName(tag) !== tag ? tag : null;
  } catch {
    return null;
  }
}

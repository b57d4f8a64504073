// The editor of one action type: its sentences, and who may open it for how long.

/** @import { Target } from "../fields.js" */
/** @import { ActionType, Client } from "../shared/types" */
/** @import { SettingsDraft } from "./settings-fields.js" */
import { bdi, button, uid } from "../dom.js";
import { choiceField, numberField } from "../fields.js";
import { t } from "../language.js";
import { labelOf, numberOf, schemaOf } from "../settings-schema.js";
import { el } from "../shared/dom.js";
import { byName } from "../words.js";
import { ActionTexts } from "./settings-action-texts.js";
import { actionName, channelWords } from "./settings-fields.js";

/**
 * The type on the screen. `stage` puts a changed one into the draft.
 * @typedef {object} EditorOptions
 * @property {string} type
 * @property {SettingsDraft} draft
 * @property {Client[]} clients all that are registered
 * @property {(action: ActionType) => void} stage
 * @property {() => void} tryIt
 */

export class ActionEditor {
  /** By member. @type {Map<string, Target>} */
  #fields = new Map();

  /** @param {EditorOptions} options */
  constructor(options) {
    this.options = options;
    this.type = options.type;
    this.texts = new ActionTexts(options);
    this.heading = el("h2", { tabindex: "-1" }, el("code", {}, this.type));
    const limits = /** @type {const} */ (["ttl_seconds", "token_seconds"]).map((member) => this.#limit(member));
    const tryIt = button(t("actionTry"), { onclick: options.tryIt });
    const name = uid("type");
    this.heading.id = name;
    this.element = el(
      "section",
      { class: "card section action-type", "aria-labelledby": name },
      el("div", { class: "section-head" }, el("div", {}, this.heading), el("div", { class: "section-actions" }, tryIt)),
      this.texts.element,
      el("div", { class: "fields" }, limits),
      this.#channels(),
      this.#clientsPart(),
    );
  }

  get #action() {
    return /** @type {ActionType} */ (this.options.draft.get(actionName(this.type)));
  }

  /** @param {Partial<ActionType>} changed */
  #stage(changed) {
    this.options.stage({ ...this.#action, ...changed });
  }

  /** @param {"ttl_seconds" | "token_seconds"} member */
  #limit(member) {
    const name = `${actionName(this.type)}.${member}`;
    const field = numberField({
      name,
      value: this.#action[member],
      ...numberOf(name),
      onchange: (value) => this.#stage({ [member]: value }),
    });
    this.#fields.set(member, field);
    return field.element;
  }

  #channels() {
    const name = `${actionName(this.type)}.channels`;
    const known = schemaOf(name).items?.enum ?? [];
    const chosen = new Set(this.#action.channels);
    const stage = () => {
      this.#stage({ channels: known.filter((channel) => chosen.has(channel)) });
      this.texts.judgeSoon();
    };
    const field = tickField({
      name,
      label: labelOf(name),
      hint: this.options.draft.get("voice.enabled") ? "" : t("actionCallsOff"),
      options: known.map((channel) => [channel, channelWords(channel)]),
      chosen,
      onchange: stage,
    });
    this.#fields.set("channels", field);
    return field.element;
  }

  #clientsPart() {
    const name = `${actionName(this.type)}.clients`;
    const given = this.#action.clients;
    const chosen = new Set(given === "*" ? [] : given);
    const clients = [...this.options.clients].sort((a, b) => byName(a.name, b.name));
    const gone = [...chosen].filter((id) => !clients.some((client) => client.client_id === id));
    /** @type {[string, string][]} */
    const options = [
      ...clients.map((client) => /** @type {[string, string]} */ ([client.client_id, client.name])),
      ...gone.map((id) => /** @type {[string, string]} */ ([id, t("clientGone", { id })])),
    ];
    const stage = () => this.#stage({ clients: choice.value === "*" ? "*" : [...chosen] });
    const choice = choiceField({
      label: labelOf(name),
      value: given === "*" ? "*" : "list",
      options: [
        ["*", t("clientsAll"), t("clientsAllHint")],
        ["list", t("clientsListed"), t("clientsListedHint")],
      ],
      onchange() {
        list.element.hidden = choice.value === "*";
        list.setError("");
        stage();
      },
    });
    const list = tickField({ name, label: t("clientsThese"), options, chosen, onchange: stage });
    if (!options.length) list.element.append(el("p", { class: "soft" }, t("clientsNone")));
    list.element.hidden = given === "*";
    const focus = () => (choice.value === "*" ? choice.focus() : list.focus());
    this.#fields.set("clients", { name, setError: list.setError, focus });
    return el("div", { class: "stack small" }, choice.element, list.element);
  }

  /**
   * The problem of a sentence, as far as the server has judged it.
   * @param {string} locale
   */
  textProblem(locale) {
    return this.texts.problem(locale);
  }

  /**
   * @param {string} member such as `channels`, `texts.en`; or `clients[0]`
   * @param {string} words
   */
  setError(member, words) {
    if (member.startsWith("texts")) this.texts.setError(member.slice("texts.".length), words);
    else this.#fields.get(member)?.setError(words);
  }

  /** @param {string} member empty for the editor itself */
  focus(member) {
    if (member.startsWith("texts")) this.texts.focus(member.slice("texts.".length));
    else if (member) this.#fields.get(member)?.focus();
    else this.heading.focus();
  }
}

/**
 * Several of a few.
 * @param {object} field
 * @param {string} field.name
 * @param {string} field.label
 * @param {string} [field.hint]
 * @param {[value: string, label: string][]} field.options
 * @param {Set<string>} field.chosen is changed by the ticks
 * @param {() => void} field.onchange
 * @returns {Target & { element: HTMLElement }}
 */
function tickField({ name, label, hint, options, chosen, onchange }) {
  const error = el("p", { class: "field-error", role: "alert", hidden: true });
  const setError = (/** @type {string} */ text) => {
    error.textContent = text;
    error.hidden = !text;
  };
  const boxes = options.map(([value]) => {
    const box = el("input", { type: "checkbox", value, checked: chosen.has(value) });
    box.addEventListener("change", () => {
      if (box.checked) chosen.add(value);
      else chosen.delete(value);
      setError("");
      onchange();
    });
    return box;
  });
  const lines = options.map(([, words], at) => el("label", { class: "tick" }, boxes[at], el("span", {}, bdi(words))));
  const element = el(
    "fieldset",
    { class: "tick-field", dataset: { field: name } },
    el("legend", {}, label),
    el("div", { class: "tick-list" }, lines),
    hint ? el("p", { class: "field-hint" }, hint) : null,
    error,
  );
  return { name, label, element, setError, focus: () => (boxes[0] ?? element).focus() };
}

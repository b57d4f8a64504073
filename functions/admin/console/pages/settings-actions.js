// Actions: the deeds that a passcode can confirm, the list of their types, and the phones that may confirm them.

/** @import { Field, Target } from "../fields.js" */
/** @import { ActionType, Client } from "../shared/types" */
/** @import { Column } from "../table.js" */
/** @import { SettingsDraft, SettingsPart } from "./settings-fields.js" */
import { confirm, openDialog } from "../dialogs.js";
import { bdi, button, submitButton, uid } from "../dom.js";
import { numberField, textAreaField, textField } from "../fields.js";
import { t, tn } from "../language.js";
import { learnLanguages } from "../languages.js";
import { badge, load, section } from "../page.js";
import { actionDefaults, labelOf, numberOf, schemaOf } from "../settings-schema.js";
import { announce, el } from "../shared/dom.js";
import { table } from "../table.js";
import { allClients } from "./client-list.js";
import { ActionEditor } from "./settings-action.js";
import { tryDialog } from "./settings-action-test.js";
import { actionName, COMMA, channelWords, fieldOf, limitField, tidy, typesOf } from "./settings-fields.js";

/** Members of a type that are checked before they are saved. */
const MEMBERS = /** @type {const} */ (["channels", "ttl_seconds", "token_seconds", "clients"]);

let chosen = ""; // survives a redraw

/**
 * @param {SettingsDraft} draft
 * @returns {SettingsPart}
 */
export function draw(draft) {
  const age = limitField(draft, "actions_phone_age_hours");
  /** @type {Target[]} */
  const fields = [age];
  const types = new ActionTypes(draft, fields);
  const element = el(
    "div",
    { class: "stack" },
    types.place,
    section({ title: t("actionPhones") }, el("div", { class: "fields" }, age.element)),
  );
  return { element, fields, ready: types.load() };
}

class ActionTypes {
  /** Refusals by full name, so that a type that is not on the screen keeps its own. @type {Map<string, string>} */
  #errors = new Map();
  /** @type {Client[]} */
  #clients = [];
  /** @type {ActionEditor | null} */
  #editor = null;

  /**
   * @param {SettingsDraft} draft
   * @param {Target[]} fields
   */
  constructor(draft, fields) {
    this.draft = draft;
    this.fields = fields;
    this.place = el("div", { class: "stack" });
    this.list = el("div", {});
    this.room = el("div", {});
  }

  load() {
    const fetch = async () => {
      const [clients] = await Promise.all([allClients(), learnLanguages()]);
      this.#clients = clients;
    };
    return load(this.place, fetch, () => {
      for (const type of this.#types) this.#register(type);
      this.#open(this.#types.includes(chosen) ? chosen : (this.#types[0] ?? ""));
      return [this.list, this.room];
    });
  }

  get #types() {
    const names = new Set([...typesOf(this.draft.server), ...typesOf(this.draft.changes)]);
    return [...names].filter((type) => this.#action(type)).sort();
  }

  /** @param {string} type */
  #action(type) {
    return this.draft.get(actionName(type)) ?? null;
  }

  /**
   * @param {string} type
   * @param {ActionType | null} action
   */
  #stage(type, action) {
    this.draft.set(actionName(type), action && tidy(action));
    if (action) this.#register(type);
    this.#drawList();
  }

  /**
   * Fields for all that the server may refuse of a type, whether it is on the screen or not.
   * @param {string} type
   */
  #register(type) {
    const locales = Object.keys(this.#action(type)?.texts ?? {});
    for (const member of [...MEMBERS, "texts", ...locales.map((locale) => `texts.${locale}`)]) {
      const name = `${actionName(type)}.${member}`;
      if (this.fields.some((field) => field.name === name)) continue;
      this.fields.push({
        name,
        label: fieldOf(name)?.label ?? name,
        problem: () => this.#problem(type, member),
        setError: (words) => {
          this.#errors.set(name, words);
          if (this.#editor?.type === type) this.#editor.setError(member, words);
        },
        focus: () => {
          if (this.#editor?.type !== type) this.#open(type);
          this.#editor?.focus(member);
        },
      });
    }
  }

  /**
   * @param {string} type
   * @param {string} member
   */
  #problem(type, member) {
    const action = this.#action(type);
    if (!action || !(actionName(type) in this.draft.changes)) return "";
    if (member === "channels" && !action.channels.length) return t("actionNoChannel");
    if (member === "clients" && !action.clients.length) return t("actionNoClient");
    if (member === "ttl_seconds" || member === "token_seconds") {
      return numberField({ value: action[member], ...numberOf(`${actionName(type)}.${member}`) }).problem();
    }
    const locale = member.replace(/^texts\.?/, "");
    if (!locale || !(locale in action.texts)) return "";
    if (!action.texts[locale].trim()) return t("actionNoSentence");
    return this.#editor?.type === type ? this.#editor.textProblem(locale) : "";
  }

  /**
   * Show a type in the editor.
   * @param {string} type
   */
  #open(type) {
    chosen = type;
    const action = this.#action(type);
    this.#editor = action
      ? new ActionEditor({
          type,
          draft: this.draft,
          clients: this.#clients,
          stage: (changed) => this.#stage(type, changed),
          tryIt: () => tryDialog({ draft: this.draft, fields: this.fields, type }),
        })
      : null;
    this.room.replaceChildren(...(this.#editor ? [this.#editor.element] : []));
    for (const [name, words] of this.#errors) {
      if (name.startsWith(`${actionName(type)}.`))
        this.#editor?.setError(name.slice(actionName(type).length + 1), words);
    }
    this.#drawList();
  }

  #drawList() {
    const types = this.#types;
    const most = schemaOf("actions").maxProperties ?? Number.MAX_SAFE_INTEGER;
    const add = button(t("actionAdd"), { icon: "plus", onclick: () => this.#add() });
    const full = el("p", { class: "soft" }, t("actionsFull", { n: most }));
    const none = el("p", { class: "soft" }, t("actionsNone"));
    const shown = types.length
      ? el("div", { class: "inset" }, table({ caption: labelOf("actions"), items: types, columns: this.#columns() }))
      : none;
    const heading = { title: labelOf("actions"), lead: t("actionsLead"), actions: types.length < most ? [add] : [] };
    const focused = document.activeElement instanceof HTMLElement ? document.activeElement.dataset.act : undefined;
    this.list.replaceChildren(section(heading, shown, types.length < most ? null : full));
    if (focused) /** @type {HTMLElement | null} */ (this.list.querySelector(`[data-act="${focused}"]`))?.focus();
  }

  /** @returns {Column<string>[]} */
  #columns() {
    const mark = (/** @type {string} */ type) =>
      actionName(type) in this.draft.changes
        ? el("span", { class: "badges" }, badge(t("actionNotSaved"), "warn"))
        : null;
    return [
      { label: t("actionColumnName"), kind: "main", cell: (type) => [el("code", {}, type), mark(type)] },
      { label: t("actionColumnEnglish"), cell: (type) => bdi(this.#action(type)?.texts.en ?? "") },
      {
        label: t("actionColumnChannels"),
        cell: (type) => (this.#action(type)?.channels ?? []).map(channelWords).join(COMMA),
      },
      { label: t("actionColumnClients"), cell: (type) => this.#clientWords(this.#action(type)?.clients ?? []) },
      { label: t("actionColumnControls"), kind: "end", unseen: true, cell: (type) => this.#controls(type) },
    ];
  }

  /** @param {ActionType["clients"]} clients */
  #clientWords(clients) {
    if (clients === "*") return t("actionAllClients");
    const names = clients.map((id) => this.#clients.find((client) => client.client_id === id)?.name);
    const gone = names.filter((name) => name === undefined).length;
    const known = names.flatMap((name) => (name === undefined ? [] : [name]));
    const words = known.length > 2 ? tn("countClients", known.length) : known.join(COMMA);
    return bdi([words, gone && tn("deletedClients", gone)].filter(Boolean).join(COMMA) || t("actionNoClients"));
  }

  /** @param {string} type */
  #controls(type) {
    const control = (/** @type {"edit" | "rename" | "remove"} */ deed, /** @type {() => void} */ onclick) =>
      button(t(`action_${deed}`), {
        kind: "small quiet",
        "aria-label": t(`actionOf_${deed}`, { type }),
        "aria-current": deed === "edit" && type === chosen ? "true" : null,
        dataset: { act: `${deed} ${type}` },
        onclick,
      });
    const edit = () => {
      this.#open(type);
      this.#editor?.focus("");
    };
    return [
      control("edit", edit),
      control("rename", () => this.#rename(type)),
      control("remove", () => this.#remove(type)),
    ];
  }

  #add() {
    const sentence = textAreaField({
      name: "sentence",
      label: t("actionDeed"),
      rows: 3,
      maxlength: schemaOf(`${actionName("any")}.texts.en`).maxLength,
      hint: t("actionDeedHint", { example: 'delete backup set "{set}"' }),
    });
    this.#askName({ title: t("actionAddTitle"), action: t("languageAdd"), more: sentence }, (type) => {
      this.#stage(type, newAction(sentence.text.trim()));
      this.#open(type);
      this.#editor?.focus("texts.en");
    });
  }

  /** @param {string} type */
  #rename(type) {
    const text = [el("p", {}, t("actionRenameText")), el("p", {}, t("actionPending"))];
    this.#askName({ title: t("actionOf_rename", { type }), action: t("action_rename"), value: type, text }, (name) => {
      const action = this.#action(type);
      this.#stage(name, action);
      this.#stage(type, null);
      this.#open(name);
      this.#editor?.focus("");
      announce(t("actionRenamed", { type, name }));
    });
  }

  /**
   * Ask for the name of a type.
   * @param {object} question
   * @param {string} question.title
   * @param {string} question.action the words on the button
   * @param {string} [question.value]
   * @param {HTMLElement[]} [question.text]
   * @param {Field<string> & { text: string }} [question.more] a field that must not be empty either
   * @param {(name: string) => void} done
   */
  #askName({ title, action, value = "", text = [], more }, done) {
    const name = textField({
      name: "type",
      label: t("actionColumnName"),
      mono: true,
      maxlength: 32,
      value,
      hint: t("actionNameRule"),
    });
    const form = el("form", { id: uid("type"), novalidate: true }, text, name.element, more?.element);
    const cancel = button(t("cancel"), { onclick: () => dialog.close() });
    const dialog = openDialog({ title, body: form, actions: [cancel, submitButton(action, { form: form.id })] });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const given = name.text.trim();
      const pattern = new RegExp(schemaOf("actions").propertyNames?.pattern ?? ".");
      if (!pattern.test(given)) name.setError(t("actionNameRule"));
      else if (this.#types.includes(given)) name.setError(t("actionNameKnown", { name: given }));
      else if (more && !more.text.trim()) {
        more.setError(t("actionDeedEmpty"));
        return more.focus();
      } else {
        dialog.close();
        return done(given);
      }
      name.focus();
    });
  }

  /** @param {string} type */
  async #remove(type) {
    const text = [t("actionRemoveText"), t("actionPending")];
    const [title, action] = [t("actionRemoveTitle", { type }), t("action_remove")];
    if (!(await confirm({ title, text, action, danger: true }))) return;
    this.#stage(type, null);
    if (chosen === type) this.#open(this.#types[0] ?? "");
    /** @type {HTMLElement | null} */ (this.list.querySelector(".section-actions button, [data-act]"))?.focus();
    announce(t("actionRemoved", { type }));
  }
}

/**
 * A new type. The channels are all that there are, the rest are the API's defaults.
 * @param {string} english
 * @returns {ActionType}
 */
function newAction(english) {
  const channels = schemaOf(`${actionName("any")}.channels`).items?.enum ?? [];
  return { ...actionDefaults(), channels: [...channels], texts: { en: english } };
}

// Actions: the deeds that a passcode can confirm, the list of their types, and the phones that may confirm them.

/** @import { Field, Target } from "../fields.js" */
/** @import { ActionType, Client } from "../shared/types" */
/** @import { Column } from "../table.js" */
/** @import { SettingsDraft, SettingsPart } from "./settings-fields.js" */
import { confirm, openDialog } from "../dialogs.js";
import { bdi, button, submitButton, uid } from "../dom.js";
import { numberField, textAreaField, textField } from "../fields.js";
import { learnLanguages } from "../languages.js";
import { badge, load, section } from "../page.js";
import { actionDefaults, labelOf, numberOf, schemaOf } from "../settings-schema.js";
import { announce, el } from "../shared/dom.js";
import { table } from "../table.js";
import { plural } from "../words.js";
import { allClients } from "./client-list.js";
import { ActionEditor } from "./settings-action.js";
import { tryDialog } from "./settings-action-test.js";
import { actionName, channelWords, fieldOf, limitField, tidy, typesOf } from "./settings-fields.js";

const LEAD = [
  "A deed that a user is about to do, in a sentence of yours. The message says it, and the code confirms this deed and",
  "nothing else. A client opens an action by the name of its type.",
].join(" ");
const NAME_RULE = "Take small letters, digits and _, beginning with a letter: delete_backup.";
const PENDING = [
  "Actions of this name that wait for their passcode can no longer be confirmed once you save.",
  "Those that were confirmed already can still be carried out.",
].join(" ");

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
    section({ title: "Phones that confirm actions" }, el("div", { class: "fields" }, age.element)),
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
    if (member === "channels" && !action.channels.length) return "Choose at least one channel.";
    if (member === "clients" && !action.clients.length) return "Choose at least one client, or all of them.";
    if (member === "ttl_seconds" || member === "token_seconds") {
      return numberField({ value: action[member], ...numberOf(`${actionName(type)}.${member}`) }).problem();
    }
    const locale = member.replace(/^texts\.?/, "");
    if (!locale || !(locale in action.texts)) return "";
    if (!action.texts[locale].trim()) return "Write the sentence, or remove this language.";
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
    const add = button("Add a type", { icon: "plus", onclick: () => this.#add() });
    const full = el("p", { class: "soft" }, `There is room for no more than ${most} types.`);
    const none = el("p", { class: "soft" }, "None: codes are for logins only.");
    const shown = types.length
      ? el("div", { class: "inset" }, table({ caption: labelOf("actions"), items: types, columns: this.#columns() }))
      : none;
    const heading = { title: labelOf("actions"), lead: LEAD, actions: types.length < most ? [add] : [] };
    const focused = document.activeElement instanceof HTMLElement ? document.activeElement.dataset.act : undefined;
    this.list.replaceChildren(section(heading, shown, types.length < most ? null : full));
    if (focused) /** @type {HTMLElement | null} */ (this.list.querySelector(`[data-act="${focused}"]`))?.focus();
  }

  /** @returns {Column<string>[]} */
  #columns() {
    const mark = (/** @type {string} */ type) =>
      actionName(type) in this.draft.changes ? el("span", { class: "badges" }, badge("Not saved", "warn")) : null;
    return [
      { label: "Name", kind: "main", cell: (type) => [el("code", {}, type), mark(type)] },
      { label: "In English", cell: (type) => bdi(this.#action(type)?.texts.en ?? "") },
      { label: "Channels", cell: (type) => (this.#action(type)?.channels ?? []).map(channelWords).join(", ") },
      { label: "Clients", cell: (type) => this.#clientWords(this.#action(type)?.clients ?? []) },
      { label: "Actions", kind: "end", unseen: true, cell: (type) => this.#controls(type) },
    ];
  }

  /** @param {ActionType["clients"]} clients */
  #clientWords(clients) {
    if (clients === "*") return "All";
    const names = clients.map((id) => this.#clients.find((client) => client.client_id === id)?.name);
    const gone = names.filter((name) => name === undefined).length;
    const known = names.flatMap((name) => (name === undefined ? [] : [name]));
    const words = known.length > 2 ? plural(known.length, "client") : known.join(", ");
    return bdi([words, gone && plural(gone, "deleted client")].filter(Boolean).join(", ") || "None");
  }

  /** @param {string} type */
  #controls(type) {
    const control = (/** @type {string} */ words, /** @type {() => void} */ onclick) =>
      button(words, {
        kind: "small quiet",
        "aria-label": `${words} ${type}`,
        "aria-current": words === "Edit" && type === chosen ? "true" : null,
        dataset: { act: `${words} ${type}` },
        onclick,
      });
    const edit = () => {
      this.#open(type);
      this.#editor?.focus("");
    };
    return [
      control("Edit", edit),
      control("Rename", () => this.#rename(type)),
      control("Remove", () => this.#remove(type)),
    ];
  }

  #add() {
    const sentence = textAreaField({
      name: "sentence",
      label: "The deed, in English",
      rows: 3,
      maxlength: schemaOf(`${actionName("any")}.texts.en`).maxLength,
      hint: 'A part of a sentence. Values go into {placeholders} of your own: delete backup set "{set}".',
    });
    this.#askName({ title: "Add an action type", action: "Add", more: sentence }, (type) => {
      this.#stage(type, newAction(sentence.text.trim()));
      this.#open(type);
      this.#editor?.focus("texts.en");
    });
  }

  /** @param {string} type */
  #rename(type) {
    const text = [
      el("p", {}, "Clients open actions by this name: change it there at the same time. To us it is another type."),
      el("p", {}, PENDING),
    ];
    this.#askName({ title: `Rename ${type}`, action: "Rename", value: type, text }, (name) => {
      const action = this.#action(type);
      this.#stage(name, action);
      this.#stage(type, null);
      this.#open(name);
      this.#editor?.focus("");
      announce(`${type} is called ${name} once you save.`);
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
    const name = textField({ name: "type", label: "Name", mono: true, maxlength: 32, value, hint: NAME_RULE });
    const form = el("form", { id: uid("type"), novalidate: true }, text, name.element, more?.element);
    const cancel = button("Cancel", { onclick: () => dialog.close() });
    const dialog = openDialog({ title, body: form, actions: [cancel, submitButton(action, { form: form.id })] });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const given = name.text.trim();
      const pattern = new RegExp(schemaOf("actions").propertyNames?.pattern ?? ".");
      if (!pattern.test(given)) name.setError(NAME_RULE);
      else if (this.#types.includes(given)) name.setError(`There is a type ${given} already.`);
      else if (more && !more.text.trim()) {
        more.setError("Say which deed is confirmed.");
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
    const text = ["No client can open such an action any more once you save.", PENDING];
    if (!(await confirm({ title: `Remove ${type}?`, text, action: "Remove", danger: true }))) return;
    this.#stage(type, null);
    if (chosen === type) this.#open(this.#types[0] ?? "");
    /** @type {HTMLElement | null} */ (this.list.querySelector(".section-actions button, [data-act]"))?.focus();
    announce(`${type} is removed once you save.`);
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

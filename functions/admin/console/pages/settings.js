// Settings: one draft over all their tabs, so that Save saves all or nothing.

/** @import { PageContext } from "../page.js" */
/** @import { Target } from "../fields.js" */
/** @import { Answer, FieldError } from "../shared/types" */
/** @import { Nested, SettingsDraft, SettingsPart } from "./settings-fields.js" */
import { Draft, homelessNotice, isConflict, isInvalid, namesOf, reconcile, saveBar } from "../draft.js";
import { showErrors } from "../fields.js";
import { checkHealth } from "../health.js";
import { t } from "../language.js";
import { learnLanguages } from "../languages.js";
import { heading, load, tabs } from "../page.js";
import { fieldSentence } from "../refusals.js";
import { may, readOnly, roleNotice } from "../roles.js";
import { go, guard } from "../router.js";
import { whenSavedAlone } from "../saved-alone.js";
import { admin } from "../session.js";
import { learnSettings } from "../settings-schema.js";
import { el } from "../shared/dom.js";
import { fieldOf, fieldsOf, flatten, patchOf } from "./settings-fields.js";
import { confirmSettings } from "./shut-out.js";

/** @typedef {{ draw: (draft: SettingsDraft) => SettingsPart }} SettingsTab */

/** @type {[key: string, label: string, load: () => Promise<SettingsTab>][]} */
const TABS = [
  ["mfa", t("tab_mfa"), () => import("./settings-mfa.js")],
  ["messages", t("tab_messages"), () => import("./settings-messages.js")],
  ["actions", t("tab_actions"), () => import("./settings-actions.js")],
  ["countries", t("tab_countries"), () => import("./settings-countries.js")],
  ["access", t("tab_access"), () => import("./settings-access.js")],
  ["limits", t("tab_limits"), () => import("./settings-limits.js")],
];

/** Survives the way from tab to tab, and nothing else. @type {SettingsDraft | null} */
let edited = null;
/** The tab that was drawn last. @type {SettingsPage | null} */
let drawn = null;
/** Errors to be shown on the tab that is drawn next. @type {FieldError[]} */
let pending = [];

/**
 * @param {HTMLElement} place
 * @param {PageContext & { tab?: string }} context
 */
export async function draw(place, { tab = "mfa", present }) {
  const [known, , loadTab] = TABS.find(([key]) => key === tab) ?? TABS[0];
  const room = el("div", {});
  place.append(
    heading({ title: t("settingsTitle"), lead: t("settingsLead") }),
    tabs(
      t("settingsTitle"),
      TABS.map(([key, label]) => [label, `#/settings/${key}`, key === known]),
    ),
    room,
  );
  guard({
    dirty: () => edited?.dirty ?? false,
    discard() {
      edited = null;
    },
    within: "#/settings",
  });
  const part = await loadTab();
  const show = (/** @type {SettingsDraft} */ draft) => {
    drawn = new SettingsPage(room, draft, { known, part });
    return drawn.parts();
  };
  if (edited?.dirty) return room.replaceChildren(...show(edited));
  present();
  return load(room, fetchDraft, show);
}

whenSavedAlone(({ before, body, etag }) => {
  // Where somebody else saved as well, Save asks about all of it.
  if (!edited || (edited.dirty && edited.etag !== before)) return;
  edited.rebase(flatten(body), etag);
  if (drawn?.room.isConnected) drawn.redraw();
});

async function fetchSettings() {
  /** @type {[Answer<Nested>, void, void]} */
  const [{ body, etag }] = await Promise.all([admin("GET", "/settings"), learnSettings(), learnLanguages()]);
  return { server: flatten(body), etag };
}

async function fetchDraft() {
  const { server, etag } = await fetchSettings();
  edited = new Draft(server, etag);
  return edited;
}

/** One tab over the draft. */
class SettingsPage {
  /**
   * @param {HTMLElement} room
   * @param {SettingsDraft} draft
   * @param {{ known: string, part: SettingsTab }} tab
   */
  constructor(room, draft, { known, part }) {
    this.room = room;
    this.draft = draft;
    this.known = known;
    this.part = part;
  }

  redraw() {
    this.room.replaceChildren(...this.parts());
  }

  parts() {
    const { draft } = this;
    const { element, fields, ready } = this.part.draw(draft);
    const bar = saveBar({
      count: () => Object.keys(draft.changes).length,
      watch: (listener) => draft.watch(listener),
      discard: () => {
        draft.discard();
        this.redraw();
      },
      save: () => this.#save(fields),
      refused: async (error) => {
        if (isConflict(error)) return this.#reconcile();
        if (!isInvalid(error)) return false;
        const homeless = this.#refuse(fields, error.errors);
        if (homeless.length) bar.say(homelessNotice(homeless, (name) => fieldOf(name)?.label ?? name));
        return true;
      },
    });
    if (pending.length) {
      const errors = pending;
      pending = [];
      Promise.resolve(ready).then(() => setTimeout(() => showErrors(fields, errors, fieldSentence)));
    }
    if (!may("manage_settings")) {
      return [el("div", { class: "stack" }, roleNotice("settings"), readOnly(element))];
    }
    return [element, bar];
  }

  /** @param {Target[]} fields */
  async #save(fields) {
    const { draft } = this;
    await Promise.all(fields.map((field) => field.settled?.()));
    const wrong = fields.filter((field) => field.problem?.());
    for (const field of wrong) field.setError(field.problem?.() ?? "");
    if (wrong.length) {
      wrong[0].focus();
      return false;
    }
    const saved = namesOf(draft.changes);
    const patch = patchOf(draft);
    const { go: goes, insist } = await confirmSettings(draft.changes, patch);
    if (!goes) return false;
    const change = { ...patch, ...(insist && { insist }) };
    /** @type {Answer<Nested>} */
    const { body, etag } = await admin("PATCH", "/settings", { body: change, etag: draft.etag });
    draft.rebase(flatten(body), etag, saved);
    checkHealth();
    this.redraw();
    return true;
  }

  async #reconcile() {
    const { draft } = this;
    const { server, etag } = await fetchSettings();
    if (await reconcile({ draft, server, etag, fields: fieldsOf(draft.server, server) })) this.redraw();
    return true;
  }

  /**
   * Show errors at their fields, on the tab that has the first of them; gives those that have no field anywhere.
   * @param {Target[]} fields
   * @param {FieldError[]} errors
   */
  #refuse(fields, errors) {
    const homeless = showErrors(fields, errors, fieldSentence);
    const elsewhere = homeless.length ? fieldOf(homeless[0].field)?.tab : undefined;
    if (!elsewhere || elsewhere === this.known) return homeless;
    pending = errors;
    go(`#/settings/${elsewhere}`);
    return [];
  }
}

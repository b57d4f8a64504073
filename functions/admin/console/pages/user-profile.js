// A user's profile: edited, then saved. The password and the deletion stand apart.

/** @import { Field } from "../fields.js" */
/** @import { Answer, RecordPage, Role, User, UserKind } from "../shared/types" */
/** @import { Nested } from "./settings-fields.js" */
/** @import { UserContext } from "./user.js" */
import { confirm, noticeOf, openDialog, toast, toastError } from "../dialogs.js";
import { bdi, busyWhile, button, download, submitButton, uid } from "../dom.js";
import { Draft, homelessNotice, isConflict, isInvalid, namesOf, reconcile, saveBar } from "../draft.js";
import { choiceField, secretField, showErrors, textField } from "../fields.js";
import { t, tp } from "../language.js";
import { languageField, learnLanguages } from "../languages.js";
import { facts, section } from "../page.js";
import { fieldSentence } from "../refusals.js";
import { may, mayChange, ROLES, readOnly, roleName, userNotice } from "../roles.js";
import { forgetUnsaved, go, guard } from "../router.js";
import { admin, whoami } from "../session.js";
import { query } from "../shared/api.js";
import { el } from "../shared/dom.js";
import { KINDS, PASSWORD_HINT, STATUSES, time } from "../words.js";
import { flatten, localesOf } from "./settings-fields.js";
import { legacyWords } from "./users-columns.js";

/**
 * The fields that are edited here.
 * @typedef {"alias" | "owner" | "contact_email" | "locale" | "kind" | "role" | "status" | "mfa_enabled"} Edited
 * @typedef {Pick<User, Edited>} Profile
 */

/** @type {{ name: keyof Profile, label: string, show?: (value: string) => string }[]} */
const FIELDS = [
  { name: "alias", label: t("userAlias") },
  { name: "owner", label: t("userOwner") },
  { name: "contact_email", label: t("userEmail") },
  { name: "locale", label: t("userLanguage") },
  { name: "kind", label: t("userKind"), show: (kind) => KINDS[kind] },
  { name: "role", label: t("userRole"), show: (role) => roleName(/** @type {Role} */ (role)) },
  { name: "status", label: t("userStatus"), show: (status) => STATUSES[status] },
  { name: "mfa_enabled", label: t("smsAuthentication") },
];

/**
 * @param {User} user
 * @returns {Profile}
 */
const flat = (user) =>
  /** @type {Profile} */ (Object.fromEntries(FIELDS.map(({ name }) => [name, user[name] ?? null])));

/**
 * @param {HTMLElement} room
 * @param {UserContext} context
 */
export async function draw(room, context) {
  /** @type {[Answer<Nested>, void]} */
  const [{ body }] = await Promise.all([admin("GET", "/settings"), learnLanguages()]);
  new ProfilePage(room, context, localesOf(flatten(body))).draw();
}

class ProfilePage {
  /**
   * @param {HTMLElement} room
   * @param {UserContext} context
   * @param {string[]} own the languages that the settings have a text for
   */
  constructor(room, { user, etag, path, changed }, own) {
    this.own = own;
    this.room = room;
    this.path = path;
    this.changed = changed;
    this.current = user;
    this.draft = new Draft(flat(user), etag);
    guard({ dirty: () => this.draft.dirty, discard: () => this.draft.discard() });
  }

  draw() {
    const texts = textFields(this.draft, this.own);
    const access = accessFields(this.draft);
    const elements = texts.map((field) => field.element);
    const edited = [
      section({ title: t("whoItIs") }, el("div", { class: "fields" }, elements)),
      section(
        { title: t("userAccess") },
        el("div", { class: "beside" }, access.kind.element, access.status.element),
        access.role.element,
      ),
    ];
    if (!mayChange(this.current)) {
      const content = [userNotice(this.current), readOnly(edited), this.#about()];
      return this.room.replaceChildren(el("div", { class: "stack" }, content));
    }
    this.room.replaceChildren(
      el(
        "div",
        { class: "stack" },
        edited,
        section({
          title: t("userPassword"),
          lead: t("userPasswordLead"),
          actions: [button(t("setPassword"), { onclick: () => this.#setPassword() })],
        }),
        this.#about(),
        this.#deletion(),
      ),
      this.#saveBar([...texts, ...Object.values(access)]),
    );
  }

  /** @param {Field<string | null>[]} fields */
  #saveBar(fields) {
    const { draft, path } = this;
    const bar = saveBar({
      count: () => Object.keys(draft.changes).length,
      watch: (listener) => draft.watch(listener),
      discard: () => {
        draft.discard();
        this.draw();
      },
      save: async () => {
        const saved = namesOf(draft.changes);
        this.#learn(await admin("PATCH", path, { body: draft.changes, etag: draft.etag }), saved);
      },
      refused: async (error) => {
        if (isConflict(error)) return this.#reconcile();
        if (!isInvalid(error)) return false;
        const homeless = showErrors(fields, error.errors, fieldSentence);
        if (homeless.length) bar.say(homelessNotice(homeless, (name) => name));
        return true;
      },
    });
    return bar;
  }

  async #reconcile() {
    /** @type {Answer<User>} */
    const { body, etag } = await admin("GET", this.path);
    this.current = body;
    this.changed(body);
    if (await reconcile({ draft: this.draft, server: flat(body), etag, fields: FIELDS })) this.draw();
    return true;
  }

  /**
   * Go on from an answer that has the user as it is now.
   * @param {Answer<User>} answer
   * @param {(keyof Profile)[]} [saved]
   */
  #learn({ body, etag }, saved = []) {
    this.current = body;
    this.draft.rebase(flat(body), etag, saved);
    this.changed(body);
    this.draw();
  }

  #about() {
    const { current, path } = this;
    const save = button(t("downloadRecords"), {
      icon: "download",
      onclick: () => downloadRecords(save, current.login_name, path),
    });
    return section(
      { title: t("aboutUser"), actions: may("export_personal_data") ? [save] : [] },
      facts([
        [t("userLoginName"), current.login_name],
        [t("userCreatedAt"), time(current.created_at)],
        [t("userChangedAt"), time(current.updated_at)],
        [t("userLegacyClient"), el("span", {}, legacyWords(current))],
        [t("userVersion"), String(current.version ?? "–")],
      ]),
    );
  }

  #deletion() {
    const title = t("deleteThisUser");
    if (whoami().login_name === this.current.login_name) return section({ title, lead: t("notYourself") });
    return section({
      title,
      lead: t("deletionLead"),
      actions: [button(t("deleteUser"), { kind: "danger-quiet", onclick: () => this.#delete() })],
    });
  }

  async #delete() {
    const name = this.current.login_name;
    const gone = await confirm({
      title: t("deleteThisUserAsk"),
      text: el("p", {}, tp("deletionText", { name: el("strong", {}, bdi(name)) })),
      action: t("deleteUser"),
      danger: true,
      type: name,
      work: () => admin("DELETE", this.path),
    });
    if (!gone) return;
    forgetUnsaved();
    toast(t("userDeleted"));
    go("#/users");
  }

  #setPassword() {
    const password = secretField({ name: "password", label: t("newPassword"), hint: PASSWORD_HINT });
    const alarm = el("div", { role: "alert" });
    const form = passwordForm(this.current.login_name, password.element, alarm);
    const keep = submitButton(t("setPassword"), { kind: "save", form: form.id });
    const cancel = button(t("cancel"), { onclick: () => dialog.close() });
    const dialog = openDialog({ title: t("setPassword"), body: form, actions: [cancel, keep] });
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (!password.text) {
        password.setError(t("givePassword"));
        return password.focus();
      }
      try {
        /** @type {Answer<User> | undefined} */
        const answer = await busyWhile(keep, () => admin("PATCH", this.path, { body: { password: password.text } }));
        if (!answer) return;
        dialog.close();
        this.#learn(answer); // only the version is newer; what was typed on the page stays
        toast(t("passwordSet"));
      } catch (error) {
        const wrong = isInvalid(error) && error.errors.find(({ field }) => field === "password");
        if (wrong) {
          password.setError(fieldSentence(wrong.message, t("thePassword")));
          return password.focus();
        }
        alarm.replaceChildren(noticeOf(error));
      }
    });
  }
}

/**
 * @param {string} name
 * @param {HTMLElement} password
 * @param {HTMLElement} alarm
 */
function passwordForm(name, password, alarm) {
  const lead = el("p", { class: "lead" }, tp("passwordFor", { name: el("strong", {}, bdi(name)) }));
  return el("form", { id: uid("password"), novalidate: true }, lead, password, alarm);
}

/**
 * @param {Draft<Profile>} draft
 * @param {string[]} own the languages that the settings have a text for
 */
function textFields(draft, own) {
  /** @type {(name: "alias" | "owner" | "contact_email" | "locale") => (value: string | null) => void} */
  const set = (name) => (value) => draft.set(name, value?.trim() ? value : null);
  /** @type {(name: "alias" | "owner" | "contact_email", label: string, more?: object) => Field<string | null>} */
  const text = (name, label, more = {}) =>
    textField({ name, label, value: draft.get(name), nullable: true, onchange: set(name), ...more });
  const language = languageField(
    { value: draft.get("locale"), own, none: t("defaultLanguage"), onchange: set("locale") },
    { name: "locale", label: t("userLanguage") },
  );
  return [
    text("alias", t("userAlias")),
    text("owner", t("userOwner")),
    text("contact_email", t("userEmail"), { type: "email", hint: t("userEmailHint") }),
    /** @type {Field<string | null>} */ (language),
  ];
}

/**
 * Only an owner makes a system user.
 * @param {UserKind} now
 * @returns {[value: string, label: string, hint: string][]}
 */
function kindOptions(now) {
  /** @type {[value: UserKind, label: string, hint: string][]} */
  const kinds = [
    ["backup", KINDS.backup, t("kindHint_backup")],
    ["system", KINDS.system, t("kindHint_system")],
  ];
  return kinds.filter(([kind]) => kind === now || may("manage_administrators"));
}

/** @param {Draft<Profile>} draft */
function accessFields(draft) {
  const kind = choiceField({
    name: "kind",
    label: t("userKind"),
    value: draft.get("kind"),
    options: kindOptions(draft.get("kind")),
    onchange: (value) => {
      role.element.hidden = value !== "system";
      draft.set("kind", value === "system" ? "system" : "backup");
      if (value !== "system") draft.set("role", draft.server.role); // it goes with the kind
    },
  });
  const role = choiceField({
    name: "role",
    label: t("userRole"),
    value: draft.get("role") ?? "administrator",
    options: ROLES,
    two: true,
    onchange: (value) => draft.set("role", /** @type {Role} */ (value)),
  });
  role.element.hidden = draft.get("kind") !== "system";
  const status = choiceField({
    name: "status",
    label: t("userStatus"),
    value: draft.get("status"),
    options: [
      ["active", STATUSES.active, t("statusHint_active")],
      ["disabled", STATUSES.disabled, t("statusHint_disabled")],
    ],
    onchange: (value) => draft.set("status", value === "disabled" ? "disabled" : "active"),
  });
  return { kind, role, status };
}

/**
 * Everything that is kept about the user, page by page, as one file: for a person who asks for it.
 * @param {HTMLElement} control
 * @param {string} name
 * @param {string} path
 */
async function downloadRecords(control, name, path) {
  try {
    await busyWhile(control, async () => {
      /** @type {object[]} */
      const records = [];
      /** @type {string | null} */
      let cursor = null;
      do {
        /** @type {Answer<RecordPage>} */
        const { body } = await admin("GET", `${path}/records${query({ cursor })}`);
        records.push(...body.records);
        cursor = body.cursor ?? null;
      } while (cursor);
      download(`${name}.json`, JSON.stringify({ login_name: name, records }, null, 2), "application/json");
    });
    toast(t("recordsDownloaded"));
  } catch (error) {
    toastError(error);
  }
}

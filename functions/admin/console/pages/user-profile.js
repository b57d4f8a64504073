// A user's profile: edited, then saved; the password and the end of the account apart.

import { query } from "../api.js";
import { bdi, busyWhile, button, download, el, uid } from "../dom.js";
import { confirm, noticeOf, openDialog, toast, toastError } from "../dialogs.js";
import { Draft, homelessNotice, isConflict, isInvalid, reconcile, saveBar } from "../draft.js";
import { choiceField, facts, secretField, selectField, showErrors, textField } from "../fields.js";
import { section } from "../page.js";
import { fieldSentence } from "../refusals.js";
import { forgetUnsaved, go, guard } from "../router.js";
import { admin, session } from "../session.js";
import { KINDS, STATUSES, time } from "../words.js";
import { legacyWords } from "./users.js";

const FIELDS = [
  { name: "alias", label: "Alias" },
  { name: "owner", label: "Owner" },
  { name: "contact_email", label: "Contact email" },
  { name: "locale", label: "Language of messages" },
  { name: "kind", label: "Kind", show: (kind) => KINDS[kind] },
  { name: "status", label: "Status", show: (status) => STATUSES[status] },
  { name: "mfa_enabled", label: "SMS authentication" },
];
const flat = (user) => Object.fromEntries(FIELDS.map(({ name }) => [name, user[name] ?? null]));
const LOCALES = ["en", "de", "es", "fr", "it", "ja", "ko", "nl", "pl", "pt", "zh-Hans", "zh-Hant"];

export function draw(room, { user, etag, path, changed }) {
  let current = user;
  const draft = new Draft(flat(user), etag);
  guard({ dirty: () => draft.dirty, discard: () => draft.discard() });
  drawAll();

  function drawAll() {
    const set = (name) => (value) => draft.set(name, typeof value === "string" && value.trim() === "" ? null : value);
    const text = (name, label, more = {}) =>
      textField({ name, label, value: draft.get(name), nullable: true, onchange: set(name), ...more });
    const languages = new Intl.DisplayNames(["en"], { type: "language" });
    const known = [...new Set([...LOCALES, draft.get("locale")].filter(Boolean))];
    const fields = [
      text("alias", "Alias"),
      text("owner", "Owner"),
      text("contact_email", "Contact email", { type: "email", hint: "For account recovery." }),
      selectField({
        name: "locale",
        label: "Language of messages",
        value: draft.get("locale"),
        options: [["", "Default"], ...known.map((tag) => [tag, languageName(languages, tag)])],
        onchange: set("locale"),
      }),
    ];
    const kind = choiceField({
      name: "kind",
      label: "Kind",
      value: draft.get("kind"),
      options: [
        ["backup", KINDS.backup, "Uses a backup client."],
        ["system", KINDS.system, "An administrator: may use this console."],
      ],
      onchange: set("kind"),
    });
    const status = choiceField({
      name: "status",
      label: "Status",
      value: draft.get("status"),
      options: [
        ["active", STATUSES.active, "May log in."],
        ["disabled", STATUSES.disabled, "Cannot log in; what is open is closed at once."],
      ],
      onchange: set("status"),
    });
    const bar = saveBar({
      count: () => Object.keys(draft.changes).length,
      watch: (listener) => draft.watch(listener),
      discard() {
        draft.discard();
        drawAll();
      },
      async save() {
        const answer = await admin("PATCH", path, { body: draft.changes, etag: draft.etag });
        learn(answer, Object.keys(draft.changes));
      },
      async refused(error) {
        if (isConflict(error)) {
          const { body, etag: newer } = await admin("GET", path);
          current = body;
          changed(body);
          if (await reconcile({ draft, server: flat(body), etag: newer, fields: FIELDS })) drawAll();
          return true;
        }
        if (!isInvalid(error)) return false;
        const homeless = showErrors([...fields, kind, status], error.errors, fieldSentence);
        if (homeless.length) bar.say(homelessNotice(homeless, (name) => name));
        return true;
      },
    });
    const downloading = button("Download all records", {
      icon: "download",
      onclick: () => downloadRecords(downloading, current.login_name, path),
    });
    room.replaceChildren(
      el(
        "div",
        { class: "stack" },
        section(
          { title: "Who it is" },
          el(
            "div",
            { class: "fields" },
            fields.map((field) => field.element),
          ),
        ),
        section({ title: "Access" }, el("div", { class: "beside" }, kind.element, status.element)),
        section({
          title: "Password",
          lead: "A new password ends what is open: sessions and passcodes under way.",
          actions: [button("Set password", { onclick: setPassword })],
        }),
        section(
          { title: "About this user", actions: [downloading] },
          facts([
            ["Login name", current.login_name],
            ["Created", time(current.created_at)],
            ["Last changed", time(current.updated_at)],
            ["Legacy client", el("span", {}, legacyWords(current))],
            ["Version", String(current.version ?? "–")],
          ]),
        ),
        section({
          title: "Delete this user",
          lead:
            session.who.login_name === current.login_name
              ? "You cannot delete yourself."
              : "The user and the phones are gone for good. The history is kept for a year.",
          actions:
            session.who.login_name === current.login_name
              ? []
              : [button("Delete user", { kind: "danger-quiet", onclick: remove })],
        }),
      ),
      bar,
    );
  }

  function learn({ body, etag: newer }, givenUp = []) {
    current = body;
    draft.rebase(flat(body), newer, givenUp);
    changed(body);
    drawAll();
  }

  async function setPassword() {
    const password = secretField({ name: "password", label: "New password" });
    const alarm = el("div", { role: "alert" });
    const form = el(
      "form",
      { id: uid("password"), novalidate: true },
      el(
        "p",
        { class: "lead" },
        "For ",
        el("strong", {}, bdi(current.login_name)),
        ". Tell it to the user in person, or by another safe way.",
      ),
      password.element,
      alarm,
    );
    const keep = el("button", { type: "submit", form: form.id, class: "button save" }, el("span", {}, "Set password"));
    const dialog = openDialog({
      title: "Set password",
      body: form,
      actions: [button("Cancel", { onclick: () => dialog.close() }), keep],
    });
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (!password.value) {
        password.setError("Give a password.");
        return password.focus();
      }
      try {
        const answer = await busyWhile(keep, () => admin("PATCH", path, { body: { password: password.value } }));
        if (!answer) return undefined;
        dialog.close();
        // Only the version is newer; what was typed on the page stays.
        learn(answer);
        toast("The password is set.");
      } catch (error) {
        const wrong = isInvalid(error) && error.errors.find(({ field }) => field === "password");
        if (wrong) {
          password.setError(fieldSentence(wrong.message));
          return password.focus();
        }
        alarm.replaceChildren(noticeOf(error));
      }
      return undefined;
    });
  }

  async function remove() {
    const gone = await confirm({
      title: "Delete this user?",
      text: el(
        "p",
        {},
        el("strong", {}, bdi(current.login_name)),
        " will not be able to log in. The user and the phones are gone for good; this cannot be taken back.",
      ),
      action: "Delete user",
      danger: true,
      type: current.login_name,
      work: () => admin("DELETE", path),
    });
    if (!gone) return;
    forgetUnsaved();
    toast("The user is deleted.");
    go("#/users");
  }
  return Promise.resolve();
}

function languageName(languages, tag) {
  try {
    return languages.of(tag);
  } catch {
    return tag; // what was imported may be no language at all
  }
}

/** Everything that is kept on the user, page by page, as one file: for a person who asks for it. */
async function downloadRecords(control, name, path) {
  try {
    await busyWhile(control, async () => {
      const records = [];
      let cursor = null;
      do {
        const { body } = await admin("GET", `${path}/records${query({ cursor })}`);
        records.push(...body.records);
        cursor = body.cursor ?? null;
      } while (cursor);
      download(`${name}.json`, JSON.stringify({ login_name: name, records }, null, 2), "application/json");
    });
    toast("The records were downloaded.");
  } catch (error) {
    toastError(error);
  }
}

// Relying applications: servers that check the password themselves and ask here for the second factor.

import { confirm, noticeOf, openDialog, toast } from "../dialogs.js";
import { bdi, busyWhile, button, focusHeading, submitButton, uid } from "../dom.js";
import { isInvalid } from "../draft.js";
import { choiceField, showErrors, textField } from "../fields.js";
/** @import { Dialog } from "../dialogs.js" */
/** @import { PageContext } from "../page.js" */
/** @import { Answer, Client, ClientWithSecret, ListPage } from "../shared/types" */
/** @import { Column, PagedList } from "../table.js" */
import { t } from "../language.js";
import { badge, empty, heading } from "../page.js";
import { fieldSentence } from "../refusals.js";
import { allowed, may, roleNotice } from "../roles.js";
import { admin } from "../session.js";
import { query } from "../shared/api.js";
import { el } from "../shared/dom.js";
import { switchField } from "../switches.js";
import { pagedList, table } from "../table.js";
import { number, time } from "../words.js";
import { showSecret } from "./secret-dialog.js";

const NONE = [
  "A client is a server that has checked the password itself and asks here for the passcode.",
  "Apps that people log in with need none.",
].join(" ");
const LEGACY = [
  "Some of its installed versions cannot ask for a passcode. Where Settings allow legacy clients, their users get in",
  "with the password alone, which is also what an intruder asks for.",
].join(" ");

/** For how many hours the former secret works beside a new one. @type {[string, string, string][]} */
const KEEP = [
  ["0", "not any more", "For a secret that somebody else may know. The application stops until it has the new one."],
  ["1", "for an hour more", ""],
  ["24", "for a day more", ""],
  ["168", "for a week more", ""],
];

/**
 * @param {HTMLElement} place
 * @param {PageContext} context
 */
export async function draw(place, { present }) {
  const register = () => openForm(list);
  /** @type {PagedList} */
  const list = pagedList({
    label: t("pagesOfClients"),
    fetch: async (cursor) => {
      /** @type {Answer<ListPage<Client>>} */
      const { body } = await admin("GET", `/clients${query({ cursor })}`);
      return body;
    },
    draw: (/** @type {Client[]} */ items) => table({ caption: "Clients", items, columns: columns(list) }),
    none: () =>
      empty({
        title: "No client is registered",
        text: NONE,
        actions: [allowed("manage_clients", () => button("Register client", { kind: "primary", onclick: register }))],
      }),
  });
  place.append(
    heading({
      title: "Clients",
      lead: "Servers that vouch for a password, each with its own id and secret.",
      actions: may("manage_clients")
        ? [button("Register client", { kind: "primary", icon: "plus", onclick: register })]
        : [],
    }),
    el(
      "div",
      { class: "stack" },
      may("manage_clients") ? null : roleNotice("clients"),
      el("div", { class: "card flush" }, list.element),
    ),
  );
  present();
  await list.reload();
}

/**
 * @param {PagedList} list
 * @returns {Column<Client>[]}
 */
function columns(list) {
  return [
    {
      label: "Name",
      kind: "main",
      cell: (client) => [
        el("span", { class: "name" }, bdi(client.name)),
        el("span", { class: "badges" }, badges(client)),
        el("div", {}, el("code", { title: "Client id" }, client.client_id)),
        el("div", { class: "soft" }, "Registered ", time(client.created_at)),
        client.previous_secret_until ? formerSecret(client, client.previous_secret_until, list) : null,
      ],
    },
    {
      label: "May open",
      cell: (client) =>
        client.actions.length
          ? client.actions.map((type, at) => [at ? ", " : "", el("code", {}, type)])
          : el("span", { class: "soft" }, "No action"),
    },
    { label: "Messages an hour", kind: "number", cell: (client) => number(client.messages_per_hour) },
    {
      label: "Last used",
      cell: (client) => (client.last_used_at ? time(client.last_used_at) : el("span", { class: "soft" }, "Never")),
    },
    {
      label: "Actions",
      kind: "end",
      unseen: true,
      cell: (client) => allowed("manage_clients", () => actions(client, list)),
    },
  ];
}

/** @param {Client} client */
const badges = (client) => [
  client.legacy ? badge("Legacy", "warn") : null,
  client.shares_name ? badge("Same name as another", "warn") : null,
];

/**
 * The secret before the present one, which still works.
 * @param {Client} client
 * @param {string} until
 * @param {PagedList} list
 */
function formerSecret(client, until, list) {
  return el(
    "div",
    { class: "soft" },
    "The former secret works until ",
    time(until),
    " ",
    allowed("manage_clients", () =>
      button("End it now", {
        kind: "small quiet",
        "aria-label": `End the former secret of ${client.name} now`,
        onclick: () => endFormerSecret(client, list),
      }),
    ),
  );
}

/**
 * @param {Client} client
 * @param {PagedList} list
 */
function actions(client, list) {
  const kind = "small quiet";
  const { name } = client;
  return [
    button("Edit", { kind, "aria-label": `Edit ${name}`, onclick: () => openForm(list, client) }),
    button("New secret", { kind, "aria-label": `New secret for ${name}`, onclick: () => rotate(client, list) }),
    button("Delete", { kind, "aria-label": `Delete ${name}`, onclick: () => remove(client, list) }),
  ];
}

/**
 * The form of a new client, or of one to be changed.
 * @param {PagedList} list
 * @param {Client} [client]
 */
function openForm(list, client) {
  const hint = "What you call the application.";
  const name = textField({ name: "name", label: "Name", maxlength: 100, hint, value: client?.name ?? "" });
  const legacy = switchField({ name: "legacy", label: "Legacy client", hint: LEGACY, value: client?.legacy ?? false });
  const alarm = el("div", { role: "alert" });
  const form = el("form", { id: uid("client"), novalidate: true }, name.element, legacy.element, alarm);
  const save = submitButton(client ? "Save" : "Register", { kind: "save", form: form.id });
  const dialog = openDialog({
    title: client ? "Edit the client" : "Register a client",
    body: form,
    actions: [button("Cancel", { onclick: () => dialog.close() }), save],
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const given = { name: name.text.trim(), legacy: legacy.value };
    if (!given.name) {
      name.setError("Give it a name.");
      return name.focus();
    }
    try {
      const answer = await busyWhile(save, () => write(given, client));
      if (!answer) return;
      list.reload({ quiet: true });
      if (!client) return showClient(dialog, "The client is registered", answer.body);
      dialog.close();
      toast("The client is saved.");
    } catch (error) {
      if (isInvalid(error) && !showErrors([name, legacy], error.errors, fieldSentence).length) return;
      alarm.replaceChildren(noticeOf(error));
    }
  });
}

/**
 * @param {{ name: string, legacy: boolean }} given
 * @param {Client} [client]
 * @returns {Promise<Answer<ClientWithSecret>>} the secret is there for a new client only
 */
const write = (given, client) =>
  client ? admin("PATCH", pathOf(client), { body: given }) : admin("POST", "/clients", { body: given });

/** @param {Client} client */
const pathOf = (client) => `/clients/${encodeURIComponent(client.client_id)}`;

/**
 * @param {Client} client
 * @param {PagedList} list
 */
async function rotate(client, list) {
  /** @type {ClientWithSecret[]} */
  const fresh = [];
  const keep = choiceField({ name: "keep_hours", label: "The present secret works", value: "24", options: KEEP });
  const lead = el("p", {}, "Put the new secret of ", el("strong", {}, bdi(client.name)), " into the application.");
  await confirm({
    title: "Make a new secret?",
    text: [lead, keep.element],
    action: "Make a new secret",
    danger: true,
    work: async () => {
      /** @type {Answer<ClientWithSecret>} */
      const { body } = await admin("POST", `${pathOf(client)}/rotate`, { body: { keep_hours: Number(keep.value) } });
      fresh.push(body);
    },
  });
  for (const made of fresh) showClient(openDialog({ title: "The new secret", body: [] }), "The new secret", made);
  if (fresh.length) await list.reload({ quiet: true });
}

/**
 * @param {Client} client
 * @param {PagedList} list
 */
async function endFormerSecret(client, list) {
  const name = el("strong", {}, bdi(client.name));
  const ended = await confirm({
    title: "End the former secret?",
    text: el("p", {}, "An installation of ", name, " that still uses it is refused at once."),
    action: "End it",
    danger: true,
    work: () => admin("DELETE", `${pathOf(client)}/previous-secret`),
  });
  if (!ended) return;
  toast("The former secret has ended.");
  await list.reload({ quiet: true });
}

/**
 * @param {Client} client
 * @param {PagedList} list
 */
async function remove(client, list) {
  const name = el("strong", {}, bdi(client.name));
  const gone = await confirm({
    title: "Delete this client?",
    text: el("p", {}, "Nobody can log in through ", name, " any more. This cannot be undone."),
    action: "Delete client",
    danger: true,
    work: () => admin("DELETE", pathOf(client)),
  });
  if (!gone) return;
  toast("The client is deleted.");
  await list.reload({ quiet: true });
  focusHeading();
}

/**
 * @param {Dialog} dialog
 * @param {string} title
 * @param {ClientWithSecret} client
 */
function showClient(dialog, title, { client_id: id, client_secret: secret }) {
  showSecret(dialog, {
    title,
    noun: "secret",
    label: "Client secret",
    secret,
    facts: [["Client id", el("code", {}, id)]],
    warning: "Put it where the application reads its secrets. If it is lost, make a new one.",
  });
}

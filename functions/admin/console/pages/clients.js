// Relying applications: servers that check the password themselves and ask here for the second factor.

/** @import { Dialog } from "../dialogs.js" */
/** @import { PageContext } from "../page.js" */
/** @import { Answer, Client, ClientWithSecret, ListPage } from "../shared/types" */
/** @import { Column, PagedList } from "../table.js" */
import { confirm, noticeOf, openDialog, toast } from "../dialogs.js";
import { bdi, busyWhile, button, focusHeading, submitButton, uid } from "../dom.js";
import { isInvalid } from "../draft.js";
import { showErrors, textField } from "../fields.js";
import { badge, empty, heading } from "../page.js";
import { fieldSentence } from "../refusals.js";
import { admin } from "../session.js";
import { query } from "../shared/api.js";
import { el } from "../shared/dom.js";
import { switchField } from "../switches.js";
import { pagedList, table } from "../table.js";
import { time } from "../words.js";
import { showSecret } from "./secret-dialog.js";

const NONE = [
  "A client is a server that has checked the password itself and asks here for the passcode.",
  "Apps that people log in with need none.",
].join(" ");
const LEGACY = [
  "Some of its installed versions cannot ask for a passcode. Where Settings allow legacy clients, their users get in",
  "with the password alone, which is also what an intruder asks for.",
].join(" ");

/**
 * @param {HTMLElement} place
 * @param {PageContext} context
 */
export async function draw(place, { present }) {
  const register = () => openRegistration(list);
  /** @type {PagedList} */
  const list = pagedList({
    noun: "list of clients",
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
        actions: [button("Register client", { kind: "primary", onclick: register })],
      }),
  });
  place.append(
    heading({
      title: "Clients",
      lead: "Servers that vouch for a password, each with its own id and secret.",
      actions: [button("Register client", { kind: "primary", icon: "plus", onclick: register })],
    }),
    el("div", { class: "card flush" }, list.element),
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
        client.legacy ? el("span", { class: "badges" }, badge("Legacy", "warn")) : null,
      ],
    },
    { label: "Client id", cell: (client) => el("code", {}, client.client_id) },
    { label: "Registered", cell: (client) => time(client.created_at) },
    {
      label: "Last used",
      cell: (client) => (client.last_used_at ? time(client.last_used_at) : el("span", { class: "soft" }, "Never")),
    },
    { label: "Actions", kind: "end", unseen: true, cell: (client) => actions(client, list) },
  ];
}

/**
 * @param {Client} client
 * @param {PagedList} list
 */
function actions(client, list) {
  const kind = "small quiet";
  const { name } = client;
  return [
    button("New secret", { kind, "aria-label": `New secret for ${name}`, onclick: () => rotate(client) }),
    button("Delete", { kind, "aria-label": `Delete ${name}`, onclick: () => remove(client, list) }),
  ];
}

/** @param {PagedList} list */
function openRegistration(list) {
  const name = textField({ name: "name", label: "Name", maxlength: 100, hint: "What you call the application." });
  const legacy = switchField({ name: "legacy", label: "Legacy client", hint: LEGACY, value: false });
  const alarm = el("div", { role: "alert" });
  const form = el("form", { id: uid("client"), novalidate: true }, name.element, legacy.element, alarm);
  const create = submitButton("Register", { kind: "save", form: form.id });
  const dialog = openDialog({
    title: "Register a client",
    body: form,
    actions: [button("Cancel", { onclick: () => dialog.close() }), create],
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const given = { name: name.text.trim(), legacy: legacy.value };
    if (!given.name) {
      name.setError("Give it a name.");
      return name.focus();
    }
    try {
      /** @type {Answer<ClientWithSecret> | undefined} */
      const answer = await busyWhile(create, () => admin("POST", "/clients", { body: given }));
      if (!answer) return;
      list.reload({ quiet: true });
      showClient(dialog, "The client is registered", answer.body);
    } catch (error) {
      if (isInvalid(error) && !showErrors([name, legacy], error.errors, fieldSentence).length) return;
      alarm.replaceChildren(noticeOf(error));
    }
  });
}

/** @param {Client} client */
async function rotate(client) {
  /** @type {ClientWithSecret[]} */
  const fresh = [];
  const path = `/clients/${encodeURIComponent(client.client_id)}/rotate`;
  await confirm({
    title: "Make a new secret?",
    text: el(
      "p",
      {},
      "The present secret of ",
      el("strong", {}, bdi(client.name)),
      " stops working at once. The application cannot ask for a passcode until it has the new one.",
    ),
    action: "Make a new secret",
    danger: true,
    work: async () => {
      /** @type {Answer<ClientWithSecret>} */
      const { body } = await admin("POST", path);
      fresh.push(body);
    },
  });
  for (const made of fresh) showClient(openDialog({ title: "The new secret", body: [] }), "The new secret", made);
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
    work: () => admin("DELETE", `/clients/${encodeURIComponent(client.client_id)}`),
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

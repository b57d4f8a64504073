// Relying applications: servers that check the password themselves and ask here for the second factor.

import { confirm, noticeOf, openDialog, toast } from "../dialogs.js";
import { bdi, busyWhile, button, focusHeading, submitButton, uid } from "../dom.js";
import { isInvalid } from "../draft.js";
import { choiceField, showErrors, textField } from "../fields.js";
/** @import { Dialog } from "../dialogs.js" */
/** @import { PageContext } from "../page.js" */
/** @import { Answer, Client, ClientWithSecret, ListPage } from "../shared/types" */
/** @import { Column, PagedList } from "../table.js" */
import { t, tp } from "../language.js";
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

/** For how many hours the former secret works beside a new one. @type {[string, string, string][]} */
const KEEP = [
  ["0", t("keep_0"), t("keepHint_0")],
  ["1", t("keep_1"), ""],
  ["24", t("keep_24"), ""],
  ["168", t("keep_168"), ""],
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
    draw: (/** @type {Client[]} */ items) => table({ caption: t("clients"), items, columns: columns(list) }),
    none: () =>
      empty({
        title: t("noClients"),
        text: t("noClientsText"),
        actions: [allowed("manage_clients", () => button(t("registerClient"), { kind: "primary", onclick: register }))],
      }),
  });
  place.append(
    heading({
      title: t("clients"),
      lead: t("clientsLead"),
      actions: may("manage_clients")
        ? [button(t("registerClient"), { kind: "primary", icon: "plus", onclick: register })]
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
      label: t("clientName"),
      kind: "main",
      cell: (client) => [
        el("span", { class: "name" }, bdi(client.name)),
        el("span", { class: "badges" }, badges(client)),
        el("div", {}, el("code", { title: t("clientId") }, client.client_id)),
        el("div", { class: "soft" }, tp("clientRegistered", { at: time(client.created_at) })),
        client.previous_secret_until ? formerSecret(client, client.previous_secret_until, list) : null,
      ],
    },
    {
      label: t("mayOpen"),
      cell: (client) =>
        client.actions.length
          ? client.actions.map((type, at) => [at ? ", " : "", el("code", {}, type)])
          : el("span", { class: "soft" }, t("noAction")),
    },
    { label: t("messagesAnHour"), kind: "number", cell: (client) => number(client.messages_per_hour) },
    {
      label: t("lastUsed"),
      cell: (client) =>
        client.last_used_at ? time(client.last_used_at) : el("span", { class: "soft" }, t("neverUsed")),
    },
    {
      label: t("clientActions"),
      kind: "end",
      unseen: true,
      cell: (client) => allowed("manage_clients", () => actions(client, list)),
    },
  ];
}

/** @param {Client} client */
const badges = (client) => [
  client.legacy ? badge(t("clientLegacy"), "warn") : null,
  client.shares_name ? badge(t("sharesName"), "warn") : null,
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
    tp("formerSecretUntil", { at: time(until) }),
    " ",
    allowed("manage_clients", () =>
      button(t("endItNow"), {
        kind: "small quiet",
        "aria-label": t("endFormerOf", { name: client.name }),
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
    button(t("editClient"), { kind, "aria-label": t("editClientOf", { name }), onclick: () => openForm(list, client) }),
    button(t("newSecret"), { kind, "aria-label": t("newSecretFor", { name }), onclick: () => rotate(client, list) }),
    button(t("deleteClientShort"), {
      kind,
      "aria-label": t("deleteClientOf", { name }),
      onclick: () => remove(client, list),
    }),
  ];
}

/**
 * The form of a new client, or of one to be changed.
 * @param {PagedList} list
 * @param {Client} [client]
 */
function openForm(list, client) {
  const hint = t("clientNameHint");
  const name = textField({ name: "name", label: t("clientName"), maxlength: 100, hint, value: client?.name ?? "" });
  const words = { label: t("legacyClient"), hint: t("legacyClientHint") };
  const legacy = switchField({ name: "legacy", ...words, value: client?.legacy ?? false });
  const alarm = el("div", { role: "alert" });
  const form = el("form", { id: uid("client"), novalidate: true }, name.element, legacy.element, alarm);
  const save = submitButton(t(client ? "save" : "register"), { kind: "save", form: form.id });
  const dialog = openDialog({
    title: t(client ? "editTheClient" : "registerAClient"),
    body: form,
    actions: [button(t("cancel"), { onclick: () => dialog.close() }), save],
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const given = { name: name.text.trim(), legacy: legacy.value };
    if (!given.name) {
      name.setError(t("giveItAName"));
      return name.focus();
    }
    try {
      const answer = await busyWhile(save, () => write(given, client));
      if (!answer) return;
      list.reload({ quiet: true });
      if (!client) return showClient(dialog, t("clientIsRegistered"), answer.body);
      dialog.close();
      toast(t("clientIsSaved"));
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
  const keep = choiceField({ name: "keep_hours", label: t("presentSecretWorks"), value: "24", options: KEEP });
  const lead = el("p", {}, tp("putNewSecret", { name: el("strong", {}, bdi(client.name)) }));
  await confirm({
    title: t("makeSecretAsk"),
    text: [lead, keep.element],
    action: t("makeSecret"),
    danger: true,
    work: async () => {
      /** @type {Answer<ClientWithSecret>} */
      const { body } = await admin("POST", `${pathOf(client)}/rotate`, { body: { keep_hours: Number(keep.value) } });
      fresh.push(body);
    },
  });
  const title = t("theNewSecret");
  for (const made of fresh) showClient(openDialog({ title, body: [] }), title, made);
  if (fresh.length) await list.reload({ quiet: true });
}

/**
 * @param {Client} client
 * @param {PagedList} list
 */
async function endFormerSecret(client, list) {
  const name = el("strong", {}, bdi(client.name));
  const ended = await confirm({
    title: t("endFormerAsk"),
    text: el("p", {}, tp("endFormerText", { name })),
    action: t("endIt"),
    danger: true,
    work: () => admin("DELETE", `${pathOf(client)}/previous-secret`),
  });
  if (!ended) return;
  toast(t("formerEnded"));
  await list.reload({ quiet: true });
}

/**
 * @param {Client} client
 * @param {PagedList} list
 */
async function remove(client, list) {
  const name = el("strong", {}, bdi(client.name));
  const gone = await confirm({
    title: t("deleteClientAsk"),
    text: el("p", {}, tp("deleteClientText", { name })),
    action: t("deleteClient"),
    danger: true,
    work: () => admin("DELETE", pathOf(client)),
  });
  if (!gone) return;
  toast(t("clientDeleted"));
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
    label: t("clientSecret"),
    secret,
    facts: [[t("clientId"), el("code", {}, id)]],
    warning: t("clientSecretWarning"),
  });
}

// Relying applications: servers that check the password themselves and ask here for the second factor.

import { query } from "../api.js";
import { announce, bdi, busyWhile, button, el, uid } from "../dom.js";
import { confirm, noticeOf, notice, openDialog, toast } from "../dialogs.js";
import { facts, showErrors, switchField, textField } from "../fields.js";
import { badge, empty, heading } from "../page.js";
import { isInvalid } from "../draft.js";
import { fieldSentence } from "../refusals.js";
import { admin } from "../session.js";
import { pagedList, table } from "../table.js";
import { time } from "../words.js";

export async function draw(place, { present }) {
  const list = pagedList({
    noun: "list of clients",
    fetch: async (cursor) => (await admin("GET", `/clients${query({ cursor })}`)).body,
    draw: (items) =>
      table({
        caption: "Clients",
        items,
        columns: [
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
            cell: (client) =>
              client.last_used_at ? time(client.last_used_at) : el("span", { class: "soft" }, "Never"),
          },
          {
            label: "Actions",
            kind: "end",
            unseen: true,
            cell: (client) => [
              button("New secret", {
                kind: "small quiet",
                "aria-label": `New secret for ${client.name}`,
                onclick: () => rotate(client),
              }),
              button("Delete", {
                kind: "small quiet",
                "aria-label": `Delete ${client.name}`,
                onclick: () => remove(client),
              }),
            ],
          },
        ],
      }),
    none: () =>
      empty({
        title: "No client is registered",
        text: "A client is a server that has checked the password itself and asks here for the passcode. Apps that people log in with need none.",
        actions: [button("Register client", { kind: "primary", onclick: register })],
      }),
  });
  place.append(
    heading({
      title: "Clients",
      lead: "Servers that vouch for a password, each with an id and a secret of its own.",
      actions: [button("Register client", { kind: "primary", icon: "plus", onclick: register })],
    }),
    el("div", { class: "card flush" }, list.element),
  );
  present();
  await list.reload();

  async function register() {
    const name = textField({ name: "name", label: "Name", maxlength: 100, hint: "What you call the application." });
    const legacy = switchField({
      name: "legacy",
      label: "Legacy client",
      hint: "Some of its installed versions cannot ask for a passcode. Where Settings allow legacy clients, their users get in with the password alone, which is also what an intruder asks for.",
    });
    const alarm = el("div", { role: "alert" });
    const form = el("form", { id: uid("client"), novalidate: true }, name.element, legacy.element, alarm);
    const create = el("button", { type: "submit", form: form.id, class: "button save" }, el("span", {}, "Register"));
    const dialog = openDialog({
      title: "Register a client",
      body: form,
      actions: [button("Cancel", { onclick: () => dialog.close() }), create],
    });
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (!name.value.trim()) {
        name.setError("Give it a name.");
        return name.focus();
      }
      try {
        const answer = await busyWhile(create, () =>
          admin("POST", "/clients", { body: { name: name.value.trim(), legacy: legacy.value } }),
        );
        if (!answer) return undefined;
        list.reload({ quiet: true });
        showSecret(dialog, "The client is registered", answer.body);
      } catch (error) {
        if (isInvalid(error) && !showErrors([name, legacy], error.errors, fieldSentence).length) return undefined;
        alarm.replaceChildren(noticeOf(error));
      }
      return undefined;
    });
  }

  async function rotate(client) {
    let fresh = null;
    const done = await confirm({
      title: "Make a new secret?",
      text: el(
        "p",
        {},
        "The present secret of ",
        el("strong", {}, bdi(client.name)),
        " stops working at once. Whoever uses it cannot ask for a passcode until it has the new one.",
      ),
      action: "Make a new secret",
      danger: true,
      work: async () => {
        fresh = (await admin("POST", `/clients/${encodeURIComponent(client.client_id)}/rotate`)).body;
      },
    });
    if (done) showSecret(openDialog({ title: "The new secret", body: [] }), "The new secret", fresh);
  }

  async function remove(client) {
    const gone = await confirm({
      title: "Delete this client?",
      text: el(
        "p",
        {},
        "Nobody can log in through ",
        el("strong", {}, bdi(client.name)),
        " any more. This cannot be taken back.",
      ),
      action: "Delete client",
      danger: true,
      work: () => admin("DELETE", `/clients/${encodeURIComponent(client.client_id)}`),
    });
    if (!gone) return;
    toast("The client is deleted.");
    await list.reload({ quiet: true });
    document.querySelector("main h1")?.focus();
  }
}

/** The only time that a secret is seen. */
function showSecret(dialog, title, { client_id: id, client_secret: secret }) {
  const shown = el("code", { class: "secret", tabindex: "0", "aria-label": "Client secret" }, secret);
  const copy = button("Copy secret", {
    icon: "copy",
    async onclick() {
      try {
        await navigator.clipboard.writeText(secret);
        copy.lastChild.textContent = "Copied";
        announce("The secret is copied.");
      } catch {
        getSelection().selectAllChildren(shown);
        announce("The secret is selected; copy it with your keyboard.");
      }
    },
  });
  dialog.show({
    title,
    body: [
      facts([
        ["Client id", el("code", {}, id)],
        ["Client secret", shown],
      ]),
      notice({
        kind: "warning",
        title: "This is the only time it is shown",
        text: "Put it where the application reads its secrets. If it is lost, make a new one.",
      }),
    ],
    actions: [copy, button("Done", { kind: "primary", onclick: () => dialog.close() })],
    focus: copy,
  });
}

// What happened to a user: in sentences, with who it was, when, and from which address.

import { query } from "../api.js";
import { bdi, el } from "../dom.js";
import { empty } from "../page.js";
import { maskedPhone } from "../regions.js";
import { admin } from "../session.js";
import { pagedList, table } from "../table.js";
import { localTime, plural, time } from "../words.js";

const CHANNELS = {
  sms: "by text message",
  call: "by call",
  voice: "by call",
  email: "by email",
  whatsapp: "by WhatsApp",
};
const CHANGES = {
  alias: "the alias",
  owner: "the owner",
  contact_email: "the contact email",
  locale: "the language",
  password: "the password",
  kind: "the kind",
  status: "the status",
  mfa_enabled: "SMS authentication",
  password_hash: "the password",
};

/** One event: `[look, sentence]`. Unknown types show their own name, so that nothing is hidden. */
function sentenceOf(event, phones) {
  const detail = event.detail ?? {};
  const phone = phones.find(({ id }) => id === event.phone_id);
  const where = phone
    ? [" to ", bdi(maskedPhone(phone))]
    : (detail.number ?? detail.masked_number)
      ? [" to ", bdi(detail.masked_number ?? detail.number)]
      : "";
  const which = phone
    ? ["The phone ", bdi(maskedPhone(phone))]
    : detail.masked_number
      ? ["The phone ", bdi(detail.masked_number)]
      : "A phone";
  const how = CHANNELS[detail.channel] ?? "";
  switch (event.type) {
    case "passcode_sent":
      if (detail.test_number) return ["warn", ["A passcode was asked for; nothing was sent", where, ", a test number"]];
      return ["", ["A passcode was sent ", how, where]];
    case "send_refused":
      return ["warn", ["A passcode ", how, where, " did not get through", detail.meaning ? `: ${detail.meaning}` : ""]];
    case "passcode_refused":
      return ["warn", [refusedWords(detail.attempts ?? [])]];
    case "locked":
      return [
        "bad",
        ["Locked after too many wrong passcodes", detail.until ? `, until ${localTime(Date.parse(detail.until))}` : ""],
      ];
    case "approved":
      return ["good", ["Logged in with a passcode ", how]];
    case "legacy_login":
      return [
        "warn",
        [
          "Logged in without a passcode, by a legacy client",
          detail.client_version ? [", version ", bdi(detail.client_version)] : "",
        ],
      ];
    case "user_created":
      return ["", ["The user was created", detail.by === "import" ? " by an import" : ""]];
    case "user_changed":
      return [
        "",
        [
          "Changed: ",
          bdi((detail.changed ?? []).map((name) => CHANGES[name] ?? name).join(", ") || "the profile"),
          detail.by === "import" ? ", by an import" : "",
        ],
      ];
    case "user_deleted":
      return ["bad", ["The user was deleted"]];
    case "user_unlocked":
      return ["good", ["Unlocked"]];
    case "phone_added":
      return ["", [which, " was added"]];
    case "phone_tested":
      return ["good", [which, " was verified by a test of the settings"]];
    case "phone_removed":
      return ["", [which, " was removed"]];
    default:
      return ["", [bdi(String(event.type).replaceAll("_", " "))]];
  }
}

/** Wrong passcodes are one entry until the next message or login; all of their addresses are told. */
function refusedWords(attempts) {
  const addresses = [...new Set(attempts.map(({ address }) => address).filter(Boolean))];
  const from = addresses.length > 1 ? `, from ${addresses.join(", ")}` : "";
  return attempts.length > 1
    ? `${attempts.length} wrong passcodes were entered${from}`
    : "A wrong passcode was entered";
}

function who(event, user) {
  if (event.actor === user.login_name) return "The user";
  if (event.actor === "iam") return el("span", { class: "nowrap" }, "Direct invocation");
  return event.actor ? bdi(event.actor) : el("span", { class: "soft" }, "–");
}

export async function draw(room, { user, path }) {
  const list = pagedList({
    noun: "history",
    fetch: async (cursor) => (await admin("GET", `${path}/events${query({ cursor, limit: 25 })}`)).body,
    draw: (items) =>
      table({
        caption: `History of ${user.login_name}, newest first: ${plural(items.length, "entry", "entries")}`,
        items,
        columns: [
          {
            label: "What",
            kind: "main",
            cell(event) {
              const [kind, words] = sentenceOf(event, user.phones ?? []);
              return el(
                "span",
                { class: "event", dataset: { kind } },
                el("span", { class: "dot", "aria-hidden": "true" }),
                el("span", {}, words),
              );
            },
          },
          { label: "When", cell: (event) => time(event.at, { precise: true }) },
          { label: "Who", cell: (event) => who(event, user) },
          {
            label: "From",
            cell: (event) =>
              event.address
                ? el("span", { class: "mono address" }, bdi(event.address))
                : el("span", { class: "soft" }, "–"),
          },
        ],
      }),
    none: () =>
      empty({ title: "Nothing has happened yet", text: "Messages, logins, refusals and changes are listed here." }),
  });
  room.replaceChildren(el("div", { class: "card flush" }, list.element));
  await list.reload();
}

// The list of users: who they are, and whether a passcode stands before their login.

import { query } from "../api.js";
import { bdi, button, download, el, icon, busyWhile } from "../dom.js";
import { confirm, toast, toastError } from "../dialogs.js";
import { switchControl } from "../fields.js";
import { badge, empty, heading } from "../page.js";
import { restate, to } from "../router.js";
import { admin } from "../session.js";
import { filterBox, pagedList, Position, searchBox, table } from "../table.js";
import { ago, isLocked, plural, time } from "../words.js";

const position = new Position(); // coming back from a user shows the same page of the list

export async function draw(place, { search, present }) {
  const filters = { kind: search.get("kind") ?? "", mfa: search.get("mfa") ?? "", q: search.get("q") ?? "" };
  const list = pagedList({
    noun: "list of users",
    position: position.of(JSON.stringify(filters)),
    fetch: async (cursor) => (await admin("GET", `/users${query({ ...filters, cursor })}`)).body,
    draw: (items) => table({ caption: "Users", columns: columns(list), items }),
    none: () =>
      Object.values(filters).some(Boolean)
        ? empty({
            title: "Nobody fits",
            text: "Search looks at the beginning of login name, alias and owner.",
            actions: [
              button("Clear search and filters", { onclick: () => restart({ kind: "", mfa: "", q: "" }, true) }),
            ],
          })
        : empty({
            title: "There are no users yet",
            text: "Add one, or import a list.",
            actions: [el("a", { class: "button primary", href: "#/new-user" }, "New user")],
          }),
  });

  /** Begin at the first page with these filters, which are part of the address. */
  function restart(changed, whole = false) {
    Object.assign(filters, changed);
    const hash = `#/users${query(filters)}`;
    restate(hash);
    position.of(JSON.stringify(filters));
    if (whole) tools.replaceWith((tools = toolbar(filters, restart)));
    list.reload();
  }

  const exporting = button("Export", { icon: "download", onclick: () => exportUsers(exporting, filters) });
  let tools = toolbar(filters, restart);
  place.append(
    heading({
      title: "Users",
      actions: [
        exporting,
        el("a", { class: "button", href: "#/import-users" }, icon("upload"), "Import"),
        el("a", { class: "button primary", href: "#/new-user" }, icon("plus"), "New user"),
      ],
    }),
    el("div", { class: "card flush" }, tools, list.element),
  );
  present();
  await list.reload();
}

function toolbar(filters, restart) {
  return el(
    "div",
    { class: "tools" },
    searchBox({
      label: "Search users",
      value: filters.q,
      placeholder: "Login name, alias or owner",
      onsearch: (q) => restart({ q }),
    }),
    filterBox({
      label: "Filter by SMS authentication",
      value: filters.mfa,
      options: [
        ["", "SMS authentication: all"],
        ["true", "On"],
        ["false", "Off"],
      ],
      onchange: (mfa) => restart({ mfa }),
    }),
    filterBox({
      label: "Filter by kind",
      value: filters.kind,
      options: [
        ["", "All kinds"],
        ["backup", "Backup users"],
        ["system", "System users"],
      ],
      onchange: (kind) => restart({ kind }),
    }),
  );
}

/** The login name, with the alias behind it, as it is shown everywhere. */
const fullName = (user) => [
  bdi(user.login_name),
  user.alias ? [" ", el("span", { class: "soft" }, "(", bdi(user.alias), ")")] : null,
];

function columns(list) {
  return [
    {
      label: "Login name (alias)",
      kind: "main",
      cell: (user) => [
        el("a", { class: "name", href: to("users", user.login_name, "security") }, fullName(user)),
        el(
          "span",
          { class: "badges" },
          user.kind === "system" ? badge("System") : null,
          user.status === "disabled" ? badge("Disabled", "off") : null,
          isLocked(user.locked_until) ? badge("Locked", "bad") : null,
        ),
      ],
    },
    { label: "Owner", cell: (user) => (user.owner ? bdi(user.owner) : el("span", { class: "soft" }, "–")) },
    { label: "Legacy client", cell: legacyWords },
    { label: "SMS authentication", cell: (user) => mfaCell(user, list) },
  ];
}

/** Which old client somebody still comes with. */
export function legacyWords(user) {
  if (!user.last_legacy_at) return el("span", { class: "soft" }, "–");
  const moment = time(user.last_legacy_at);
  moment.textContent = ago(user.last_legacy_at);
  return [bdi(user.client_version || "Unknown version"), el("span", { class: "soft" }, ", ", moment)];
}

function phonesWords(user) {
  const usable = (user.phones ?? []).filter((phone) => !phone.unusable);
  if (!usable.length)
    return user.mfa_enabled ? el("span", { class: "warn" }, "no phone yet") : el("span", { class: "soft" }, "no phone");
  const verified = usable.filter((phone) => phone.verified).length;
  return el(
    "span",
    { class: "soft" },
    `${plural(usable.length, "phone")}, ${verified ? (verified === usable.length ? "verified" : `${verified} verified`) : "not yet verified"}`,
  );
}

function mfaCell(user, list) {
  const control = switchControl({
    label: `SMS authentication of ${user.login_name}`,
    on: user.mfa_enabled,
    onchange: (on) => setMfa(user, on, control, list),
  });
  return el(
    "div",
    { class: "switch-row" },
    control,
    el("span", {}, user.mfa_enabled ? "On" : "Off"),
    phonesWords(user),
  );
}

async function setMfa(user, on, control, list) {
  const change = () => admin("PATCH", `/users/${encodeURIComponent(user.login_name)}`, { body: { mfa_enabled: on } });
  try {
    if (!on) {
      const sure = await confirm({
        title: "Turn SMS authentication off?",
        text: el("p", {}, "From then on the password alone lets ", el("strong", {}, bdi(user.login_name)), " in."),
        action: "Turn off",
        danger: true,
        work: change,
      });
      if (!sure) return;
    } else await busyWhile(control, change);
    toast(
      el(
        "span",
        {},
        `SMS authentication is ${on ? "on" : "off"} for `,
        bdi(user.login_name),
        on && !user.phones?.length ? ". There is no phone yet: without one, there is no login." : ".",
      ),
    );
    await list.reload({ quiet: true });
    document.querySelector(`.switch[aria-label="${CSS.escape(`SMS authentication of ${user.login_name}`)}"]`)?.focus();
  } catch (error) {
    toastError(error);
  }
}

/** All users that the filters let through, piece by piece, as one file. */
async function exportUsers(control, { kind, mfa }) {
  try {
    await busyWhile(control, async () => {
      const pieces = [];
      let cursor = null;
      do {
        const { body } = await admin("GET", `/users/export${query({ kind, mfa, cursor })}`);
        pieces.push(body.csv);
        cursor = body.cursor ?? null;
      } while (cursor);
      // With a mark of the encoding, without which Excel takes UTF-8 for something else.
      download(`users-${new Date().toISOString().slice(0, 10)}.csv`, `\ufeff${pieces.join("")}`);
    });
    toast("The users were exported.");
  } catch (error) {
    toastError(error);
  }
}

// The list of users: who they are, and whether a login needs a passcode.

import { confirm, toast, toastError } from "../dialogs.js";
import { bdi, busyWhile, button, download, icon } from "../dom.js";
/** @import { PageContext } from "../page.js" */
/** @import { Answer, Child, ExportPage, User, UserPage } from "../shared/types" */
/** @import { Column, PagedList } from "../table.js" */
import { t } from "../language.js";
import { badge, empty, heading } from "../page.js";
import { allowed, mayChange, roleName } from "../roles.js";
import { restate, to } from "../router.js";
import { admin } from "../session.js";
import { query } from "../shared/api.js";
import { el } from "../shared/dom.js";
import { switchControl } from "../switches.js";
import { filterBox, Position, pagedList, searchBox, table } from "../table.js";
import { ago, isLocked, plural, time } from "../words.js";
import { inviteMany } from "./invite-many.js";
import { isOneself, turnOn } from "./shut-out.js";

const position = new Position(); // coming back from a user shows the same page of the list

/**
 * The filters of the list, each empty for all.
 * @typedef {{ kind: string, mfa: string, status: string, filter: string, q: string }} Filters
 */

/** @type {Filters} */
const EVERYBODY = { kind: "", mfa: "", status: "", filter: "", q: "" };

/** Users who may need an administrator. @type {[state: string, label: string][]} */
const STATES = [
  ["", "In any state"],
  ["filter=locked", "Locked"],
  ["status=disabled", "Disabled"],
  ["filter=no_factor", "Without a factor that works"],
  ["filter=unverified", "No phone verified"],
  ["filter=legacy", "Legacy logins"],
];

/**
 * @param {HTMLElement} place
 * @param {PageContext} context
 */
export async function draw(place, { search, present }) {
  const filters = filtersIn(search);
  const total = el("p", { class: "soft list-total" });
  /** @type {PagedList} */
  const list = pagedList({
    label: t("pagesOfUsers"),
    count: "users",
    position: position.of(JSON.stringify(filters)),
    fetch: (cursor) => readUsers(filters, cursor, total),
    draw: (/** @type {User[]} */ items) => table({ caption: "Users", columns: columns(list), items }),
    none: () => noUsers(filters, clear),
  });

  /**
   * Begin at the first page with these filters, which are part of the address.
   * @param {Partial<Filters>} changed
   */
  function restart(changed) {
    Object.assign(filters, changed);
    restate(`#/users${query(filters)}`);
    position.of(JSON.stringify(filters));
    list.reload({ says: true });
  }

  function clear() {
    restart(EVERYBODY);
    const old = tools;
    tools = toolbar(filters, restart);
    old.replaceWith(tools);
    tools.querySelector("input")?.focus();
  }

  let tools = toolbar(filters, restart);
  place.append(
    heading({ title: "Users", actions: pageActions(filters) }),
    el("div", { class: "card flush" }, tools, total, list.element),
  );
  present();
  await list.reload();
}

/**
 * The filters in the page's address.
 * @param {URLSearchParams} search
 */
function filtersIn(search) {
  const given = Object.keys(EVERYBODY).map((name) => [name, search.get(name) ?? ""]);
  return /** @type {Filters} */ (Object.fromEntries(given));
}

/**
 * A page of the list. Its total is shown where it is known.
 * @param {Filters} filters
 * @param {string | null} cursor
 * @param {HTMLElement} total
 */
async function readUsers(filters, cursor, total) {
  /** @type {Answer<UserPage>} */
  const { body } = await admin("GET", `/users${query({ ...filters, cursor })}`);
  total.textContent = body.total === null ? "" : plural(body.total, "user");
  return body;
}

/** @param {Filters} filters */
function pageActions(filters) {
  const exporting = button("Export", { icon: "download", onclick: () => exportUsers(exporting, filters) });
  return [
    allowed("help", () => button("Invite", { onclick: () => inviteMany(filters) })),
    allowed("export_personal_data", () => exporting),
    allowed("manage_users", () => el("a", { class: "button", href: "#/import-users" }, icon("upload"), "Import")),
    allowed("manage_users", () => newUserLink(icon("plus"))),
  ].filter(Boolean);
}

/** @param {Child} [drawing] */
const newUserLink = (drawing = null) => el("a", { class: "button primary", href: "#/new-user" }, drawing, "New user");

/**
 * @param {Filters} filters
 * @param {() => void} clear
 */
function noUsers(filters, clear) {
  return Object.values(filters).some(Boolean)
    ? empty({
        title: "Nobody fits",
        text: "Search looks at login name, alias, owner, contact email and the last digits of phones.",
        actions: [
          button("Clear search and filters", { onclick: clear }),
          filters.q &&
            el("a", { class: "button", href: to("users", filters.q, "history") }, "History of a deleted user"),
        ],
      })
    : empty({
        title: "There are no users yet",
        text: "Add one, or import a list.",
        actions: [allowed("manage_users", newUserLink)],
      });
}

/**
 * @param {Filters} filters
 * @param {(changed: Partial<Filters>) => void} restart
 */
function toolbar(filters, restart) {
  return el(
    "div",
    { class: "tools" },
    searchBox({
      label: "Search users",
      value: filters.q,
      placeholder: "Name, owner, email or last digits",
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
    filterBox({
      label: "Filter by state",
      value: STATES.find(([state]) => state && isIn(filters, state))?.[0] ?? "",
      options: STATES,
      onchange: (state) => restart({ status: "", filter: "", ...pairOf(state) }),
    }),
  );
}

/**
 * The parameter of a state, with its value.
 * @param {string} state
 * @returns {Partial<Filters>}
 */
const pairOf = (state) => Object.fromEntries(new URLSearchParams(state));

/**
 * @param {Filters} filters
 * @param {string} state
 */
const isIn = (filters, state) => new URLSearchParams(filters).toString().split("&").includes(state);

/**
 * The login name, with the alias behind it.
 * @param {User} user
 * @returns {Child}
 */
const fullName = (user) => [
  bdi(user.login_name),
  user.alias ? [" ", el("span", { class: "soft" }, "(", bdi(user.alias), ")")] : null,
];

/**
 * @param {PagedList} list
 * @returns {Column<User>[]}
 */
function columns(list) {
  return [
    { label: "Login name (alias)", kind: "main", cell: nameCell },
    { label: "Owner", cell: (user) => (user.owner ? bdi(user.owner) : el("span", { class: "soft" }, "–")) },
    { label: "Legacy client", cell: legacyWords },
    { label: "SMS authentication", cell: (user) => mfaCell(user, list) },
  ];
}

/** @param {User} user */
function nameCell(user) {
  const badges = [
    ...(user.kind === "system" ? [badge("System"), badge(roleName(user.role))] : []),
    user.status === "disabled" ? badge("Disabled", "off") : null,
    isLocked(user.locked_until) ? badge("Locked", "bad") : null,
  ];
  return [
    el("a", { class: "name", href: to("users", user.login_name, "security") }, fullName(user)),
    el("span", { class: "badges" }, badges),
  ];
}

/**
 * The old client that a user last logged in with, and when.
 * @param {User} user
 * @returns {Child}
 */
export function legacyWords(user) {
  if (!user.last_legacy_at) return el("span", { class: "soft" }, "–");
  const moment = time(user.last_legacy_at);
  moment.textContent = ago(user.last_legacy_at);
  return [bdi(user.client_version || "Unknown version"), el("span", { class: "soft" }, ", ", moment)];
}

/** @param {User} user */
const usablePhones = (user) => (user.phones ?? []).filter((phone) => !phone.unusable);

/** @param {User} user */
function phonesWords(user) {
  const usable = usablePhones(user);
  if (!usable.length) {
    const none = user.phones?.length ? "no usable phone" : "no phone";
    return el("span", { class: user.mfa_enabled ? "warn" : "soft" }, none);
  }
  const verified = usable.filter((phone) => phone.verified).length;
  const some = verified === usable.length ? "verified" : `${verified} verified`;
  return el("span", { class: "soft" }, `${plural(usable.length, "phone")}, ${verified ? some : "not yet verified"}`);
}

/** @param {string} name */
const switchLabel = (name) => `SMS authentication of ${name}`;

/**
 * @param {User} user
 * @param {PagedList} list
 */
function mfaCell(user, list) {
  const control = switchControl({
    label: switchLabel(user.login_name),
    on: user.mfa_enabled,
    onchange: (on) => setMfa(user, on, { control, list }),
  });
  control.disabled = !mayChange(user);
  const words = el("span", {}, user.mfa_enabled ? "On" : "Off");
  return el("div", { class: "switch-row" }, control, words, phonesWords(user));
}

/**
 * @param {User} user
 * @param {boolean} on
 * @param {{ control: HTMLElement, list: PagedList }} where
 */
async function setMfa(user, on, { control, list }) {
  const path = `/users/${encodeURIComponent(user.login_name)}`;
  const turn = (insist = false) => admin("PATCH", path, { body: { mfa_enabled: on, ...(insist && { insist }) } });
  try {
    const done = on ? turnOn(user, (insist) => busyWhile(control, () => turn(insist))) : confirmOff(user, turn);
    if (!(await done)) return;
    const noPhone = on && !usablePhones(user).length;
    const rest = noPhone ? ". There is no usable phone: without one, there is no login." : ".";
    toast(el("span", {}, `SMS authentication is ${on ? "on" : "off"} for `, bdi(user.login_name), rest));
    await list.reload({ quiet: true });
    const selector = `.switch[aria-label="${CSS.escape(switchLabel(user.login_name))}"]`;
    /** @type {HTMLElement | null} */ (document.querySelector(selector))?.focus();
  } catch (error) {
    toastError(error);
  }
}

/**
 * @param {User} user
 * @param {() => Promise<unknown>} work
 */
function confirmOff(user, work) {
  const name = el("strong", {}, bdi(user.login_name));
  const own = "From then on the password alone lets you in. Your session ends.";
  return confirm({
    title: "Turn SMS authentication off?",
    text: isOneself(user) ? own : el("p", {}, "From then on the password alone lets ", name, " in."),
    action: "Turn off",
    danger: true,
    work,
  });
}

/**
 * All users that the filters let through, page by page, as one file.
 * @param {HTMLElement} control
 * @param {Filters} filters
 */
async function exportUsers(control, filters) {
  let users = 0;
  try {
    await busyWhile(control, async () => {
      const pieces = [];
      /** @type {string | null} */
      let cursor = null;
      do {
        /** @type {Answer<ExportPage>} */
        const { body } = await admin("GET", `/users/export${query({ ...filters, cursor })}`);
        pieces.push(body.csv);
        users += body.csv.split("\r\n").length - 1 - (cursor === null ? 1 : 0); // each line but the header is a user
        cursor = body.cursor ?? null;
      } while (cursor);
      // With a byte order mark, without which Excel does not read UTF-8.
      download(`users-${new Date().toISOString().slice(0, 10)}.csv`, `\ufeff${pieces.join("")}`);
    });
    const all = !Object.values(filters).some(Boolean);
    toast(`Exported ${plural(users, "user")}${all ? "" : ": those that search and filters show"}.`);
  } catch (error) {
    toastError(error);
  }
}

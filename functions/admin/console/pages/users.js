// The list of users, its search, filters and order, and its export.

/** @import { PageContext } from "../page.js" */
/** @import { Answer, Child, ExportPage, User, UserPage } from "../shared/types" */
/** @import { Column, PagedList } from "../table.js" */
import { toast, toastError } from "../dialogs.js";
import { busyWhile, button, download, icon } from "../dom.js";
import { t, tn } from "../language.js";
import { empty, heading } from "../page.js";
import { allowed } from "../roles.js";
import { restate, to } from "../router.js";
import { admin } from "../session.js";
import { query } from "../shared/api.js";
import { el } from "../shared/dom.js";
import { filterBox, Position, pagedList, searchBox, table } from "../table.js";
import { BulkSelection } from "./bulk-select.js";
import { inviteMany } from "./invite-many.js";
import { columns } from "./users-columns.js";

const position = new Position(); // coming back from a user shows the same page of the list

/**
 * The filters of the list, each empty for all, and its order.
 * @typedef {object} Filters
 * @property {string} kind
 * @property {string} mfa
 * @property {string} status
 * @property {string} filter
 * @property {string} not_seen_days
 * @property {string} q
 * @property {string} sort
 */

/** @type {Filters} */
const EVERYBODY = { kind: "", mfa: "", status: "", filter: "", not_seen_days: "", q: "", sort: "" };

/** Users who may need an administrator. @type {[state: string, label: string][]} */
const STATES = [
  ["", t("anyState")],
  ["filter=locked", t("isLocked")],
  ["status=disabled", t("isDisabled")],
  ["filter=no_factor", t("withoutFactor")],
  ["filter=unverified", t("noPhoneVerified")],
  ["filter=legacy", t("legacyLogins")],
];

/** @type {[order: string, label: string][]} */
const ORDERS = [
  ["", t("byLoginName")],
  ["-last_login", t("latestLoginFirst")],
  ["last_login", t("longestAgoFirst")],
  ["-registered", t("newestFirst")],
  ["registered", t("firstAddedFirst")],
];

// The address may have any number of days.
const DAYS = ["30", "90", "180", "365"];

/**
 * @param {HTMLElement} place
 * @param {PageContext} context
 */
export async function draw(place, { search, present }) {
  const filters = filtersIn(search);
  const bulk = new BulkSelection();
  /** @type {PagedList} */
  const list = pagedList({
    label: t("pagesOfUsers"),
    count: "users",
    position: position.of(JSON.stringify(filters)),
    fetch: (cursor) => readUsers(filters, cursor, bulk),
    draw: (/** @type {User[]} */ items) => usersTable(items, bulk.columns(columns(list), items)),
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
    heading({ title: t("usersTitle"), actions: pageActions(filters) }),
    el("div", { class: "card flush" }, tools, bulk.total, bulk.bar, list.element),
  );
  present();
  await list.reload();
}

/**
 * @param {User[]} items
 * @param {Column<User>[]} shown
 */
const usersTable = (items, shown) => table({ caption: t("usersTitle"), columns: shown, items });

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
 * @param {BulkSelection} bulk
 */
async function readUsers(filters, cursor, bulk) {
  const asked = query(filters);
  /** @type {Answer<UserPage>} */
  const { body } = await admin("GET", `/users${query({ ...filters, cursor })}`);
  if (query(filters) === asked) bulk.read(filters, body.total); // else others were chosen meanwhile
  return body;
}

/** @param {Filters} filters */
function pageActions(filters) {
  const exporting = button(t("exportUsers"), { icon: "download", onclick: () => exportUsers(exporting, filters) });
  return [
    el("a", { class: "button", href: "#/jobs" }, t("jobsTitle")),
    allowed("help", () => button(t("inviteUsers"), { onclick: () => inviteMany(filters, isNarrowed(filters)) })),
    allowed("export_personal_data", () => exporting),
    allowed("manage_users", () =>
      el("a", { class: "button", href: "#/import-users" }, icon("upload"), t("importListOfUsers")),
    ),
    allowed("manage_users", () => newUserLink(icon("plus"))),
  ].filter(Boolean);
}

/** @param {Child} [drawing] */
const newUserLink = (drawing = null) =>
  el("a", { class: "button primary", href: "#/new-user" }, drawing, t("newUserTitle"));

/**
 * @param {Filters} filters
 * @param {() => void} clear
 */
function noUsers(filters, clear) {
  return isNarrowed(filters)
    ? empty({
        title: t("nobodyFits"),
        text: t("searchLooksAt"),
        actions: [
          button(t("clearUserFilters"), { onclick: clear }),
          filters.q && el("a", { class: "button", href: to("users", filters.q, "history") }, t("historyOfDeleted")),
        ],
      })
    : empty({
        title: t("noUsersYet"),
        text: t("addOrImport"),
        actions: [allowed("manage_users", newUserLink)],
      });
}

/**
 * Whether the list leaves anybody out. Its order does not.
 * @param {Record<string, string>} filters
 */
const isNarrowed = ({ sort: _, ...filters }) => Object.values(filters).some(Boolean);

/**
 * @param {Filters} filters
 * @param {(changed: Partial<Filters>) => void} restart
 */
function toolbar(filters, restart) {
  return el(
    "div",
    { class: "tools" },
    searchBox({
      label: t("searchUsers"),
      value: filters.q,
      placeholder: t("searchUsersHint"),
      onsearch: (q) => restart({ q }),
    }),
    filterBox({
      label: t("filterByMfa"),
      value: filters.mfa,
      options: [
        ["", t("mfaAll")],
        ["true", t("mfaIsOn")],
        ["false", t("mfaIsOff")],
      ],
      onchange: (mfa) => restart({ mfa }),
    }),
    filterBox({
      label: t("filterByKind"),
      value: filters.kind,
      options: [
        ["", t("allKinds")],
        ["backup", t("backupUsers")],
        ["system", t("systemUsers")],
      ],
      onchange: (kind) => restart({ kind }),
    }),
    ...stateBoxes(filters, restart),
  );
}

/**
 * The filters by state and last login, and the order.
 * @param {Filters} filters
 * @param {(changed: Partial<Filters>) => void} restart
 */
const stateBoxes = (filters, restart) => [
  filterBox({
    label: t("filterByState"),
    value: STATES.find(([state]) => state && isIn(filters, state))?.[0] ?? "",
    options: STATES,
    onchange: (state) => restart({ status: "", filter: "", ...pairOf(state) }),
  }),
  filterBox({
    label: t("filterByLastLogin"),
    value: filters.not_seen_days,
    options: [["", t("anyLastLogin")], ...daysOffered(filters).map(notSeenOption)],
    onchange: (days) => restart({ not_seen_days: days }),
  }),
  filterBox({
    label: t("orderOfUsers"),
    value: filters.sort,
    options: ORDERS,
    onchange: (sort) => restart({ sort }),
  }),
];

/** @param {Filters} filters */
const daysOffered = ({ not_seen_days: given }) =>
  !/^\d+$/.test(given) || DAYS.includes(given) ? DAYS : [given, ...DAYS];

/**
 * @param {string} days
 * @returns {[value: string, label: string]}
 */
const notSeenOption = (days) => [days, tn("notSeenFor", Number(days))];

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
    toast(tn(isNarrowed(filters) ? "exportedShown" : "exportedUsers", users));
  } catch (error) {
    toastError(error);
  }
}

// Overview: what was sent, what came of it, where, and what it cost.

import { query } from "../api.js";
import { button, download, el } from "../dom.js";
import { columns, shareBar, sparkline } from "../charts.js";
import { empty, heading, load, section } from "../page.js";
import { regionName } from "../regions.js";
import { restate } from "../router.js";
import { admin } from "../session.js";
import { filterBox, table } from "../table.js";
import { day as dayWords, money, number, percent, shortDay } from "../words.js";

const SENDS = [
  { key: "sends", label: "Messages", look: "look-soft" },
  { key: "approvals", label: "Approvals", look: "look-main" },
];
const TROUBLE = [
  { key: "wrong_codes", label: "Wrong passcodes", look: "look-warn" },
  { key: "locks", label: "Locks", look: "look-bad" },
  { key: "legacy_logins", label: "Legacy logins", look: "look-soft" },
];

export function draw(place, { search, present }) {
  const given = Number(search.get("days") ?? 30);
  let days = [7, 30, 90].includes(given) ? given : 30;
  const room = el("div", { class: "stack" });
  const range = filterBox({
    label: "Period",
    value: String(days),
    options: [
      ["7", "Last 7 days"],
      ["30", "Last 30 days"],
      ["90", "Last 90 days"],
    ],
    onchange(value) {
      days = Number(value);
      restate(`#/overview?days=${days}`);
      show();
    },
  });
  place.append(
    heading({ title: "Overview", lead: "Counted as it happens; days are those of UTC.", actions: [range] }),
    room,
  );
  present();
  return show();

  function show() {
    return load(room, async () => (await admin("GET", `/overview${query({ days })}`)).body, parts, 8);
  }
}

function parts({ days: given, regions, totals }) {
  const days = [...given].sort((a, b) => a.date.localeCompare(b.date));
  const cards = [
    tile(
      "Messages",
      number(totals.sends),
      days.map((day) => day.sends),
    ),
    tile(
      "Approvals",
      number(totals.approvals),
      days.map((day) => day.approvals),
    ),
    tile(
      "Conversion",
      percent(totals.conversion_rate),
      days.map((day) => (day.sends ? day.approvals / day.sends : 0)),
      "per message",
    ),
    tile(
      "Wrong passcodes",
      number(totals.wrong_codes),
      days.map((day) => day.wrong_codes),
    ),
    tile(
      "Locks",
      number(totals.locks),
      days.map((day) => day.locks),
    ),
    tile(
      "Legacy logins",
      number(totals.legacy_logins),
      days.map((day) => day.legacy_logins),
      "no passcode",
    ),
    tile("Cost", money(totals.cost), null, totals.cost ? "estimated" : "no price known"),
  ];
  const nothing = !["sends", "approvals", "wrong_codes", "locks", "legacy_logins"].some((key) => totals[key] > 0);
  const figures = el("dl", { class: "tiles" }, cards);
  if (nothing || !days.length) {
    return [
      figures,
      el(
        "div",
        { class: "card" },
        empty({
          title: "Nothing has happened yet",
          text: "As soon as a passcode is sent, its message, its login and its cost are counted here.",
          actions: [el("a", { class: "button", href: "#/settings/mfa" }, "Test the settings")],
        }),
      ),
    ];
  }
  const chart = { days, label: (day) => shortDay(day.date), longLabel: (day) => dayWords(day.date) };
  return [
    figures,
    section(
      { title: "Messages and approvals" },
      columns({ ...chart, title: "Messages and approvals per day", series: SENDS }),
    ),
    section(
      { title: "Wrong passcodes, locks and legacy logins" },
      columns({ ...chart, title: "Wrong passcodes, locks and legacy logins per day", series: TROUBLE, stacked: true }),
    ),
    section({ title: "By country" }, regionTable(regions, totals)),
    section(
      {
        title: "By day",
        actions: [
          button("Download", { kind: "small", icon: "download", onclick: () => download("overview.csv", csv(days)) }),
        ],
      },
      el("details", {}, el("summary", {}, "Every day as a table"), dayTable(days)),
    ),
  ];
}

function tile(label, value, values, note = null) {
  return el(
    "div",
    { class: "tile" },
    el("dt", {}, label),
    el(
      "dd",
      {},
      el("span", { class: "tile-value" }, value),
      note && el("span", { class: "soft tile-note" }, note),
      values?.some((one) => one > 0) ? sparkline(values) : null,
    ),
  );
}

function regionTable(regions, totals) {
  const items = [...regions].sort((a, b) => b.sends - a.sends);
  if (!items.length) return el("p", { class: "soft quiet-empty" }, "No message was sent yet.");
  return el(
    "div",
    { class: "inset" },
    table({
      caption: "By country",
      items,
      columns: [
        {
          label: "Country",
          kind: "main",
          cell: (item) =>
            el(
              "span",
              { class: "region" },
              el("span", {}, regionName(item.region) ?? item.region),
              shareBar(totals.sends ? item.sends / totals.sends : 0),
            ),
        },
        { label: "Messages", kind: "number", cell: (item) => number(item.sends) },
        { label: "Approvals", kind: "number", cell: (item) => number(item.approvals) },
        {
          label: "Conversion",
          kind: "number",
          cell: (item) => percent(item.sends ? item.approvals / item.sends : null),
        },
        { label: "Wrong passcodes", kind: "number", cell: (item) => number(item.wrong_codes) },
        { label: "Locks", kind: "number", cell: (item) => number(item.locks) },
        { label: "Estimated cost", kind: "number", cell: (item) => money(item.cost) },
      ],
    }),
  );
}

function dayTable(days) {
  const figure = (label, key) => ({ label, kind: "number", cell: (day) => number(day[key]) });
  return el(
    "div",
    { class: "inset" },
    table({
      caption: "By day",
      items: [...days].reverse(),
      columns: [
        { label: "Day", kind: "main", cell: (day) => dayWords(day.date) },
        figure("Messages", "sends"),
        figure("Approvals", "approvals"),
        figure("Wrong passcodes", "wrong_codes"),
        figure("Locks", "locks"),
        figure("Legacy logins", "legacy_logins"),
      ],
    }),
  );
}

function csv(days) {
  const keys = ["date", "sends", "approvals", "wrong_codes", "locks", "legacy_logins"];
  return `${keys.join(",")}\r\n${days.map((day) => keys.map((key) => day[key]).join(",")).join("\r\n")}\r\n`;
}

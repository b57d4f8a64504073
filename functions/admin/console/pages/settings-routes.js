// Routes: the providers and senders of messages by country, in the order in which they are tried.

/** @import { Route } from "../shared/types" */
/** @import { SettingsDraft } from "./settings-fields.js" */
import { bdi, button } from "../dom.js";
import { t } from "../language.js";
import { section } from "../page.js";
import { hintOf, labelOf, schemaOf } from "../settings-schema.js";
import { el } from "../shared/dom.js";
import { table } from "../table.js";
import { money, PROVIDERS } from "../words.js";
import { countryWords, senderOf } from "./settings-fields.js";
import { addRoute } from "./settings-route-form.js";
import { routePreview } from "./settings-route-preview.js";
import { testDialog } from "./settings-test.js";

/** @typedef {(list: Route[], focus?: string) => void} Stage `focus` is a selector of the element to have the focus */
/** @typedef {{ stage: Stage, test: (at: number) => void }} Deeds */

/**
 * The sections of the routes and of who would send, and the fields: one for each route, so that a refusal says which
 * one it is about.
 * @param {SettingsDraft} draft
 */
export function routesPart(draft) {
  const room = el("div", { class: "stack" });
  const alarm = el("p", { class: "field-error", role: "alert", hidden: true });
  const preview = routePreview(draft);
  const say = (/** @type {string} */ text) => {
    alarm.textContent = text;
    alarm.hidden = !text;
  };
  const focus = () => /** @type {HTMLElement | null} */ (room.querySelector("select"))?.focus();
  /** @type {Stage} */
  const stage = (list, selector = "select") => {
    say("");
    draft.set("routes", list);
    redraw();
    preview.redraw();
    /** @type {HTMLElement | null} */ (room.querySelector(selector))?.focus();
  };
  const redraw = () => {
    const list = draft.get("routes") ?? [];
    const listed = list.length ? routeTable(list, { stage, test }) : el("p", { class: "soft" }, t("routesNone"));
    room.replaceChildren(listed, alarm, addRoute(list, stage));
  };
  const { maxItems = 0 } = schemaOf("routes");
  const each = Array.from({ length: maxItems }, (_, at) => ({
    name: `routes[${at}]`,
    setError: (/** @type {string} */ text) => say(text && t("routeProblem", { n: at + 1, problem: text })),
    focus,
  }));
  const test = (/** @type {number} */ at) => testDialog({ draft, fields: each, route: at });
  redraw();
  return {
    elements: [section({ title: labelOf("routes"), lead: hintOf("routes") }, room), preview.element],
    fields: [...each, { name: "routes", label: labelOf("routes"), setError: say, focus }],
  };
}

/**
 * @param {Route[]} list
 * @param {Deeds} deeds
 */
function routeTable(list, deeds) {
  const place = (/** @type {Route} */ route) => list.indexOf(route);
  return el(
    "div",
    { class: "inset" },
    table({
      caption: labelOf("routes"),
      items: list,
      columns: [
        {
          label: labelOf("routes.provider"),
          kind: "main",
          cell: (route) => `${place(route) + 1}. ${PROVIDERS[route.provider]}`,
        },
        { label: labelOf("routes.sender"), cell: (route) => el("code", {}, bdi(senderOf(route))) },
        { label: labelOf("routes.regions"), cell: ({ regions }) => countryWords(regions) },
        { label: labelOf("routes.max_price"), kind: "number", cell: ({ max_price: most }) => dollars(most) },
        { label: t("routeControls"), kind: "end", unseen: true, cell: (route) => controls(list, place(route), deeds) },
      ],
    }),
  );
}

/** @param {number | null} usd */
const dollars = (usd) => (usd === null ? "–" : money({ amount: String(usd), currency: "USD" }));

/**
 * @param {Route[]} list
 * @param {number} at
 * @param {Deeds} deeds
 */
function controls(list, at, { stage, test }) {
  const control = (/** @type {"up" | "down" | "test" | "remove"} */ deed, /** @type {() => void} */ onclick) =>
    button(t(`route_${deed}`), { kind: "small quiet", "aria-label": t(`routeOf_${deed}`, { n: at + 1 }), onclick });
  const others = list.filter((_, index) => index !== at);
  const move = (/** @type {number} */ to) =>
    stage([...others.slice(0, to), list[at], ...others.slice(to)], `tbody tr:nth-child(${to + 1}) button`);
  return [
    at > 0 && control("up", () => move(at - 1)),
    at < list.length - 1 && control("down", () => move(at + 1)),
    control("test", () => test(at)),
    control("remove", () => stage(others)),
  ];
}

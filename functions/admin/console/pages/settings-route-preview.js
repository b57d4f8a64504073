// Who would send to a country, in which order, and for how much: by the routes on the screen and the prices in force.

/** @import { Answer, Health, PriceOf, Route } from "../shared/types" */
/** @import { SettingsDraft } from "./settings-fields.js" */
import { notice } from "../dialogs.js";
import { bdi } from "../dom.js";
import { selectField } from "../fields.js";
import { t } from "../language.js";
import { badge, load, section } from "../page.js";
import { regionLabel, regions } from "../regions.js";
import { admin } from "../session.js";
import { el } from "../shared/dom.js";
import { table } from "../table.js";
import { money, PROVIDERS, regionName } from "../words.js";
import { senderOf } from "./settings-fields.js";

const MICRO = 1_000_000;
const FIRST = "HK";
/** @type {Record<PriceOf["source"], string>} */
const SOURCES = {
  override: t("price_override"),
  fetched: t("price_fetched"),
  shipped: t("price_shipped"),
};

/**
 * The prices in force, and the providers that refuse the account, so that they are passed over.
 * @typedef {{ prices: PriceOf[], refusedBy: Route["provider"][] }} Known
 */

/**
 * The table, and the choice of the country that it is about.
 * @param {SettingsDraft} draft
 */
export function routePreview(draft) {
  const room = el("div", { role: "status" });
  /** @type {Known} */
  let known = { prices: [], refusedBy: [] };
  const country = selectField({
    label: t("previewCountry"),
    value: FIRST,
    options: regions().map((item) => [item.region, regionLabel(item)]),
    onchange: () => redraw(),
  });
  const answer = () => sendersTo(draft, country.value ?? FIRST, known);
  const redraw = () => {
    if (known.prices.length) room.replaceChildren(answer());
  };
  const fetch = async () => {
    /** @type {[Answer<{ items: PriceOf[] }>, Answer<Health>]} */
    const [prices, health] = await Promise.all([admin("GET", "/prices"), admin("GET", "/health")]);
    known = { prices: prices.body.items, refusedBy: health.body.sending.refused_by ?? [] };
  };
  load(room, fetch, answer, 2);
  const fields = el("div", { class: "fields" }, country.element);
  return { element: section({ title: t("previewTitle"), lead: t("previewLead") }, fields, room), redraw };
}

/** @param {SettingsDraft} draft */
function routesOf(draft) {
  const routes = draft.get("routes") ?? [];
  const sender = draft.get("twilio.sender");
  if (routes.length || !sender) return routes;
  return [/** @type {Route} */ ({ provider: "twilio", sender, regions: "*", max_price: null })];
}

/**
 * @param {SettingsDraft} draft
 * @param {string} region
 * @param {Known} known
 */
function sendersTo(draft, region, { prices, refusedBy }) {
  const allow = draft.get("regions.allow");
  const country = regionName(region) ?? region;
  const found = routesOf(draft).filter(({ regions: to }) => to === "*" || to.includes(region));
  if (allow !== "*" && !allow.includes(region))
    return notice({ kind: "warning", title: t("previewNotAllowed", { country }), text: t("previewNotChosen") });
  if (!found.length)
    return notice({ kind: "warning", title: t("previewNoMessage", { country }), text: t("previewNoRoute") });
  const price = (/** @type {Route} */ { provider }, /** @type {PriceOf["channel"]} */ channel) =>
    prices.find((one) => one.region === region && one.provider === provider && one.channel === channel);
  const calls = (/** @type {Route} */ route) => draft.get("voice.enabled") && route.sender.phone_number;
  return el(
    "div",
    { class: "inset" },
    table({
      caption: t("previewCaption", { country }),
      items: found,
      columns: [
        {
          label: t("previewSender"),
          kind: "main",
          cell: (route) => [
            ...senderCell(found.indexOf(route) + 1, route),
            refusedBy.includes(route.provider) ? [" ", badge(t("previewRefused"), "bad")] : null,
          ],
        },
        { label: t("previewSms"), cell: (route) => priceCell(price(route, "sms"), route) },
        { label: t("previewCall"), cell: (route) => (calls(route) ? priceCell(price(route, "voice"), route) : "–") },
      ],
    }),
  );
}

/**
 * @param {number} order
 * @param {Route} route
 */
const senderCell = (order, route) => [`${order}. ${PROVIDERS[route.provider]}, `, el("code", {}, bdi(senderOf(route)))];

/**
 * @param {PriceOf | undefined} price
 * @param {Route} route
 */
function priceCell(price, { max_price: most }) {
  if (!price) return "–";
  const usd = price.micro_usd / MICRO;
  const amount = money({ amount: String(usd), currency: "USD" });
  const note = most !== null && usd > most ? t("priceTooHigh") : SOURCES[price.source];
  return el("span", {}, amount, " ", el("span", { class: "soft" }, note));
}

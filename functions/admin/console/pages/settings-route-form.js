// The form that adds a route.

/** @import { Route } from "../shared/types" */
/** @import { Stage } from "./settings-routes.js" */
import { icon } from "../dom.js";
import { numberField, selectField, textField } from "../fields.js";
import { t } from "../language.js";
import { regions } from "../regions.js";
import { labelOf, numberOf, schemaOf } from "../settings-schema.js";
import { el } from "../shared/dom.js";
import { PROVIDERS } from "../words.js";

/** @typedef {keyof Route["sender"]} SenderKind */

/** @type {Record<Route["provider"], SenderKind[]>} */
const SENDERS = {
  twilio: ["phone_number", "messaging_service_sid", "alphanumeric"],
  aws: ["phone_number", "alphanumeric", "pool_id"],
};
/** @type {Record<SenderKind, string>} */
const EXAMPLES = {
  phone_number: "+15005550006",
  messaging_service_sid: "MG…",
  alphanumeric: "Acme",
  pool_id: "pool-…",
};

/**
 * @param {Route[]} list
 * @param {Stage} stage
 */
export function addRoute(list, stage) {
  const { maxItems = 0 } = schemaOf("routes");
  if (list.length >= maxItems) return el("p", { class: "soft" }, t("routesFull", { n: maxItems }));
  const fields = routeFields();
  const add = el("button", { type: "submit", class: "button" }, icon("plus"), el("span", {}, t("routeAdd")));
  const form = el(
    "form",
    { class: "stack", novalidate: true },
    el("div", { class: "fields" }, fields.elements),
    el("div", {}, add),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const route = fields.read();
    if (route) stage([...list, route]);
  });
  return form;
}

/** The fields of a route. The sender's kinds and the highest price follow the provider. */
function routeFields() {
  const inputs = routeInputs();
  const { provider, kind, sender, price } = inputs;
  const follow = () => {
    const chosen = providerIn(inputs);
    const fits = (/** @type {string} */ name) => SENDERS[chosen].some((one) => one === name);
    for (const option of kind.input.options) option.disabled = option.hidden = !fits(option.value);
    if (!fits(kind.value ?? "")) kind.value = SENDERS[chosen][0];
    sender.input.placeholder = EXAMPLES[/** @type {SenderKind} */ (kind.value)];
    price.element.hidden = chosen !== "aws";
  };
  for (const { input } of [provider, kind]) input.addEventListener("change", follow);
  follow();
  const elements = Object.values(inputs).map((field) => field.element);
  return { elements, read: () => routeIn(inputs) };
}

/** @typedef {ReturnType<typeof routeInputs>} RouteInputs */

function routeInputs() {
  const kinds = /** @type {SenderKind[]} */ (Object.keys(EXAMPLES));
  return {
    provider: selectField({
      label: labelOf("routes.provider"),
      value: "twilio",
      options: /** @type {[Route["provider"], string][]} */ (Object.entries(PROVIDERS)),
    }),
    kind: selectField({
      label: t("routeSenderKind"),
      value: kinds[0],
      options: kinds.map((name) => [name, labelOf(`routes.sender.${name}`)]),
    }),
    sender: textField({ label: labelOf("routes.sender"), mono: true, maxlength: 64 }),
    countries: textField({
      label: labelOf("routes.regions"),
      placeholder: "HK, SG",
      hint: t("routeCountriesHint"),
    }),
    price: numberField({ ...numberOf("routes.max_price"), value: null, nullable: true, fraction: true }),
  };
}

/** @param {RouteInputs} inputs */
const providerIn = ({ provider }) => /** @type {Route["provider"]} */ (provider.value);

/**
 * The route in the fields. Null if one of them cannot be right, which it then says.
 * @param {RouteInputs} inputs
 */
function routeIn(inputs) {
  const { kind, sender, countries, price } = inputs;
  const chosen = providerIn(inputs);
  const identity = sender.text.trim();
  const codes = codesIn(countries.text);
  const unknown = codes.find((code) => !regions().some(({ region }) => region === code));
  const dear = chosen === "aws" ? price.problem() : "";
  sender.setError(identity ? "" : t("routeNoSender"));
  countries.setError(unknown ? t("routeNoCountry", { code: unknown }) : "");
  price.setError(dear);
  const wrong = identity ? unknown && countries : sender;
  if (wrong || dear) {
    (wrong || price).focus();
    return null;
  }
  return /** @type {Route} */ ({
    provider: chosen,
    sender: { [kind.value ?? ""]: identity },
    regions: codes.length ? codes : "*",
    max_price: chosen === "aws" ? price.value : null,
  });
}

/** @param {string} text */
const codesIn = (text) => [
  ...new Set(
    text
      .toUpperCase()
      .split(/[\s,;]+/)
      .filter(Boolean),
  ),
];

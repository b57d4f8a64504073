// Limits: how many messages at most, whoever asks for them.

import { el } from "../dom.js";
import { numberField } from "../fields.js";
import { section } from "../page.js";

const MOST = 10_000_000;

export function draw(draft) {
  const fields = [];
  const limit = (name, label, more = {}) => {
    const field = numberField({
      name: `budgets.${name}`,
      label,
      suffix: "messages",
      min: 1,
      max: MOST,
      value: draft.get(`budgets.${name}`),
      onchange: (value) => draft.set(`budgets.${name}`, value),
      ...more,
    });
    fields.push(field);
    return field.element;
  };
  const element = el(
    "div",
    { class: "stack" },
    section(
      { title: "One phone number", lead: "Whoever’s account it is on." },
      el("div", { class: "fields" }, limit("number_per_hour", "Per hour"), limit("number_per_day", "Per day")),
    ),
    section(
      { title: "One source", lead: "An address of the internet, or a client that vouches for its users." },
      el(
        "div",
        { class: "fields" },
        limit("address_per_hour", "Per address and hour"),
        limit("client_per_hour", "Per client and hour"),
      ),
    ),
    section(
      { title: "Everything", lead: "The ceiling of what a day can cost." },
      el(
        "div",
        { class: "fields" },
        limit("region_per_day", "Per country and day", {
          nullable: true,
          hint: "Empty: no ceiling for a single country.",
        }),
        limit("global_per_day", "Altogether per day"),
      ),
    ),
  );
  return { element, fields };
}

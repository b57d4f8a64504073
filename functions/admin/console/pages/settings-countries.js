// Countries that messages may go to: all, or those that are ticked.

import { button, el } from "../dom.js";
import { choiceField } from "../fields.js";
import { section } from "../page.js";
import { regionLabel, regions } from "../regions.js";
import { plural } from "../words.js";

export function draw(draft) {
  const given = draft.get("regions.allow");
  const chosen = new Set(given === "*" ? [] : given);
  const stage = () => {
    draft.set("regions.allow", choice.value === "*" ? "*" : [...chosen].sort());
    count.textContent = chosen.size
      ? `${plural(chosen.size, "country", "countries")} chosen`
      : "None chosen: no message can be sent.";
  };
  const choice = choiceField({
    label: "Messages may go to",
    value: given === "*" ? "*" : "list",
    options: [
      [
        "*",
        "All countries",
        "Expensive destinations attract people who send messages for money. Allow only where your users are, if you can.",
      ],
      ["list", "Only these countries", "A message to anywhere else is refused before it costs anything."],
    ],
    onchange() {
      picker.hidden = choice.value === "*";
      stage();
    },
  });
  const error = el("p", { class: "field-error", role: "alert", hidden: true });
  const count = el("p", { class: "soft", role: "status" });
  const boxes = regions().map((item) => {
    const box = el("input", {
      type: "checkbox",
      checked: chosen.has(item.region),
      onchange: () => {
        box.checked ? chosen.add(item.region) : chosen.delete(item.region);
        stage();
      },
    });
    return { item, box, line: el("label", { class: "tick" }, box, el("span", {}, regionLabel(item))) };
  });
  const none = el("p", { class: "soft", hidden: true }, "No country is called that.");
  const narrow = el("input", {
    type: "search",
    "aria-label": "Find a country",
    placeholder: "Find a country, +852, HK…",
    autocomplete: "off",
    oninput: filter,
  });
  const only = el(
    "label",
    { class: "tick" },
    el("input", { type: "checkbox", onchange: filter }),
    el("span", {}, "Show the chosen ones only"),
  );
  const clear = button("Clear", {
    kind: "small",
    onclick: () => {
      chosen.clear();
      for (const { box } of boxes) box.checked = false;
      filter();
      stage();
    },
  });
  const picker = el(
    "div",
    { class: "picker", hidden: given === "*" },
    el("div", { class: "tools" }, el("div", { class: "search" }, narrow), only, clear),
    count,
    el(
      "div",
      { class: "ticks", role: "group", "aria-label": "Countries", tabindex: "0" },
      boxes.map(({ line }) => line),
      none,
    ),
  );

  function filter() {
    const wanted = narrow.value.trim().toLowerCase();
    let shown = 0;
    for (const { item, box, line } of boxes) {
      const fits =
        (regionLabel(item).toLowerCase().includes(wanted) || item.region.toLowerCase() === wanted) &&
        (!only.firstChild.checked || box.checked);
      line.hidden = !fits;
      shown += fits;
    }
    none.hidden = shown > 0;
  }

  stage();
  const field = {
    name: "regions.allow",
    label: "Countries",
    setError: (text) => {
      error.textContent = text;
      error.hidden = !text;
    },
    focus: () => choice.focus(),
  };
  return { element: section({ title: "Countries" }, choice.element, picker, error), fields: [field] };
}

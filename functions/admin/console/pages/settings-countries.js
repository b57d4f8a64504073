// Countries that messages may go to: all, or those that are ticked.

/** @import { Region } from "../shared/types" */
/** @import { SettingsDraft, SettingsPart } from "./settings-fields.js" */
import { button } from "../dom.js";
import { choiceField } from "../fields.js";
import { t, tn } from "../language.js";
import { section } from "../page.js";
import { regionLabel, regions } from "../regions.js";
import { labelOf } from "../settings-schema.js";
import { el } from "../shared/dom.js";
import { routesPart } from "./settings-routes.js";

/**
 * @param {SettingsDraft} draft
 * @returns {SettingsPart}
 */
export function draw(draft) {
  const given = draft.get("regions.allow");
  const chosen = new Set(given === "*" ? [] : given);
  const stage = () => {
    draft.set("regions.allow", choice.value === "*" ? "*" : [...chosen].sort());
    picker.count(chosen.size);
  };
  const choice = choiceField({
    label: t("countriesMayGo"),
    value: given === "*" ? "*" : "list",
    options: [
      ["*", t("allCountries"), t("countriesAllHint")],
      ["list", t("countriesListed"), t("countriesListedHint")],
    ],
    onchange() {
      picker.element.hidden = choice.value === "*";
      stage();
    },
  });
  const picker = countryPicker(chosen, stage);
  picker.element.hidden = given === "*";
  const error = el("p", { class: "field-error", role: "alert", hidden: true });
  stage();
  const field = {
    name: "regions.allow",
    label: labelOf("regions.allow"),
    setError(/** @type {string} */ text) {
      error.textContent = text;
      error.hidden = !text;
    },
    focus: () => choice.focus(),
  };
  const routes = routesPart(draft);
  const countries = section({ title: t("countriesTitle") }, choice.element, picker.element, error);
  return { element: el("div", { class: "stack" }, countries, routes.elements), fields: [field, ...routes.fields] };
}

/**
 * Ticks for all countries, with a search.
 * @param {Set<string>} chosen is changed by the ticks
 * @param {() => void} stage is called after every change
 */
function countryPicker(chosen, stage) {
  const boxes = regions().map((item) => tick(item, chosen, stage));
  const none = el("p", { class: "soft", hidden: true }, t("countriesNotFound"));
  const onlyChosen = el("input", { type: "checkbox", onchange: filter });
  const only = el("label", { class: "tick" }, onlyChosen, el("span", {}, t("countriesOnlyChosen")));
  const narrow = countrySearch(filter);
  const clear = () => {
    chosen.clear();
    for (const { box } of boxes) box.checked = false;
    filter();
    stage();
  };
  const search = el("div", { class: "search" }, narrow);
  const clearing = button(t("countriesClear"), { kind: "small", onclick: clear });
  const tools = el("div", { class: "tools" }, search, only, clearing);
  const lines = boxes.map(({ line }) => line);
  const group = { class: "ticks", role: "group", "aria-label": t("countriesTitle"), tabindex: "0" };
  const list = el("div", group, lines, none);

  function filter() {
    const wanted = narrow.value.trim().toLowerCase();
    for (const { item, box, line } of boxes) {
      const fits = regionLabel(item).toLowerCase().includes(wanted) || item.region.toLowerCase() === wanted;
      line.hidden = !fits || (onlyChosen.checked && !box.checked);
    }
    none.hidden = lines.some((line) => !line.hidden);
  }

  const count = el("p", { class: "soft", role: "status" });
  return {
    element: el("div", { class: "picker" }, tools, count, list),
    /** @param {number} n */
    count(n) {
      count.textContent = n ? tn("countriesChosen", n) : t("countriesNoneChosen");
    },
  };
}

/** @param {() => void} oninput */
function countrySearch(oninput) {
  return el("input", {
    type: "search",
    "aria-label": t("countriesFind"),
    placeholder: t("countriesFindExample"),
    autocomplete: "off",
    oninput,
  });
}

/**
 * @param {Region} item
 * @param {Set<string>} chosen
 * @param {() => void} stage
 */
function tick(item, chosen, stage) {
  const box = el("input", { type: "checkbox", checked: chosen.has(item.region) });
  box.addEventListener("change", () => {
    if (box.checked) chosen.add(item.region);
    else chosen.delete(item.region);
    stage();
  });
  return { item, box, line: el("label", { class: "tick" }, box, el("span", {}, regionLabel(item))) };
}

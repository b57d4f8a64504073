// The panel of a simulated vendor: which faults are in force, the requests it got, and its reports of deliveries.
// Without that vendor the panel stays hidden.

import { $, el } from "/static/shared/dom.js";
import { lineOf, panelOf } from "./vendor-parts.js";

/** @import { Fault, Rule, Vendor } from "./vendor-parts.js" */

const SHOWN = 30;

/**
 * @param {string} method
 * @param {string} path
 * @param {unknown} [body]
 */
function request(method, path, body) {
  if (body === undefined) return fetch(path, { method });
  return fetch(path, { method, headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
}

/** @param {string} path */
async function load(path) {
  const answer = await request("GET", path);
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  return answer.json();
}

class Panel {
  /** @param {Vendor} vendor */
  constructor(vendor) {
    this.vendor = vendor;
    this.choices = Object.values(vendor.faults).flat();
    this.tick = 0;
    /** The lists as they are drawn. @type {Record<string, string>} */
    this.drawn = {};
  }

  /**
   * An element of this panel.
   * @template {HTMLElement} [T=HTMLElement]
   * @param {string} name
   * @param {new () => T} [kind]
   */
  part(name, kind) {
    return $(`${this.vendor.id}-${name}`, kind);
  }

  /** Draw the panel, if its vendor is simulated here, and keep it up to date. */
  async start() {
    try {
      await load(this.vendor.account);
    } catch {
      return; // messages go to the real vendor
    }
    const aside = $(this.vendor.id);
    aside.append(...panelOf(this.vendor));
    aside.hidden = false;
    document.body.classList.add("with-vendors");
    this.part("what").addEventListener("change", () => this.choose());
    this.part("form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.change("POST", this.chosen(), `Added: ${this.words(this.chosen())}`);
    });
    this.part("end-all").addEventListener("click", () => this.change("PUT", [], "Ended all"));
    this.part("panel").addEventListener("toggle", () => this.refresh());
    this.choose();
    this.refresh();
    setInterval(() => {
      if (!document.hidden) this.refresh();
    }, 1000);
  }

  /** The choice of the form. @returns {Fault} */
  choice() {
    const name = this.part("what", HTMLSelectElement).value;
    return this.choices.find((one) => one[0] === name) ?? this.choices[0];
  }

  /** Show the fields of the chosen fault. */
  choose() {
    const wanted = this.choice()[2] ?? {};
    for (const [member, { optional }] of Object.entries(this.vendor.fields)) {
      const input = this.part(member, HTMLInputElement);
      const shown = member in wanted;
      input.closest("p")?.toggleAttribute("hidden", !shown);
      input.required = shown && !optional;
      input.disabled = !shown;
      input.value = wanted[member] ?? "";
    }
    this.part("refused").textContent = "";
  }

  /** The rule as the form has it. @returns {Rule} */
  chosen() {
    const [, rule, fields] = this.choice();
    /** @type {Record<string, unknown>} */
    const given = {};
    for (const member of Object.keys(fields ?? {})) {
      const { value, type } = this.part(member, HTMLInputElement);
      if (member === "verified") given[member] = value.split(/[\s,;]+/).filter(Boolean);
      else if (value) given[member] = type === "number" ? Number(value) : value.trim();
    }
    const times = this.part("times", HTMLSelectElement).value;
    const channel = this.part("channel", HTMLSelectElement).value;
    const number = this.part("number", HTMLInputElement).value.trim();
    if (times) given.times = Number(times);
    if (channel) given.channel = channel;
    if (number) given.to = number.replaceAll(/[\s()-]/g, "");
    return { ...rule, ...given };
  }

  /**
   * The choice that fits a rule best: of the same fault, with the most members in common.
   * @param {Rule} rule
   */
  choiceOf(rule) {
    const given = new Map(Object.entries(rule));
    const alike = this.choices.filter(([, one]) => one.fault === rule.fault);
    const fitting = alike.filter(([, one]) => Object.entries(one).every(([name, value]) => given.get(name) === value));
    const size = (/** @type {Fault} */ [, one]) => Object.keys(one).length;
    return fitting.toSorted((one, other) => size(other) - size(one))[0] ?? alike[0];
  }

  /**
   * A rule in words: its name, the members that the name does not tell, how often, and for whom.
   * @param {Rule} rule
   */
  words(rule) {
    const best = this.choiceOf(rule);
    const times = rule.times === 1 ? "once" : `${rule.times} times`;
    return [
      best ? best[0] : rule.fault,
      ...this.vendor.details(rule, best?.[1]),
      rule.seconds === undefined ? "" : `${rule.seconds}\u00a0s`,
      rule.retry_after === undefined ? "" : `again after ${rule.retry_after}\u00a0s`,
      rule.times === undefined ? "until ended" : times,
      rule.channel === best?.[1].channel ? "" : this.vendor.channels[rule.channel ?? ""],
      rule.to && `to ${rule.to}`,
    ]
      .filter(Boolean)
      .join(" · ");
  }

  /**
   * Draw a list anew only when it has changed, so that the focus stays where it is.
   * @template T
   * @param {string} name
   * @param {T[]} items
   * @param {(item: T, index: number) => HTMLElement} make
   */
  draw(name, items, make) {
    const now = JSON.stringify(items);
    if (this.drawn[name] === now) return;
    this.drawn[name] = now;
    this.part(name).replaceChildren(...items.map(make));
    this.part(`${name}-none`).hidden = items.length > 0;
  }

  /** @param {Rule[]} rules */
  showRules(rules) {
    this.draw("rules", rules, (rule, index) => {
      const end = () => this.change("PUT", rules.toSpliced(index, 1), "Ended");
      const text = this.words(rule);
      const button = el("button", { type: "button", "aria-label": `End: ${text}`, onclick: end }, "End");
      return el("li", {}, el("span", {}, text), button);
    });
    const count = rules.length === 1 ? "1 fault" : `${rules.length} faults`;
    this.part("end-all").hidden = rules.length === 0;
    this.part("in-force").textContent = rules.length === 0 ? "works as usual" : count;
    this.part("in-force").classList.toggle("wrong", rules.length > 0);
  }

  /**
   * Change the rules, and say so.
   * @param {string} method
   * @param {Rule | Rule[]} body
   * @param {string} done
   */
  async change(method, body, done) {
    const refused = this.part("refused");
    refused.textContent = "";
    try {
      const answer = await request(method, `${this.vendor.api}/faults`, body);
      const result = await answer.json();
      if (answer.ok) {
        this.showRules(result);
        this.part("news").textContent = done;
      } else {
        refused.textContent = result.error;
      }
    } catch {
      refused.textContent = "The local stack does not answer.";
    }
  }

  async refresh() {
    const { api, reports, requestLine, reportLine } = this.vendor;
    try {
      if (this.part("panel", HTMLDetailsElement).open) {
        const lists = ["faults", `requests?limit=${SHOWN}`, `${reports}?limit=${SHOWN}`];
        const [rules, requests, told] = await Promise.all(lists.map((each) => load(`${api}/${each}`)));
        this.showRules(rules);
        this.draw("requests", requests, (/** @type {unknown} */ one) => lineOf(requestLine(one)));
        this.draw("reports", told, (/** @type {unknown} */ one) => lineOf(reportLine(one)));
      } else if (this.tick % 5 === 0) {
        this.showRules(await load(`${api}/faults`));
      }
      this.tick += 1;
    } catch {
      // The handset says that the stack does not answer.
    }
  }
}

/**
 * Show a vendor's panel.
 * @param {Vendor} vendor
 */
export function showPanel(vendor) {
  new Panel(vendor).start();
}

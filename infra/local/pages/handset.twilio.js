// The simulated Twilio: which faults are in force, the requests it got, and its status callbacks. Without a simulated
// Twilio the panel stays hidden.

import { $, el } from "/static/shared/dom.js";

/**
 * A rule as the simulated Twilio has it; infra/local/twilio describes its members.
 * @typedef {object} Rule
 * @property {string} fault
 * @property {number | string} [status]
 * @property {boolean} [accept]
 * @property {number} [code]
 * @property {number} [error_code]
 * @property {number} [seconds]
 * @property {number} [retry_after]
 * @property {string[]} [verified]
 * @property {number} [times]
 * @property {string} [channel]
 * @property {string} [to]
 */

/**
 * The members of a rule that are numbers and have a field.
 * @typedef {"code" | "error_code" | "seconds" | "retry_after"} NumberMember
 */

/**
 * A request that the simulated Twilio got.
 * @typedef {object} TwilioRequest
 * @property {string} path
 * @property {string} method
 * @property {string} [to]
 * @property {number | null} status null where it gave no answer
 * @property {number} [code]
 * @property {string[]} faults
 * @property {string} received_at
 */

/**
 * A status callback.
 * @typedef {object} Callback
 * @property {string} sent_at
 * @property {string} status
 * @property {string} to
 * @property {string} [error_code]
 * @property {number | null} answer the status that it was answered with
 */

/**
 * A name, its rule, and the fields that a person may fill in.
 * @typedef {[name: string, rule: Rule, fields?: Record<string, string>]} Fault
 */

const SHOWN = 30;
const panel = $("twilio-panel", HTMLDetailsElement);
const form = $("fault", HTMLFormElement);
const select = $("what", HTMLSelectElement);

/** The fields of the form that belong to some faults only. */
const fields = [...form.querySelectorAll("[data-member]")].map((element) => ({
  element,
  member: element.getAttribute("data-member") ?? "",
  input: /** @type {HTMLInputElement} */ (element.querySelector("input")),
}));

/** @type {Record<string, Fault[]>} */
const FAULTS = {
  "The answer": [
    ["Too many requests (429)", { fault: "status", status: 429 }, { retry_after: "2" }],
    ["Server error (500)", { fault: "status", status: 500 }],
    ["Unavailable (503)", { fault: "status", status: 503 }],
    ["Server error, message sent", { fault: "status", status: 500, accept: true }],
    ["Refused with an error code", { fault: "error" }, { code: "21610" }],
    ["Wrong credentials (20003)", { fault: "error", code: 20003, status: 401 }],
    ["Connection reset, nothing sent", { fault: "reset" }],
    ["Connection reset, message sent", { fault: "reset_after_accept" }],
    ["Half an answer, message sent", { fault: "malformed" }],
    ["Late answer, message sent", { fault: "slow" }, { seconds: "30" }],
  ],
  "The way to the phone": [
    ["Undelivered", { fault: "delivery", status: "undelivered" }, { error_code: "30005" }],
    ["Failed", { fault: "delivery", status: "failed" }, { error_code: "30003" }],
    ["Nobody answers the call", { fault: "delivery", status: "no-answer" }],
    ["The line is busy", { fault: "delivery", status: "busy" }],
    ["Late message", { fault: "delivery_delay" }, { seconds: "30" }],
  ],
  "Status callbacks": [
    ["Each one twice", { fault: "duplicate_callbacks" }],
    ["In reverse order", { fault: "reordered_callbacks" }],
    ["None", { fault: "lost_callbacks" }],
  ],
  "The account": [
    ["Trial account", { fault: "trial" }, { verified: "+85292153799" }],
    ["WhatsApp session open", { fault: "whatsapp_session" }],
  ],
};
const choices = Object.values(FAULTS).flat();

function drawChoices() {
  for (const [label, entries] of Object.entries(FAULTS)) {
    const options = entries.map((entry) => el("option", { value: String(choices.indexOf(entry)) }, entry[0]));
    select.append(el("optgroup", { label }, options));
  }
}

/**
 * @param {string} method
 * @param {string} path
 * @param {unknown} [body]
 */
function request(method, path, body) {
  if (body === undefined) return fetch(path, { method });
  return fetch(path, { method, headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
}

/** Show the fields of the chosen fault. */
function choose() {
  const wanted = choices[Number(select.value)][2] ?? {};
  for (const { element, member, input } of fields) {
    const shown = member in wanted;
    element.toggleAttribute("hidden", !shown);
    input.required = shown && member !== "verified" && member !== "retry_after";
    input.disabled = !shown;
    input.value = wanted[member] ?? "";
  }
  $("refused").textContent = "";
}

/** The rule as the form has it. */
function chosen() {
  /** @type {Rule} */
  const rule = { ...choices[Number(select.value)][1] };
  for (const { element, member, input } of fields) {
    if (element.hasAttribute("hidden")) continue;
    if (member === "verified") rule.verified = input.value.split(/[\s,;]+/).filter(Boolean);
    else if (input.value) rule[/** @type {NumberMember} */ (member)] = Number(input.value);
  }
  const times = $("times", HTMLSelectElement).value;
  const channel = $("channel", HTMLSelectElement).value;
  const number = $("number", HTMLInputElement).value.trim();
  if (times) rule.times = Number(times);
  if (channel) rule.channel = channel;
  if (number) rule.to = number.replaceAll(/[\s()-]/g, "");
  return rule;
}

/**
 * The choice that fits a rule best: of the same fault, with the most members in common.
 * @param {Rule} rule
 */
function choiceOf(rule) {
  const given = new Map(Object.entries(rule));
  const alike = choices.filter(([, one]) => one.fault === rule.fault);
  const fitting = alike.filter(([, one]) => Object.entries(one).every(([name, value]) => given.get(name) === value));
  const size = (/** @type {Fault} */ [, one]) => Object.keys(one).length;
  return fitting.toSorted((one, other) => size(other) - size(one))[0] ?? alike[0];
}

/** @type {Record<string, string>} */
const CHANNELS = { sms: "text messages", whatsapp: "WhatsApp", voice: "calls" };

/**
 * A rule in words: its name, the members that the name does not tell, how often, and for whom.
 * @param {Rule} rule
 */
function words(rule) {
  const best = choiceOf(rule);
  const codes = [rule.code, rule.error_code].filter((code) => code && code !== best?.[1].code);
  const verified = rule.verified?.length ? `verified ${rule.verified.join(", ")}` : "no verified number";
  const times = rule.times === 1 ? "once" : `${rule.times} times`;
  return [
    best ? best[0] : rule.fault,
    ...codes.map(String),
    rule.seconds === undefined ? "" : `${rule.seconds}\u00a0s`,
    rule.retry_after === undefined ? "" : `again after ${rule.retry_after}\u00a0s`,
    rule.verified ? verified : "",
    rule.times === undefined ? "until ended" : times,
    CHANNELS[rule.channel ?? ""],
    rule.to && `to ${rule.to}`,
  ]
    .filter(Boolean)
    .join(" · ");
}

/** The lists as they are drawn. @type {Record<string, string>} */
const drawn = {};

/**
 * Draw a list anew only when it has changed, so that the focus stays where it is.
 * @template T
 * @param {string} id
 * @param {T[]} items
 * @param {(item: T, index: number) => HTMLElement} make
 */
function draw(id, items, make) {
  const now = JSON.stringify(items);
  if (drawn[id] === now) return;
  drawn[id] = now;
  $(id).replaceChildren(...items.map(make));
  $(`no-${id}`).hidden = items.length > 0;
}

/** @param {Rule[]} rules */
function showRules(rules) {
  draw("rules", rules, (rule, index) => {
    const end = () => change("PUT", rules.toSpliced(index, 1), "Ended");
    const text = words(rule);
    const button = el("button", { type: "button", "aria-label": `End: ${text}`, onclick: end }, "End");
    return el("li", {}, el("span", {}, text), button);
  });
  const count = rules.length === 1 ? "1 fault" : `${rules.length} faults`;
  $("end-all").hidden = rules.length === 0;
  $("in-force").textContent = rules.length === 0 ? "works as usual" : count;
  $("in-force").className = rules.length === 0 ? "" : "wrong";
}

/**
 * A line of a log: when, what, more about it, and the result.
 * @param {{ at: string, text: string, more: string, result: string, good: boolean }} entry
 */
function line({ at, text, more, result, good }) {
  return el(
    "li",
    {},
    el("time", { datetime: at }, new Date(at).toLocaleTimeString()),
    el("span", { class: "what" }, text, more ? el("span", { class: "more" }, ` ${more}`) : null),
    el("span", { class: good ? "good" : "bad" }, result),
  );
}

/** @type {Record<string, string>} */
const KINDS = { Messages: "Message", Calls: "Call" };

/** @param {TwilioRequest[]} requests */
function showRequests(requests) {
  draw("requests", requests, (one) => {
    const kind = KINDS[/\/(\w+)\.json$/.exec(one.path)?.[1] ?? ""] ?? one.path;
    return line({
      at: one.received_at,
      text: one.to ? `${kind} to ${one.to}` : `${one.method} ${kind}`,
      more: one.faults.join(", "),
      result: one.status === null ? "no answer" : [one.status, one.code].filter(Boolean).join(" "),
      good: one.status !== null && one.status < 400,
    });
  });
}

/** @param {Callback[]} callbacks */
function showCallbacks(callbacks) {
  draw("callbacks", callbacks, (one) =>
    line({
      at: one.sent_at,
      text: `${one.status} to ${one.to}`,
      more: one.error_code ?? "",
      result: String(one.answer ?? "nobody there"),
      good: one.answer !== null && one.answer < 400,
    }),
  );
}

/**
 * Change the rules, and say so.
 * @param {string} method
 * @param {Rule | Rule[]} body
 * @param {string} done
 */
async function change(method, body, done) {
  const refused = $("refused");
  refused.textContent = "";
  try {
    const answer = await request(method, "/handset/faults", body);
    const result = await answer.json();
    if (answer.ok) {
      showRules(result);
      $("twilio-news").textContent = done;
    } else {
      refused.textContent = result.error;
    }
  } catch {
    refused.textContent = "The local stack does not answer.";
  }
}

/** @param {string} path */
async function load(path) {
  const answer = await request("GET", path);
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  return answer.json();
}

let tick = 0;

async function refresh() {
  try {
    if (panel.open) {
      const [rules, requests, callbacks] = await Promise.all(
        ["/handset/faults", `/handset/requests?limit=${SHOWN}`, `/handset/callbacks?limit=${SHOWN}`].map(load),
      );
      showRules(rules);
      showRequests(requests);
      showCallbacks(callbacks);
    } else if (tick % 5 === 0) {
      showRules(await load("/handset/faults"));
    }
    tick += 1;
  } catch {
    // The handset says that the stack does not answer.
  }
}

async function start() {
  try {
    await load("/handset/twilio");
  } catch {
    return; // messages go to a real Twilio
  }
  $("twilio").hidden = false;
  document.body.classList.add("with-twilio");
  refresh();
  setInterval(() => {
    if (!document.hidden) refresh();
  }, 1000);
}

drawChoices();
select.addEventListener("change", choose);
form.addEventListener("submit", (event) => {
  event.preventDefault();
  change("POST", chosen(), `Added: ${words(chosen())}`);
});
$("end-all").addEventListener("click", () => change("PUT", [], "Ended all"));
panel.addEventListener("toggle", refresh);
choose();
start();

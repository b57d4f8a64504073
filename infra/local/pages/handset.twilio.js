// The simulated Twilio on the handset.

import { showPanel } from "./vendor-panel.js";
import { CONNECTION, FIELDS, STATUSES } from "./vendor-parts.js";

/** @import { Vendor } from "./vendor-parts.js" */

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

const ERROR_CODE = { type: "number", min: 10_000, max: 999_999, inputmode: "numeric" };
/** @type {Record<string, string>} */
const KINDS = { Messages: "Message", Calls: "Call" };

/** @type {Vendor["faults"]} */
const FAULTS = {
  "The answer": [
    ...STATUSES,
    ["Refused with an error code", { fault: "error" }, { code: "21610" }],
    ["Wrong credentials (20003)", { fault: "error", code: 20003, status: 401 }],
    ...CONNECTION,
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

showPanel({
  id: "twilio",
  name: "Twilio",
  api: "/handset",
  account: "/handset/twilio",
  reports: "callbacks",
  reportsName: "Status callbacks",
  channels: { sms: "Text messages", whatsapp: "WhatsApp", voice: "Calls" },
  faults: FAULTS,
  fields: {
    code: { label: "Error code", input: ERROR_CODE },
    error_code: { label: "Error code of the delivery", input: ERROR_CODE },
    verified: { label: "Verified numbers", optional: true, input: { inputmode: "tel" } },
    ...FIELDS,
  },
  details: (rule, best) => {
    const codes = [rule.code, rule.error_code].filter((code) => code && code !== best?.code);
    const verified = rule.verified?.length ? `verified ${rule.verified.join(", ")}` : "no verified number";
    return [...codes.map(String), rule.verified ? verified : ""];
  },
  requestLine: (/** @type {TwilioRequest} */ one) => {
    const kind = KINDS[/\/(\w+)\.json$/.exec(one.path)?.[1] ?? ""] ?? one.path;
    return {
      at: one.received_at,
      text: one.to ? `${kind} to ${one.to}` : `${one.method} ${kind}`,
      more: one.faults.join(", "),
      result: one.status === null ? "no answer" : [one.status, one.code].filter(Boolean).join(" "),
      good: one.status !== null && one.status < 400,
    };
  },
  reportLine: (/** @type {Callback} */ one) => ({
    at: one.sent_at,
    text: `${one.status} to ${one.to}`,
    more: one.error_code ?? "",
    result: String(one.answer ?? "nobody there"),
    good: one.answer !== null && one.answer < 400,
  }),
});

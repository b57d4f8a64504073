// The simulated AWS End User Messaging on the handset.

import { showPanel } from "./vendor-panel.js";
import { CONNECTION, FIELDS, STATUSES } from "./vendor-parts.js";

/** @import { Fault, Vendor } from "./vendor-parts.js" */

/**
 * A request that the simulated AWS got.
 * @typedef {object} AwsRequest
 * @property {string} operation
 * @property {string} [to]
 * @property {number | null} status null where it gave no answer
 * @property {string} [code] the exception of a refusal
 * @property {string[]} faults
 * @property {string} received_at
 */

/**
 * A delivery event.
 * @typedef {object} DeliveryEvent
 * @property {string} sent_at
 * @property {string} status
 * @property {string} to
 * @property {number | string | null} answer of its subscriber
 * @property {string | null} problem
 */

/**
 * A refusal by an exception, with its reason if it has one.
 * @param {string} name
 * @param {string} exception
 * @param {string} [reason]
 * @returns {Fault}
 */
function refusal(name, exception, reason) {
  return [name, reason ? { fault: "error", exception, reason } : { fault: "error", exception }];
}

/**
 * An end on the way to the phone.
 * @param {string} name
 * @param {string} status
 * @returns {Fault}
 */
function ending(name, status) {
  return [name, { fault: "delivery", status }];
}

/** @type {Vendor["faults"]} */
const FAULTS = {
  "The answer": [
    ...STATUSES,
    refusal("Throttled", "ThrottlingException"),
    refusal("The owner has opted out", "ConflictException", "DESTINATION_PHONE_NUMBER_OPTED_OUT"),
    refusal("Country blocked", "ConflictException", "DESTINATION_COUNTRY_BLOCKED_BY_PROTECT_CONFIGURATION"),
    refusal("Price over the threshold", "ValidationException", "PRICE_OVER_THRESHOLD"),
    refusal("Sender unknown", "ResourceNotFoundException"),
    refusal("Spend limit reached", "ServiceQuotaExceededException", "MONTHLY_SPEND_LIMIT_REACHED_FOR_TEXT"),
    refusal("Account disabled", "AccessDeniedException", "ACCOUNT_DISABLED"),
    [
      "Conflict with another reason",
      { fault: "error", exception: "ConflictException" },
      { reason: "RESOURCE_NOT_ACTIVE" },
    ],
    ...CONNECTION,
  ],
  "The way to the phone": [
    ending("Carrier unreachable", "CARRIER_UNREACHABLE"),
    ending("Phone unreachable", "UNREACHABLE"),
    ending("Blocked by the carrier", "CARRIER_BLOCKED"),
    ending("Invalid number", "INVALID"),
    ending("Taken for spam", "SPAM"),
    ending("Unknown end", "UNKNOWN"),
    ending("Nobody answers the call", "NO_ANSWER"),
    ending("The line is busy", "BUSY"),
    ["Late message", { fault: "delivery_delay" }, { seconds: "30" }],
  ],
  "Delivery events": [
    ["Each one twice", { fault: "duplicate_events" }],
    ["In reverse order", { fault: "reordered_events" }],
    ["None", { fault: "lost_events" }],
  ],
  "Message feedback": [["Feedback fails (500)", { fault: "status", status: 500, channel: "feedback" }]],
};

showPanel({
  id: "aws",
  name: "AWS",
  api: "/handset/aws",
  account: "/handset/aws",
  reports: "events",
  reportsName: "Delivery events",
  channels: { sms: "Text messages", voice: "Calls" },
  faults: FAULTS,
  fields: { reason: { label: "Reason" }, ...FIELDS },
  details: (rule, best) => (rule.reason && rule.reason !== best?.reason ? [rule.reason] : []),
  requestLine: (/** @type {AwsRequest} */ one) => ({
    at: one.received_at,
    text: one.to ? `${one.operation} to ${one.to}` : one.operation,
    more: one.faults.join(", "),
    result: one.status === null ? "no answer" : [one.status, one.code].filter(Boolean).join(" "),
    good: one.status !== null && one.status < 400,
  }),
  reportLine: (/** @type {DeliveryEvent} */ one) => ({
    at: one.sent_at,
    text: `${one.status} to ${one.to}`,
    more: one.problem ?? "",
    result: String(one.answer ?? "unheard"),
    good: one.problem === null,
  }),
});

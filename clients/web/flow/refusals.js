// A sentence for every refusal that a person can meet. A purpose's own sentences come first. No DOM in here.

/** @import { Strings } from "../locales/index.js" */
/** @import { Problem } from "../shared/api.js" */
/** @import { Flow } from "./flow.js" */
/** @import { Doing, Notice, Offer } from "./wording.js" */
import { hint } from "./wording.js";

/** What the words depend on: what was tried, whether it was about an email, and when to try again. */
/** @typedef {{ doing?: Doing, byEmail: boolean, until: number | null }} Case */

/** @typedef {(flow: Flow, problem: Problem, about: Case) => Notice} Refusal */

/**
 * A refusal in words. The component shows those of the offers that exist there.
 * @param {Flow} flow
 * @param {Problem} problem
 * @param {Doing} [doing]
 * @returns {Notice}
 */
export function explain(flow, problem, doing) {
  const { code } = problem;
  const own = Object.hasOwn(flow.purpose.refusals, code) ? flow.purpose.refusals[code] : undefined;
  if (own) return own(flow, problem, doing);
  const byEmail = doing === "email" || (doing === "resend" && flow.state.challenge?.channel === "email");
  const found = Object.hasOwn(REFUSALS, code) ? REFUSALS[code] : unknownRefusal;
  return found(flow, problem, { doing, byEmail, until: problem.retryAt ?? null });
}

/** @type {Offer[]} */
const ELSEWHERE = ["another-phone", "email"];

/**
 * Words by the name of their keys: `newer` has `newerTitle` and `newerText`.
 * @param {"error" | "warning"} kind
 * @param {string} key
 * @param {Offer[]} [offers]
 * @param {{ waits?: boolean }} [options] whether the time to wait stands behind the words
 * @returns {Refusal}
 */
export const said =
  (kind, key, offers = [], { waits = false } = {}) =>
  (flow, _, { until }) => ({
    kind,
    title: flow.text(/** @type {keyof Strings} */ (`${key}_title`)),
    text: flow.text(/** @type {keyof Strings} */ (`${key}_text`)),
    offers,
    ...(waits ? { until } : {}),
  });

/**
 * Words beside a field.
 * @param {string} field
 * @param {string} text
 * @returns {Notice}
 */
export const atField = (field, text) => ({ kind: "error", title: "", text, field, offers: [] });

/** @param {Refusal} byEmail @param {Refusal} byPhone @returns {Refusal} */
const either = (byEmail, byPhone) => (flow, problem, about) =>
  (about.byEmail ? byEmail : byPhone)(flow, problem, about);

const noEmail = said("error", "noEmail", ["another-phone"]);
const gone = said("error", "gone", ["restart"]);
const changed = said("error", "changed", ["retry"]);

/** The passcode. @type {Record<string, Refusal>} */
const CODE_REFUSALS = {
  forbidden: either(noEmail, said("error", "forbidden")),
  mfa_not_supported: said("error", "forbidden"),
  invalid_code: (flow, _, { doing }) =>
    doing === "own"
      ? atField("own", flow.text("wrongCode"))
      : atField("code", flow.sentences(flow.text("wrongPasscode"), hint(flow))),
  code_superseded: (flow, { body }) =>
    atField("code", flow.sentences(flow.text("earlierPasscode"), body.prefix ? hint(flow) : flow.text("latestFailed"))),
  challenge_expired: said("warning", "over", ["resend"]),
  challenge_used: said("warning", "used", ["restart"]),
  challenge_superseded: said("warning", "newer", ["start-over"]),
  challenge_not_found: said("warning", "ended", ["start-over"]),
};

/** Sending. @type {Record<string, Refusal>} */
const SEND_REFUSALS = {
  resend_too_soon: said("warning", "tooSoon", [], { waits: true }),
  too_many_sends: either(
    said("warning", "tooMany", ["another-phone"], { waits: true }),
    said("warning", "tooMany", ["email"], { waits: true }),
  ),
  phone_unusable: said("error", "unusable", ELSEWHERE),
  destination_blocked: said("error", "blocked", ["call", ...ELSEWHERE]),
  phone_not_found: said("error", "phoneGone", ELSEWHERE),
  no_phone: said("error", "phoneGone", ["email"]),
  sms_unavailable: either(
    said("error", "unavailable", ["another-phone"], { waits: true }),
    said("error", "unavailable", ["retry", "email"], { waits: true }),
  ),
  settings_incomplete: either(said("error", "incomplete", ["another-phone"]), said("error", "incomplete", ["email"])),
};

/** An action that is over, and things that somebody has removed. */
const GONE = [
  "not_found",
  "user_not_found",
  "client_not_found",
  "action_not_found",
  "action_pending",
  "action_approved",
  "action_denied",
  "action_redeemed",
  "action_expired",
];

/** @type {Record<string, Refusal>} */
const REFUSALS = {
  ...CODE_REFUSALS,
  ...SEND_REFUSALS,
  ...Object.fromEntries(GONE.map((code) => [code, gone])),
  rate_limited: said("warning", "limited", [], { waits: true }),
  temporarily_unavailable: said("error", "busy", ["retry"], { waits: true }),
  internal_error: (flow, { body }) => {
    const reference = body.correlation_id ?? body.instance ?? null;
    const text = flow.text(reference ? "broken_quote" : "broken_text");
    return { kind: "error", title: flow.text("broken_title"), text, reference, offers: ["retry"] };
  },
  conflict: changed,
  precondition_failed: changed,
  precondition_required: changed,
  step_up_required: gone,
  last_factor: said("error", "forbidden"),
  invalid_request: invalidRequest,
};

/** @type {Refusal} */
function invalidRequest(flow, problem, about) {
  const [first] = problem.errors;
  if (about.doing === "verify") return atField("code", flow.sentences(flow.text("notDigits"), hint(flow)));
  if (about.doing === "own") return atField("own", flow.text(first?.field === "method" ? "notSetUp" : "wrongCode"));
  if (about.byEmail) return noEmail(flow, problem, about);
  if (first?.field === "login_name") return atField("login-name", flow.text("notAName"));
  if (first?.field === "password") return atField("password", flow.text("notAPassword"));
  const text = first && flow.language.tag === "en" ? `${first.field}: ${first.message}.` : flow.text("reload");
  return { kind: "error", title: flow.text("misunderstood"), text };
}

/** @type {Refusal} */
function unknownRefusal(flow, { code, status, body }) {
  return {
    kind: "error",
    title: flow.text("unknown_title"),
    text: body.detail || flow.text("unknown_text"),
    reference: code === "unknown" ? `HTTP ${status}` : code,
    offers: ["retry"],
  };
}

/**
 * The notice when no answer came at all.
 * @param {Flow} flow
 * @returns {Notice}
 */
export function explainSilence(flow) {
  const key = navigator.onLine ? "silence" : "offline";
  return {
    kind: "error",
    title: flow.text(`${key}_title`),
    text: flow.sentences(flow.text(`${key}_text`), flow.text("nothingTwice")),
    offers: ["retry"],
  };
}

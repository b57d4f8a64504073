// The newest events of an account, in words. No event of a type without words is shown.

/** @import { Me } from "../../shared/types" */
/** @import { Key, Page } from "./page.js" */
import { clock } from "../../shared/api.js";
import { el } from "../../shared/dom.js";

/** The keys of the words, by the type of an event. @type {Record<string, Key>} */
const WORDS = {
  logged_in: "event_logged_in",
  approved: "event_approved",
  passcode_sent: "event_passcode_sent",
  passcode_refused: "event_wrong_code",
  wrong_password: "event_wrong_password",
  locked: "event_locked",
  user_unlocked: "event_unlocked",
  user_changed: "event_changed",
  user_created: "event_created",
  phone_added: "phoneAdded",
  phone_removed: "phoneRemoved",
  totp_added: "authenticatorAdded",
  totp_removed: "authenticatorRemoved",
  recovery_codes_made: "codesMade",
  recovery_codes_removed: "event_codes_removed",
  recovery_code_used: "event_code_used",
  temporary_code_issued: "event_temporary_code",
  devices_ended: "devicesEnded",
  device_ended: "devicesEnded",
  password_reset: "event_password",
  password_reset_asked: "event_reset_asked",
  invited: "event_invited",
  enrolment_started: "event_enrolment",
  enrolled: "enrolledTitle",
  action_approved: "event_action_approved",
  action_denied: "event_action_denied",
};

/**
 * @param {Page} page
 * @param {Me["events"]} events the newest first
 */
export function eventList(page, events) {
  const known = events.filter(({ type }) => Object.hasOwn(WORDS, type));
  if (!known.length) return null;
  return el(
    "section",
    { class: "part", "aria-labelledby": "part-events" },
    el("h2", { id: "part-events" }, page.text("recentEvents")),
    el(
      "ul",
      { class: "rows events" },
      known.map((event) => line(page, event)),
    ),
  );
}

/**
 * @param {Page} page
 * @param {Me["events"][number]} event
 */
function line(page, { at, type, by, phone, address }) {
  const { language } = page.context;
  const who = by === "administrator" ? page.text("byAdministrator") : null;
  const notes = [phone, address, who].filter((note) => note !== null && note !== undefined);
  return el(
    "li",
    {},
    el("p", {}, page.text(WORDS[type])),
    el(
      "p",
      { class: "note" },
      el("time", { datetime: at }, language.time(Date.parse(at), clock.now())),
      notes.map((note) => [" · ", el("bdi", {}, note)]),
    ),
  );
}

// Logins without a passcode, the second factor of administrators, trusted devices, and tokens.

/** @import { SettingsDraft, SettingsPart } from "./settings-fields.js" */
import { confirm, notice } from "../dialogs.js";
import { section } from "../page.js";
import { whoami } from "../session.js";
import { labelOf } from "../settings-schema.js";
import { el, parts } from "../shared/dom.js";
import { switchField } from "../switches.js";
import { limitField } from "./settings-fields.js";
import { testNumbers } from "./settings-test-numbers.js";

const LEGACY_WARNING = [
  "Anyone who has a password can log in through them with it alone. The list of users shows who still does, and with",
  "which version. Turn this off as soon as nobody has to.",
].join(" ");
const LEGACY_HINT = [
  "A backup user may log in without a passcode through a registered client that is marked legacy and says that it",
  "cannot ask for one. Every such login is written into the history.",
].join(" ");
const DEVICES_HINT = [
  "On a trusted device, a backup user logs in with the password alone. A shorter time holds for devices that are",
  "trusted already; 0 ends them all. Administrators and actions always need the second factor.",
].join(" ");
const ENROLMENT_HINT = [
  "A backup user with MFA and no second factor sets one up after the password.",
  "Whoever knows the password can do that too: prefer invitations, and turn this on for the rest.",
].join(" ");
const HISTORY_HINT = "Of users and of the log. Other days hold for what happens from then on.";
const REQUIRE_HINT = "Administrators without a second factor are kept out of this console.";
const REQUIRE_FIRST = "To turn it on, log in with a passcode first, so that you do not lock yourself out.";

/**
 * @param {SettingsDraft} draft
 * @returns {SettingsPart}
 */
export function draw(draft) {
  const warning = el("div", { role: "status" });
  const warn = () => warning.replaceChildren(...parts(draft.get("allow_legacy_clients") && legacyWarning()));
  const legacy = legacySwitch(draft, warn);
  const provedTwice = (whoami().amr ?? []).length > 1;
  const require = switchField({
    name: "require_mfa_for_system_users",
    label: labelOf("require_mfa_for_system_users"),
    hint: provedTwice ? REQUIRE_HINT : `${REQUIRE_HINT} ${REQUIRE_FIRST}`,
    value: draft.get("require_mfa_for_system_users"),
    onchange: (on) => draft.set("require_mfa_for_system_users", on),
  });
  const enrolment = switchField({
    name: "enrolment_at_login",
    label: labelOf("enrolment_at_login"),
    hint: ENROLMENT_HINT,
    value: draft.get("enrolment_at_login"),
    onchange: (on) => draft.set("enrolment_at_login", on),
  });
  const token = limitField(draft, "access_token_seconds", { hint: "This console’s session as well." });
  const history = limitField(draft, "history_days", { hint: HISTORY_HINT });
  const devices = limitField(draft, "trusted_devices.days", { hint: DEVICES_HINT });
  const numbers = testNumbers(draft);
  warn();
  return {
    element: el(
      "div",
      { class: "stack" },
      section({ title: "Legacy clients" }, legacy.element, warning),
      section({ title: "Administrators" }, require.element),
      section({ title: "First second factor" }, enrolment.element),
      section({ title: "Trusted devices" }, el("div", { class: "fields" }, devices.element)),
      numbers.element,
      section({ title: "Access tokens" }, el("div", { class: "fields" }, token.element)),
      section({ title: "Histories" }, el("div", { class: "fields" }, history.element)),
    ),
    fields: [legacy, require, enrolment, devices, numbers.field, token, history],
  };
}

function legacyWarning() {
  return notice({ kind: "warning", title: "Legacy clients skip the second factor", text: LEGACY_WARNING });
}

/**
 * @param {SettingsDraft} draft
 * @param {() => void} changed
 */
function legacySwitch(draft, changed) {
  const legacy = switchField({
    name: "allow_legacy_clients",
    label: labelOf("allow_legacy_clients"),
    hint: LEGACY_HINT,
    value: draft.get("allow_legacy_clients"),
    async onchange(on) {
      if (on && !draft.server.allow_legacy_clients && !(await confirmLegacy())) {
        legacy.value = false;
        legacy.focus();
        return;
      }
      draft.set("allow_legacy_clients", on);
      changed();
    },
  });
  return legacy;
}

function confirmLegacy() {
  return confirm({
    title: "Allow logins without a passcode?",
    text: "Through clients marked legacy, a password alone is enough. That is what an intruder asks for.",
    action: "Allow legacy clients",
    danger: true,
  });
}

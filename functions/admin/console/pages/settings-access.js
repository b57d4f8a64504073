// Logins without a passcode, the second factor of administrators, trusted devices, and tokens.

/** @import { SettingsDraft, SettingsPart } from "./settings-fields.js" */
import { confirm, notice } from "../dialogs.js";
import { t } from "../language.js";
import { section } from "../page.js";
import { whoami } from "../session.js";
import { labelOf } from "../settings-schema.js";
import { el, parts } from "../shared/dom.js";
import { switchField } from "../switches.js";
import { limitField } from "./settings-fields.js";
import { testNumbers } from "./settings-test-numbers.js";

/**
 * @param {SettingsDraft} draft
 * @returns {SettingsPart}
 */
export function draw(draft) {
  const warning = el("div", { role: "status" });
  const warn = () => warning.replaceChildren(...parts(draft.get("allow_legacy_clients") && legacyWarning()));
  const legacy = legacySwitch(draft, warn);
  const administrators = administratorsPart(draft);
  const enrolment = switchField({
    name: "enrolment_at_login",
    label: labelOf("enrolment_at_login"),
    hint: t("enrolmentHint"),
    value: draft.get("enrolment_at_login"),
    onchange: (on) => draft.set("enrolment_at_login", on),
  });
  const token = limitField(draft, "access_token_seconds");
  const history = limitField(draft, "history_days");
  const devices = limitField(draft, "trusted_devices.days");
  const numbers = testNumbers(draft);
  warn();
  return {
    element: el(
      "div",
      { class: "stack" },
      section({ title: t("accessLegacy") }, legacy.element, warning),
      administrators.element,
      section({ title: t("accessFirstFactor") }, enrolment.element),
      section({ title: t("accessDevices") }, el("div", { class: "fields" }, devices.element)),
      numbers.element,
      section({ title: t("accessTokens") }, el("div", { class: "fields" }, token.element)),
      section({ title: t("accessHistories") }, el("div", { class: "fields" }, history.element)),
    ),
    fields: [legacy, ...administrators.fields, enrolment, devices, numbers.field, token, history],
  };
}

/**
 * The second factor of administrators, and how long they stay logged in.
 * @param {SettingsDraft} draft
 * @returns {SettingsPart}
 */
function administratorsPart(draft) {
  const provedTwice = (whoami().amr ?? []).length > 1;
  const require = switchField({
    name: "require_mfa_for_system_users",
    label: labelOf("require_mfa_for_system_users"),
    hint: provedTwice ? t("requireHint") : t("requireHintFirst"),
    value: draft.get("require_mfa_for_system_users"),
    onchange: (on) => draft.set("require_mfa_for_system_users", on),
  });
  const session = limitField(draft, "admin_session_minutes", { nullable: true });
  const idle = limitField(draft, "admin_idle_minutes");
  const limits = el("div", { class: "fields" }, session.element, idle.element);
  return {
    element: section({ title: t("accessAdministrators") }, require.element, limits),
    fields: [require, session, idle],
  };
}

function legacyWarning() {
  return notice({ kind: "warning", title: t("legacySkip"), text: t("legacySkipText") });
}

/**
 * @param {SettingsDraft} draft
 * @param {() => void} changed
 */
function legacySwitch(draft, changed) {
  const legacy = switchField({
    name: "allow_legacy_clients",
    label: labelOf("allow_legacy_clients"),
    hint: t("legacyHint"),
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
    title: t("legacyConfirm"),
    text: t("legacyConfirmText"),
    action: labelOf("allow_legacy_clients"),
    danger: true,
  });
}

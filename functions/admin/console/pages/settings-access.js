// Who may do without a passcode, and what administrators need.

import { el } from "../dom.js";
import { confirm, notice } from "../dialogs.js";
import { numberField, switchField } from "../fields.js";
import { section } from "../page.js";
import { session } from "../session.js";
import { testNumbers } from "./settings-test-numbers.js";

export function draw(draft) {
  const warning = el("div", { role: "status" });
  const warn = () =>
    warning.replaceChildren(
      ...(draft.get("allow_legacy_clients")
        ? [
            notice({
              kind: "warning",
              title: "Legacy clients skip the second factor",
              text: "Whoever has a password can log in through them with it alone. The list of users shows who still does, and with which version. Turn this off as soon as nobody has to.",
            }),
          ]
        : []),
    );
  const legacy = switchField({
    name: "allow_legacy_clients",
    label: "Allow legacy clients",
    hint: "A backup user may log in without a passcode through a registered client that is marked legacy and says that it cannot ask for one. Every such login is written into the history.",
    value: draft.get("allow_legacy_clients"),
    async onchange(on) {
      if (on && !draft.server.allow_legacy_clients) {
        const sure = await confirm({
          title: "Allow logins without a passcode?",
          text: "Through clients marked legacy, a password alone is enough. That is what an intruder asks for.",
          action: "Allow legacy clients",
          danger: true,
        });
        if (!sure) {
          legacy.value = false;
          return legacy.focus();
        }
      }
      draft.set("allow_legacy_clients", on);
      return warn();
    },
  });
  const shown = (session.who.amr ?? []).length > 1;
  const require = switchField({
    name: "require_mfa_for_system_users",
    label: "Require MFA for system users",
    hint: shown
      ? "Administrators without a second factor are kept out of this console."
      : "Administrators without a second factor are kept out of this console. To turn it on, log in with a passcode first, so that you do not lock yourself out.",
    value: draft.get("require_mfa_for_system_users"),
    onchange: (on) => draft.set("require_mfa_for_system_users", on),
  });
  const token = numberField({
    name: "access_token_seconds",
    label: "Access tokens last",
    suffix: "minutes",
    unit: 60,
    min: 60,
    max: 43200,
    value: draft.get("access_token_seconds"),
    hint: "This console’s session as well.",
    onchange: (value) => draft.set("access_token_seconds", value),
  });
  const numbers = testNumbers(draft);
  warn();
  return {
    element: el(
      "div",
      { class: "stack" },
      section({ title: "Legacy clients" }, legacy.element, warning),
      section({ title: "Administrators" }, require.element),
      numbers.element,
      section({ title: "Access tokens" }, el("div", { class: "fields" }, token.element)),
    ),
    fields: [legacy, require, numbers.field, token],
  };
}

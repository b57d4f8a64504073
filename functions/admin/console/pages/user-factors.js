// A user's factors beside phones and contact email, and the devices that stand in for one. Each change is made at once.

/** @import { Answer, Child, Factors, TemporaryCode, TrustedDevice, User } from "../shared/types" */
import { confirm, noticeOf, openDialog, toast } from "../dialogs.js";
import { bdi, busyWhile, button, focusHeading, submitButton, uid } from "../dom.js";
import { selectField } from "../fields.js";
import { failed, loading, section } from "../page.js";
import { explain } from "../refusals.js";
import { mayChange } from "../roles.js";
import { admin } from "../session.js";
import { query } from "../shared/api.js";
import { el } from "../shared/dom.js";
import { table } from "../table.js";
import { plural, time } from "../words.js";
import { showSecret } from "./secret-dialog.js";
import { isOneself } from "./shut-out.js";

/** @type {[value: string, label: string][]} */
const HOURS = [
  ["1", "1 hour"],
  ["4", "4 hours"],
  ["8", "8 hours"],
  ["24", "24 hours"],
];

/** One factor in the list. @typedef {{ key: string, name: string, state: Child, remove: string }} Row */

/**
 * `known` is called with the factors whenever they were read.
 * @typedef {{ user: User, path: string, known: (factors: Factors) => void }} FactorsContext
 */

/**
 * The part of the security settings that shows them. It loads by itself.
 * @param {FactorsContext} context
 */
export function factorsPart(context) {
  const list = el("div", { class: "inset" }, loading(2));
  const actions = el("div", { class: "actions" });
  const part = section(
    {
      title: "Other factors",
      lead: "The user sets up an authenticator app and recovery codes. You can remove them, and end trusted devices.",
    },
    list,
    actions,
  );
  const draw = async () => {
    try {
      /** @type {Answer<Factors>} */
      const { body } = await admin("GET", `${context.path}/factors`);
      list.replaceChildren(...listOf(body, draw, context));
      actions.replaceChildren(...actionsOf(body, draw, context));
      context.known(body);
    } catch (error) {
      list.replaceChildren(failed(explain(error), draw));
    }
  };
  draw();
  return part;
}

/**
 * @param {Factors} factors
 * @param {() => Promise<void>} again
 * @param {{ user: User, path: string }} context
 */
function listOf(factors, again, context) {
  const rows = rowsOf(factors);
  const held = rows.length
    ? table({
        caption: "Other factors",
        items: rows,
        columns: [
          { label: "Factor", kind: "main", cell: (row) => row.name },
          { label: "State", cell: (row) => row.state },
          {
            label: "Actions",
            kind: "end",
            unseen: true,
            cell: (row) => mayChange(context.user) && removal(row, again, context),
          },
        ],
      })
    : el("p", { class: "soft quiet-empty" }, "No authenticator app and no recovery codes.");
  return [held, factors.devices.length ? devicesOf(factors.devices, again, context) : null].filter(
    (each) => each !== null,
  );
}

/** @param {Factors} factors */
function rowsOf({ totp, recovery_codes: recovery, temporary_code: temporary }) {
  /** @type {Row[]} */
  const rows = [];
  if (totp) {
    const state = ["Set up ", time(totp.enrolled_at)];
    rows.push({ key: "totp", name: "Authenticator app", state, remove: "the authenticator app" });
  }
  if (recovery) {
    const state = [`${recovery.remaining} left, made `, time(recovery.created_at)];
    rows.push({ key: "recovery_codes", name: "Recovery codes", state, remove: "the recovery codes" });
  }
  if (temporary) {
    const state = ["Issued by ", bdi(temporary.by), ", valid until ", time(temporary.expires_at)];
    rows.push({ key: "temporary_code", name: "Temporary access code", state, remove: "the temporary access code" });
  }
  return rows;
}

/**
 * @param {Row} row
 * @param {() => Promise<void>} again
 * @param {{ user: User, path: string }} context
 */
function removal({ key, name, remove }, again, { user, path }) {
  const onclick = async () => {
    const last = key === "totp" && user.mfa_enabled && !user.phones.some((phone) => !phone.unusable);
    const gone = await confirm({
      title: `Remove ${remove}?`,
      text: last
        ? ["It is the last factor of ", el("strong", {}, bdi(user.login_name)), ", who cannot log in without it."]
        : "The user is told of it.",
      action: "Remove",
      danger: true,
      work: () => admin("DELETE", `${path}/factors/${key}${query({ insist: last ? "true" : null })}`),
    });
    if (!gone) return;
    toast(`${name} removed.`);
    await again();
    focusHeading();
  };
  return button("Remove", { kind: "small quiet", "aria-label": `Remove ${remove}`, onclick });
}

/**
 * @param {TrustedDevice[]} devices
 * @param {() => Promise<void>} again
 * @param {{ user: User, path: string }} context
 */
function devicesOf(devices, again, { user, path }) {
  const end = async (/** @type {string} */ below, /** @type {string} */ said) => {
    await admin("DELETE", `${path}/devices${below}`);
    toast(said);
    await again();
    focusHeading();
  };
  return table({
    caption: "Trusted devices",
    items: devices,
    columns: [
      { label: "Trusted device", kind: "main", cell: (device) => bdi(device.name || "Without a name") },
      { label: "Until", cell: (device) => time(device.expires_at) },
      {
        label: "Actions",
        kind: "end",
        unseen: true,
        cell: (device) => {
          if (!mayChange(user, "help")) return null;
          const label = `End trust in ${device.name || "this device"}`;
          const control = button("End", {
            kind: "small quiet",
            "aria-label": label,
            onclick: () =>
              busyWhile(control, () => end(`/${encodeURIComponent(device.id)}`, "The device is trusted no more.")),
          });
          return control;
        },
      },
    ],
  });
}

/**
 * @param {Factors} factors
 * @param {() => Promise<void>} again
 * @param {{ user: User, path: string }} context
 */
function actionsOf({ devices }, again, context) {
  const { user, path } = context;
  const controls = [];
  if (user.mfa_enabled && user.status === "active" && !isOneself(user) && mayChange(user, "hand_out_access")) {
    controls.push(button("Issue a temporary access code", { onclick: () => issue(again, context) }));
  }
  if (devices.length > 1 && mayChange(user, "help")) {
    const onclick = async () => {
      const ended = await confirm({
        title: "End all trusted devices?",
        text: `${plural(devices.length, "device")} will need a second factor at the next login.`,
        action: "End all",
        danger: true,
        work: () => admin("DELETE", `${path}/devices`),
      });
      if (!ended) return;
      toast("No device is trusted any more.");
      await again();
      focusHeading();
    };
    controls.push(button("End all trusted devices", { onclick }));
  }
  return controls;
}

/**
 * @param {() => Promise<void>} again
 * @param {{ user: User, path: string }} context
 */
function issue(again, { user, path }) {
  const hours = selectField({ name: "hours", label: "Valid for", value: "8", options: HOURS });
  const alarm = el("div", { role: "alert" });
  const warning = el(
    "p",
    {},
    "It lets ",
    el("strong", {}, bdi(user.login_name)),
    " in once, together with the password. Make sure that you know the person you give it to: ",
    "this is how intruders ask.",
  );
  const form = el("form", { id: uid("temporary"), novalidate: true }, warning, hours.element, alarm);
  const create = submitButton("Issue code", { kind: "save", form: form.id });
  const dialog = openDialog({
    title: "Issue a temporary access code",
    body: form,
    actions: [button("Cancel", { onclick: () => dialog.close() }), create],
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      /** @type {Answer<TemporaryCode> | undefined} */
      const answer = await busyWhile(create, () =>
        admin("POST", `${path}/temporary-code`, { body: { hours: Number(hours.value) } }),
      );
      if (!answer) return;
      showSecret(dialog, {
        title: "The code is issued",
        noun: "code",
        label: "Temporary access code",
        secret: answer.body.code,
        facts: [["Valid until", time(answer.body.expires_at)]],
        warning: "Read it out to the user, who enters it in place of a passcode. It works once.",
      });
      again();
    } catch (error) {
      alarm.replaceChildren(noticeOf(error));
    }
  });
}

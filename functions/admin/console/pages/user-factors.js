// A user's factors beside phones and contact email, and the devices that stand in for one. Each change is made at once.

/** @import { Answer, Child, Factors, TemporaryCode, TrustedDevice, User } from "../shared/types" */
import { confirm, noticeOf, openDialog, toast } from "../dialogs.js";
import { bdi, busyWhile, button, focusHeading, submitButton, uid } from "../dom.js";
import { selectField } from "../fields.js";
import { t, tn, tp } from "../language.js";
import { failed, loading, section } from "../page.js";
import { explain } from "../refusals.js";
import { mayChange } from "../roles.js";
import { admin } from "../session.js";
import { query } from "../shared/api.js";
import { el } from "../shared/dom.js";
import { table } from "../table.js";
import { time } from "../words.js";
import { showSecret } from "./secret-dialog.js";
import { isOneself } from "./shut-out.js";

/** @type {[value: string, label: string][]} */
const HOURS = [
  ["1", tn("hours", 1)],
  ["4", tn("hours", 4)],
  ["8", tn("hours", 8)],
  ["24", tn("hours", 24)],
];

/** @typedef {"totp" | "recovery_codes" | "temporary_code"} FactorKey */

/** One factor in the list. @typedef {{ key: FactorKey, name: string, state: Child }} Row */

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
      title: t("otherFactors"),
      lead: t("otherFactorsLead"),
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
        caption: t("otherFactors"),
        items: rows,
        columns: [
          { label: t("factorColumn"), kind: "main", cell: (row) => row.name },
          { label: t("factorState"), cell: (row) => row.state },
          {
            label: t("factorActions"),
            kind: "end",
            unseen: true,
            cell: (row) => mayChange(context.user) && removal(row, again, context),
          },
        ],
      })
    : el("p", { class: "soft quiet-empty" }, t("noOtherFactors"));
  return [held, factors.devices.length ? devicesOf(factors.devices, again, context) : null].filter(
    (each) => each !== null,
  );
}

/** @param {Factors} factors */
function rowsOf({ totp, recovery_codes: recovery, temporary_code: temporary }) {
  /** @type {Row[]} */
  const rows = [];
  if (totp) {
    rows.push({ key: "totp", name: t("heldTotp"), state: tp("totpState", { time: time(totp.enrolled_at) }) });
  }
  if (recovery) {
    const left = el("span", {}, String(recovery.remaining));
    const state = tp("recoveryState", { left, time: time(recovery.created_at) });
    rows.push({ key: "recovery_codes", name: t("heldRecoveryCodes"), state });
  }
  if (temporary) {
    const state = tp("temporaryState", { name: bdi(temporary.by), time: time(temporary.expires_at) });
    rows.push({ key: "temporary_code", name: t("heldTemporaryCode"), state });
  }
  return rows;
}

/**
 * @param {Row} row
 * @param {() => Promise<void>} again
 * @param {{ user: User, path: string }} context
 */
function removal({ key }, again, { user, path }) {
  const onclick = async () => {
    const last = key === "totp" && user.mfa_enabled && !user.phones.some((phone) => !phone.unusable);
    const gone = await confirm({
      title: t(`askRemove_${key}`),
      text: last ? tp("lastFactorOf", { name: el("strong", {}, bdi(user.login_name)) }) : t("userIsTold"),
      action: t("removeFactor"),
      danger: true,
      work: () => admin("DELETE", `${path}/factors/${key}${query({ insist: last ? "true" : null })}`),
    });
    if (!gone) return;
    toast(t(`removed_${key}`));
    await again();
    focusHeading();
  };
  return button(t("removeFactor"), { kind: "small quiet", "aria-label": t(`remove_${key}`), onclick });
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
    caption: t("trustedDevices"),
    items: devices,
    columns: [
      { label: t("trustedDevice"), kind: "main", cell: (device) => bdi(device.name || t("namelessDevice")) },
      { label: t("trustedUntil"), cell: (device) => time(device.expires_at) },
      {
        label: t("factorActions"),
        kind: "end",
        unseen: true,
        cell: (device) => {
          if (!mayChange(user, "help")) return null;
          const label = device.name ? t("endTrustIn", { device: device.name }) : t("endTrustInThis");
          const control = button(t("endTrust"), {
            kind: "small quiet",
            "aria-label": label,
            onclick: () => busyWhile(control, () => end(`/${encodeURIComponent(device.id)}`, t("deviceEnded"))),
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
    controls.push(button(t("issueTemporaryCode"), { onclick: () => issue(again, context) }));
  }
  if (devices.length > 1 && mayChange(user, "help")) {
    const onclick = async () => {
      const ended = await confirm({
        title: t("askEndAllDevices"),
        text: tn("devicesEnd", devices.length),
        action: t("endAll"),
        danger: true,
        work: () => admin("DELETE", `${path}/devices`),
      });
      if (!ended) return;
      toast(t("allDevicesEnded"));
      await again();
      focusHeading();
    };
    controls.push(button(t("endAllDevices"), { onclick }));
  }
  return controls;
}

/**
 * @param {() => Promise<void>} again
 * @param {{ user: User, path: string }} context
 */
function issue(again, { user, path }) {
  const hours = selectField({ name: "hours", label: t("validFor"), value: "8", options: HOURS });
  const alarm = el("div", { role: "alert" });
  const warning = el("p", {}, tp("temporaryWarning", { name: el("strong", {}, bdi(user.login_name)) }));
  const form = el("form", { id: uid("temporary"), novalidate: true }, warning, hours.element, alarm);
  const create = submitButton(t("issueCode"), { kind: "save", form: form.id });
  const dialog = openDialog({
    title: t("issueTemporaryCode"),
    body: form,
    actions: [button(t("cancel"), { onclick: () => dialog.close() }), create],
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
        title: t("codeIssued"),
        noun: "code",
        label: t("heldTemporaryCode"),
        secret: answer.body.code,
        facts: [[t("validUntil"), time(answer.body.expires_at)]],
        warning: t("readItOut"),
      });
      again();
    } catch (error) {
      alarm.replaceChildren(noticeOf(error));
    }
  });
}

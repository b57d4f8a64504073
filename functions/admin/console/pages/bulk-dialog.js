// One deed for many users: what to do, a dry run, what it would do, and the start.

/** @import { Answer, Job, JobLine, JobReport } from "../shared/types" */
/** @import { Dialog } from "../dialogs.js" */
import { noticeOf, openDialog } from "../dialogs.js";
import { bdi, busyWhile, button, submitButton, uid } from "../dom.js";
import { choice, selectField, textField } from "../fields.js";
import { t, tn } from "../language.js";
import { languageField, learnLanguages } from "../languages.js";
import { SessionLost } from "../refusals.js";
import { may } from "../roles.js";
import { go, to } from "../router.js";
import { admin } from "../session.js";
import { query } from "../shared/api.js";
import { el } from "../shared/dom.js";
import { DEEDS, deedName, helps, tally, whyOf } from "./bulk-words.js";
import { progressOf, Stepper } from "./job-steps.js";

/** Whom a job is about, and how many they are. @typedef {{ count: number, selection: object }} Selected */

const SHOWN = 20;
/** @type {[value: string, label: string][]} */
const HOURS = [24, 72, 168].map((hours) => [String(hours), tn("bulkDays", hours / 24)]);

/** Ask what to do to these users, and do it after a dry run. @param {Selected} selected */
export async function changeMany(selected) {
  await learnLanguages();
  const given = valueFields();
  const alarm = el("div", { role: "alert" });
  const lead = el(
    "p",
    {},
    `${tn("bulkSelected", selected.count)}. `,
    el("span", { class: "soft" }, t("bulkNothingYet")),
  );
  const form = el("form", { id: uid("bulk"), novalidate: true }, lead, given.elements, alarm);
  const check = submitButton(t("bulkCheck"), { kind: "primary", form: form.id });
  const dialog = openDialog({
    title: t("bulkTitle"),
    body: form,
    actions: [button(t("cancel"), { onclick: () => dialog.close() }), check],
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      const body = { deed: given.deed(), parameters: given.parameters(), selection: selected.selection };
      /** @type {Answer<Job> | undefined} */
      const made = await busyWhile(check, () => admin("POST", "/jobs", { body }));
      if (made) await dryRun(dialog, made.body);
    } catch (error) {
      alarm.replaceChildren(noticeOf(error));
    }
  });
}

/** The deed, and the values of each. */
function valueFields() {
  const offered = DEEDS.filter((deed) => (helps(deed) ? may("help") : may("manage_users")));
  const owner = textField({ name: "owner", label: t("bulkOwner"), hint: t("bulkOwnerHint"), maxlength: 128 });
  const locale = languageField(
    { value: null, own: [], none: t("bulkNoLocale"), onchange() {} },
    { name: "locale", label: t("bulkLocale") },
  );
  const hours = selectField({ name: "hours", label: t("bulkHours"), value: "72", options: HOURS });
  const insist = el("input", { type: "checkbox" });
  /** What each deed asks for. @type {Record<string, [HTMLElement, () => object]>} */
  const values = {
    set_owner: [owner.element, () => ({ owner: owner.value?.trim() || null })],
    set_locale: [locale.element, () => ({ locale: locale.value || null })],
    invite: [hours.element, () => ({ hours: Number(hours.value) })],
    mfa_on: [choice(insist, t("bulkInsist"), t("bulkInsistHint")), () => (insist.checked ? { insist: true } : {})],
  };
  const room = el("div", {});
  const draw = () => room.replaceChildren(...(values[deed.value] ? [values[deed.value][0]] : []));
  const deed = selectField({
    name: "deed",
    label: t("bulkDeed"),
    value: offered[0],
    options: offered.map((each) => [each, deedName(each)]),
    onchange: draw,
  });
  draw();
  return {
    elements: [deed.element, room],
    deed: () => deed.value,
    parameters: () => values[deed.value]?.[1]() ?? {},
  };
}

/**
 * @param {Dialog} dialog
 * @param {Job} made
 */
async function dryRun(dialog, made) {
  const progress = progressOf(made);
  const cancel = button(t("cancel"), { onclick: () => dialog.close() });
  dialog.show({ title: deedName(made.deed), body: progress.element, actions: [cancel] });
  const steps = new Stepper(made, { isWanted: () => dialog.element.isConnected, onstep: progress.show });
  try {
    const job = await steps.run();
    if (job.state !== "previewed") return drop(job);
    await summary(dialog, job);
    if (!dialog.element.isConnected) drop(job);
  } catch (error) {
    if (error instanceof SessionLost) return;
    dialog.show({ body: noticeOf(error), actions: [button(t("close"), { onclick: () => dialog.close() })] });
  }
}

/** Show what a dry run has found, and start its job if that is wanted. @param {Job} job */
export async function startChecked(job) {
  const dialog = openDialog({ title: deedName(job.deed), body: progressOf(job).element });
  await summary(dialog, job).catch((error) => {
    dialog.close();
    throw error;
  });
}

/** The words of the button that starts a job. @param {Job} job */
export const startWords = ({ deed, preview: { will_change: count } }) =>
  tn(deed === "delete" ? "bulkDelete" : "bulkStart", count);

/** A dry run that nobody waits for. @param {Job} job */
function drop(job) {
  admin("POST", `/jobs/${job.id}/cancel`, { body: {} }).catch(() => {}); // it has ended, or will be forgotten
}

/**
 * The first users whom the deed leaves out.
 * @param {Job} job
 * @returns {Promise<JobLine[]>}
 */
async function exceptions(job) {
  /** @type {JobLine[]} */
  const found = [];
  /** @type {string | null} */
  let cursor = null;
  do {
    /** @type {Answer<JobReport>} */
    const { body } = await admin("GET", `/jobs/${job.id}/report${query({ outcome: "refused", cursor })}`);
    found.push(...body.items);
    cursor = body.cursor ?? null;
  } while (cursor && found.length < SHOWN && job.preview.refused > found.length);
  return found.slice(0, SHOWN);
}

/**
 * What the deed would do, and the button that does it.
 * @param {Dialog} dialog
 * @param {Job} job
 */
async function summary(dialog, job) {
  const refused = await exceptions(job);
  if (!dialog.element.isConnected) return;
  const { will_change: count, unchanged, refused: left } = job.preview;
  const isFinal = job.deed === "delete";
  const typed = isFinal && count ? textField({ name: "count", label: t("bulkForever"), inputmode: "numeric" }) : null;
  const alarm = el("div", { role: "alert" });
  const form = el(
    "form",
    { id: uid("bulk"), novalidate: true },
    tally([
      [t("bulkWillChange"), count, "good"],
      [t("bulkUnchanged"), unchanged],
      [t("bulkRefused"), left, left ? "bad" : ""],
    ]),
    count ? null : el("p", {}, t("bulkNobody")),
    exceptionList(refused, left),
    typed?.element,
    alarm,
  );
  const start = submitButton(startWords(job), { kind: isFinal ? "danger" : "save", form: form.id });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (typed && typed.text.replace(/\D/g, "") !== String(count)) {
      typed.setError(t("notTheSame"));
      typed.focus();
      return;
    }
    try {
      const body = { expected_users: count };
      await busyWhile(start, () => admin("POST", `/jobs/${job.id}/start`, { body }));
      dialog.close();
      go(to("jobs", job.id));
    } catch (error) {
      alarm.replaceChildren(noticeOf(error));
    }
  });
  const stop = button(t("cancel"), { onclick: () => dialog.close() });
  dialog.show({ body: form, actions: count ? [stop, start] : [button(t("close"), { onclick: () => dialog.close() })] });
}

/**
 * @param {JobLine[]} refused
 * @param {number} all
 */
function exceptionList(refused, all) {
  if (!refused.length) return null;
  const items = refused.map((line) => el("li", {}, bdi(line.login_name), ": ", whyOf(line)));
  const more = all - refused.length;
  return el("div", {}, el("ul", {}, items), more > 0 ? el("p", { class: "soft" }, tn("bulkMore", more)) : null);
}

// Jobs on many users: the list of them, and one with its progress and report.

/** @import { PageContext } from "../page.js" */
/** @import { Answer, ExportPage, Job, JobLine, JobReport, ListPage } from "../shared/types" */
import { confirm, notice, toastError } from "../dialogs.js";
import { bdi, busyWhile, button, download } from "../dom.js";
import { known, t, tn, tp } from "../language.js";
import { badge, empty, facts, heading, section } from "../page.js";
import { SessionLost } from "../refusals.js";
import { may } from "../roles.js";
import { go, to } from "../router.js";
import { admin, whoami } from "../session.js";
import { query } from "../shared/api.js";
import { el, parts } from "../shared/dom.js";
import { filterBox, pagedList, table } from "../table.js";
import { number, time } from "../words.js";
import { startChecked, startWords } from "./bulk-dialog.js";
import { deedName, helps, tally, whyOf } from "./bulk-words.js";
import { isOpen, progressOf, Stepper } from "./job-steps.js";

const OUTCOMES = ["done", "will_change", "unchanged", "refused", "unknown"];
/** @type {Record<string, "jobWaits" | "jobWaitsForMailbox" | "jobWaitsForMail">} */
const WAITS = { rate_limited: "jobWaitsForMailbox", settings_incomplete: "jobWaitsForMail" };

/**
 * @param {HTMLElement} place
 * @param {PageContext & { id?: string }} context
 */
export async function draw(place, { id, present }) {
  await (id ? drawJob(place, id, present) : drawList(place, present));
}

/** @param {string} state */
const stateWords = (state) => known(`jobState_${state}`) ?? state;

/**
 * @param {HTMLElement} place
 * @param {() => void} present
 */
async function drawList(place, present) {
  const list = pagedList({
    label: t("pagesOfJobs"),
    fetch: async (cursor) => {
      /** @type {Answer<ListPage<Job>>} */
      const { body } = await admin("GET", `/jobs${query({ cursor, limit: "20" })}`);
      return body;
    },
    draw: (/** @type {Job[]} */ items) => table({ caption: t("jobsTitle"), columns: jobColumns, items }),
    none: () => empty({ title: t("noJobsYet"), text: t("noJobsText") }),
  });
  place.append(
    heading({ title: t("jobsTitle"), crumbs: [[t("jobUsers"), "#/users"]] }),
    el("div", { class: "card flush" }, list.element),
  );
  present();
  await list.reload();
}

/** @type {import("../table.js").Column<Job>[]} */
const jobColumns = [
  {
    label: t("jobColumn"),
    kind: "main",
    cell: ({ id, deed }) => el("a", { class: "name", href: to("jobs", id) }, deedName(deed)),
  },
  { label: t("jobState"), cell: ({ state }) => badge(stateWords(state), state === "stopped" ? "bad" : "") },
  { label: t("jobUsers"), kind: "number", cell: ({ progress }) => number(progress.of) },
  { label: t("jobBy"), cell: ({ by }) => bdi(by) },
  { label: t("jobMade"), cell: ({ created_at: at }) => time(at) },
];

/**
 * @param {HTMLElement} place
 * @param {string} id
 * @param {() => void} present
 */
async function drawJob(place, id, present) {
  /** @type {Answer<Job>} */
  const { body } = await admin("GET", `/jobs/${encodeURIComponent(id)}`);
  const title = deedName(body.deed);
  const state = el("div", { class: "stack" });
  const report = reportOf(body);
  place.append(
    heading({
      title,
      crumbs: [
        [t("jobUsers"), "#/users"],
        [t("jobsTitle"), "#/jobs"],
      ],
    }),
    el("div", { class: "stack" }, section({ title: t("jobColumn") }, state), report.element),
  );
  drawState(state, body);
  present();
  await report.reload();
  follow(body, state, report.reload, place);
}

/**
 * The state, as long as the page is shown; the report once the job has ended.
 * @param {Job} job
 * @param {HTMLElement} room
 * @param {() => Promise<void>} ended
 * @param {HTMLElement} place
 */
async function follow(job, room, ended, place) {
  if (!isOpen(job)) return;
  const onstep = (/** @type {Job} */ now) => drawState(room, now);
  const looks = !mayDo(job);
  try {
    const last = await new Stepper(job, { isWanted: () => place.isConnected, onstep, looks }).run();
    if (!isOpen(last)) await ended();
  } catch (error) {
    if (!(error instanceof SessionLost) && place.isConnected) toastError(error);
  }
}

/** @param {Job} job */
const mayDo = (job) => may(helps(job.deed) ? "help" : "manage_users");

/** Whether the job waits for its start, by the one who had the dry run made. @param {Job} job */
const mayStart = (job) =>
  job.state === "previewed" && job.preview.will_change > 0 && job.by === whoami().login_name && mayDo(job);

/** Whether a fault on the server has stopped the run, so that it may go on. @param {Job} job */
const mayGoOn = (job) =>
  job.state === "stopped" &&
  job.reason === "internal_error" &&
  job.started_at !== null &&
  job.by === whoami().login_name &&
  mayDo(job);

/** @param {Job} job */
function resumer(job) {
  const body = { expected_users: job.preview.will_change };
  const again = async () => {
    await admin("POST", `/jobs/${job.id}/start`, { body });
    go(to("jobs", job.id));
  };
  /** @type {HTMLButtonElement} */
  const goOn = button(t("jobGoOn"), { onclick: () => busyWhile(goOn, again).catch(toastError) });
  return goOn;
}

/** @param {Job} job */
function starter(job) {
  /** @type {HTMLButtonElement} */
  const start = button(startWords(job), { onclick: () => busyWhile(start, () => startChecked(job)).catch(toastError) });
  return start;
}

/**
 * @param {HTMLElement} room
 * @param {Job} job
 */
function drawState(room, job) {
  const focused = room.contains(document.activeElement);
  const endable = (isOpen(job) || job.state === "previewed") && mayDo(job);
  const cancel = endable ? button(t("jobCancel"), { onclick: () => cancelJob(room, job) }) : null;
  const controls = parts([cancel, mayStart(job) && starter(job), mayGoOn(job) && resumer(job)]);
  room.replaceChildren(
    facts([
      [t("jobState"), badge(stateWords(job.state), job.state === "stopped" ? "bad" : "")],
      [t("jobUsers"), selectionWords(job)],
      [t("jobBy"), job.by],
      [t("jobMade"), time(job.created_at)],
    ]),
    isOpen(job) ? progressOf(job).element : "",
    ...words(job),
    counts(job),
    controls.length ? el("div", { class: "actions" }, controls) : "",
  );
  if (focused) cancel?.focus();
}

/** @param {Job} job */
const selectionWords = ({ selection: { login_names: names } }) =>
  names === undefined ? t("jobByFilters") : tn("jobByName", names);

/**
 * @param {Job} job
 * @returns {HTMLElement[]}
 */
function words({ state, goes_on_at: at, reason }) {
  if (state === "stopped") {
    return [notice({ kind: "warning", text: t(reason === "internal_error" ? "jobFailedText" : "jobStoppedText") })];
  }
  if (state !== "running") return [];
  const wait = at ? tp(WAITS[reason ?? ""] ?? "jobWaits", { at: time(at) }) : null;
  return [el("p", { class: "soft" }, t("jobGoesOnByItself")), ...(wait ? [el("p", {}, wait)] : [])];
}

/** @param {Job} job */
function counts({ preview, outcomes, started_at: started }) {
  if (!started)
    return tally([
      [t("bulkWillChange"), preview.will_change],
      [t("bulkUnchanged"), preview.unchanged],
      [t("bulkRefused"), preview.refused],
    ]);
  const { done, unchanged, refused, unknown } = outcomes;
  return tally([
    [t("jobOutcome_done"), done, "good"],
    [t("bulkUnchanged"), unchanged + preview.unchanged],
    [t("bulkRefused"), refused + preview.refused, refused ? "bad" : ""],
    ...(unknown ? [/** @type {[string, number, string]} */ ([t("jobOutcome_unknown"), unknown, "bad"])] : []),
    [t("jobOutcome_will_change"), preview.will_change - done - unchanged - refused - unknown],
  ]);
}

/**
 * @param {HTMLElement} room
 * @param {Job} job
 */
async function cancelJob(room, job) {
  await confirm({
    title: t("jobCancelTitle"),
    text: job.started_at ? t("jobCancelText") : null,
    action: t("jobCancel"),
    danger: true,
    work: async () => {
      /** @type {Answer<Job>} */
      const { body } = await admin("POST", `/jobs/${job.id}/cancel`, { body: {} });
      drawState(room, body);
    },
  });
}

/**
 * The outcome of each user.
 * @param {Job} job
 */
function reportOf(job) {
  const shown = { outcome: "" };
  const path = `/jobs/${job.id}`;
  const list = pagedList({
    label: t("pagesOfReport"),
    fetch: async (cursor) => {
      /** @type {Answer<JobReport>} */
      const { body } = await admin("GET", `${path}/report${query({ outcome: shown.outcome, cursor })}`);
      return body;
    },
    draw: (/** @type {JobLine[]} */ items) => table({ caption: t("jobReport"), columns: lineColumns, items }),
    none: () => empty({ title: t("jobNobody"), text: "" }),
  });
  const filter = filterBox({
    label: t("jobFilter"),
    value: "",
    options: [["", t("jobAnyOutcome")], ...OUTCOMES.map(outcomeOption)],
    onchange: (outcome) => {
      shown.outcome = outcome;
      list.reload({ says: true });
    },
  });
  const saving = button(t("jobDownload"), {
    kind: "small",
    icon: "download",
    onclick: () => save(saving, path, shown),
  });
  const tools = el("div", { class: "report-tools" }, filter, saving);
  const element = section({ title: t("jobReport"), actions: [tools] }, list.element);
  return { element, reload: () => list.reload({ quiet: true }) };
}

/**
 * @param {string} outcome
 * @returns {[value: string, label: string]}
 */
const outcomeOption = (outcome) => [outcome, outcomeWords(outcome)];

/** @param {string} outcome */
const outcomeWords = (outcome) => known(`jobOutcome_${outcome}`) ?? outcome;

/** @type {import("../table.js").Column<JobLine>[]} */
const lineColumns = [
  {
    label: t("jobUser"),
    kind: "main",
    cell: ({ login_name: name }) => el("a", { href: to("users", name, "security") }, bdi(name)),
  },
  { label: t("jobOutcome"), cell: ({ outcome }) => outcomeWords(outcome) },
  { label: t("jobWhy"), cell: (line) => whyOf(line) },
];

/**
 * The report as one file.
 * @param {HTMLElement} control
 * @param {string} path
 * @param {{ outcome: string }} shown
 */
async function save(control, path, { outcome }) {
  try {
    await busyWhile(control, async () => {
      const pieces = [];
      /** @type {string | null} */
      let cursor = null;
      do {
        /** @type {Answer<ExportPage>} */
        const { body } = await admin("GET", `${path}/export${query({ outcome, cursor })}`);
        pieces.push(body.csv);
        cursor = body.cursor ?? null;
      } while (cursor);
      // With a byte order mark, without which Excel does not read UTF-8.
      download(`job-${new Date().toISOString().slice(0, 10)}.csv`, `\ufeff${pieces.join("")}`);
    });
  } catch (error) {
    toastError(error);
  }
}

// The steps of a job, asked for one after the other, and how far it is.

/** @import { Answer, Job } from "../shared/types" */
import { t } from "../language.js";
import { admin } from "../session.js";
import { el } from "../shared/dom.js";
import { number } from "../words.js";

const OPEN = ["previewing", "running"];
/** Between two steps, and while another runner is at the job, or it waits. */
const SOON_MS = 150;
const LATER_MS = 2000;

/** Whether the job has another step. @param {Job} job */
export const isOpen = (job) => OPEN.includes(job.state);

/** Asks for a job's steps as long as the page is there. Nobody needs to be: the requests keep no session alive. */
export class Stepper {
  /**
   * @param {Job} job
   * @param {object} how
   * @param {() => boolean} how.isWanted
   * @param {(job: Job) => void} how.onstep
   * @param {boolean} [how.looks] only look: the role may not do this
   */
  constructor(job, { isWanted, onstep, looks = false }) {
    this.job = job;
    this.isWanted = isWanted;
    this.onstep = onstep;
    this.looks = looks;
  }

  /** The job when it has no step left in its state, or nobody looks any more. */
  async run() {
    const { state } = this.job;
    while (this.job.state === state && isOpen(this.job) && this.isWanted()) {
      const before = this.job.progress.done;
      const path = `/jobs/${this.job.id}`;
      /** @type {Answer<Job>} */
      const { body } = this.looks
        ? await admin("GET", path, { unattended: true })
        : await admin("POST", `${path}/run`, { body: {}, unattended: true });
      this.job = body;
      this.onstep(body);
      const idle = this.looks || body.progress.done === before || body.goes_on_at !== null;
      if (isOpen(body)) await pause(idle ? LATER_MS : SOON_MS);
    }
    return this.job;
  }
}

/** @param {number} ms */
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * A bar with words.
 * @param {Job} job
 */
export function progressOf(job) {
  const bar = el("progress", { "aria-label": t("jobsTitle") });
  const words = el("p", { class: "soft", role: "status" });
  const show = (/** @type {Job} */ { progress: { done, of } }) => {
    bar.max = Math.max(of, 1);
    bar.value = done;
    words.textContent = t("bulkProgress", { done: number(done), of: number(of) });
  };
  show(job);
  return { element: el("div", { class: "stack" }, bar, words), show };
}

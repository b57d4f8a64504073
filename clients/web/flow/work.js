// When things are done: one action of the person at a time, and questions to the server at planned moments.

import { setBusy } from "./fields.js";

/** One action at a time: a second click changes nothing. The outcome of an aborted action is ignored. */
export class OneAtATime {
  /** @type {AbortController | null} */
  #running = null;

  get busy() {
    return this.#running !== null;
  }

  /**
   * Do `work(signal)` while the button shows `label`; then `refused(error)` where it failed, and `done()` in any case.
   * @param {Element | null} button
   * @param {string} label
   * @param {(signal: AbortSignal) => Promise<void>} work
   * @param {{ refused: (error: unknown) => void, done: () => void }} outcome
   */
  async run(button, label, work, { refused, done }) {
    if (this.busy) return;
    const mine = new AbortController();
    this.#running = mine;
    setBusy(button, true, label);
    /** @type {unknown} */
    let error = null;
    try {
      await work(mine.signal);
    } catch (caught) {
      error = caught;
    }
    setBusy(button, false);
    if (this.#running !== mine) return;
    this.#running = null;
    if (error !== null) refused(error);
    done();
  }

  abort() {
    this.#running?.abort();
    this.#running = null;
  }
}

/** Asks after the planned seconds, but never while nobody looks at the page. */
export class Polls {
  /** @type {number[]} */
  #timers = [];

  /**
   * @param {() => void} ask
   * @param {...number} seconds from now
   */
  plan(ask, ...seconds) {
    this.stop();
    this.#timers = seconds.map((after) => setTimeout(() => document.hidden || ask(), after * 1000));
  }

  stop() {
    this.#timers.forEach(clearTimeout);
    this.#timers = [];
  }
}

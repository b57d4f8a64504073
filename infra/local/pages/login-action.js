// When things are done: one action of the person at a time, and questions to the server at their moments.

import { setBusy } from "./login-dom.js";

/** One action at a time. A second click changes nothing, and what was called off concerns nobody any more. */
export class OneAtATime {
  #running = null;

  get busy() {
    return this.#running !== null;
  }

  /** Do `work(signal)` with the button showing that it is at work; `refused(error)` or `done()` afterwards. */
  async run(button, label, work, { refused, done }) {
    if (this.busy) return;
    const mine = new AbortController();
    this.#running = mine;
    setBusy(button, true, label);
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

  callOff() {
    this.#running?.abort();
    this.#running = null;
  }
}

/** Calls `ask` some seconds from now, again and again as planned, but never while nobody looks at the page. */
export class Polls {
  #timers = [];

  constructor(ask) {
    this.ask = ask;
  }

  plan(...seconds) {
    this.stop();
    this.#timers = seconds.map((after) => setTimeout(() => document.hidden || this.ask(), after * 1000));
  }

  stop() {
    this.#timers.forEach(clearTimeout);
    this.#timers = [];
  }
}

// The steps of the console's login in the browser's history, so that Back leads to the step before and not away.

/** @typedef {"password" | "phones" | "code"} Step */

const PATIENCE_MS = 500;

export class Trail {
  /** How many entries the login has added. */
  #depth = history.state?.depth ?? 0;
  #revisiting = false;

  /** @param {(step: Step) => void} revisit shows a step to which the browser went back or forward */
  constructor(revisit) {
    this.moved = (/** @type {PopStateEvent} */ { state }) => {
      this.#depth = state?.depth ?? 0;
      this.#revisiting = true;
      revisit(state?.login ?? "password");
      this.#revisiting = false;
    };
    addEventListener("popstate", this.moved);
  }

  /**
   * A step is shown.
   * @param {Step} step
   */
  mark(step) {
    if ((history.state?.login ?? "password") === step) return;
    if (step === "password" || this.#revisiting) history.replaceState({ ...history.state, login: step }, "");
    else history.pushState({ login: step, depth: ++this.#depth }, "");
  }

  /** The login is over: Back leaves it at once. */
  async end() {
    removeEventListener("popstate", this.moved);
    if (!this.#depth) return;
    const back = new Promise((resolve) => {
      addEventListener("popstate", resolve, { once: true });
      setTimeout(resolve, PATIENCE_MS); // where the browser has not kept the entries
    });
    history.go(-this.#depth);
    this.#depth = 0;
    await back;
  }
}

// <second-factor-action>: the confirmation of one deed, or its refusal.

/** @import { ActionOpened } from "../shared/types" */
/** @import { Flow } from "../flow/flow.js" */
/** @import { Purpose } from "../flow/purpose" */
import * as steps from "../flow/action-steps.js";
import { resume } from "../flow/resume.js";
import { begin, choose, dropChallenge, sessionOf } from "../flow/steps.js";
import { el } from "../shared/dom.js";
import { SecondFactorElement } from "./element.js";

/** @type {Purpose} */
const ACTION = {
  name: "action",
  first: "choose",
  sections: steps.sections,
  help(flow, at) {
    if (at === "locked") return el("p", {}, flow.text("helpLockedAction"));
    return at === "choose" || at === "code" ? undefined : null;
  },
  // Without an action there is nothing to show: the page gives the next one.
  start: (flow) => (flow.state.session ? choose(flow) : undefined),
  cancel: (flow) => steps.end(flow, "cancelled"),
  sessionOver: (flow) => steps.end(flow, "expired"),
  arrive: steps.drawDeed,
  leaves(flow, { code }, doing) {
    const end = Object.hasOwn(steps.ENDS, code) ? steps.ENDS[code] : undefined;
    if (end) steps.end(flow, end);
    else if (code === "invalid_token" && doing === "deny") steps.end(flow, "expired");
    else return false;
    return true;
  },
  refusals: {
    action_approved: (flow) => ({
      kind: "error",
      title: flow.text("confirmedAlready"),
      text: flow.text("confirmedAlreadyText"),
    }),
  },
  approved(flow, answer) {
    const id = flow.current.deed?.id;
    steps.confirm(flow);
    flow.emit("approved", { ...answer, id });
  },
  focus: () => undefined,
  buttons: { deny: steps.deny },
  forms: {},
};

/**
 * The confirmation of an action that the page's own server has opened by `POST /v1/actions`.
 *
 * ```js
 * const element = document.querySelector("second-factor-action");
 * element.action = await (await fetch("/delete", { method: "POST" })).json(); // the API's answer, as it came
 * element.addEventListener("approved", () => fetch("/delete/finish", { method: "POST" }));
 * ```
 *
 * The server redeems the action before it acts: `approved` alone proves nothing to it. Events: `approved` (the API's
 * answer, with the action's `id`), `denied` (`id`, and the `reason`: `denied`, `expired`, `used` or `gone`),
 * `cancelled`, and `step`. After a reload it goes on by itself.
 */
export class SecondFactorAction extends SecondFactorElement {
  /** @type {ActionOpened | null} */
  #action = null;

  /** @override */
  get purpose() {
    return ACTION;
  }

  get action() {
    return this.#action;
  }

  /** @param {ActionOpened | null} action */
  set action(action) {
    this.#action = action;
    if (this.flow) this.begun(this.flow);
  }

  /**
   * @override
   * @param {Flow} flow
   */
  async begun(flow) {
    const action = this.#action;
    if (action === null || steps.isUnderWay(flow, action)) return resume(flow);
    const end = await steps.lookAt(flow, action);
    if (flow !== this.flow || action !== this.#action) return; // there is another one meanwhile
    dropChallenge(flow);
    const session = sessionOf(action, "");
    const deed = { id: action.id, summary: action.summary, confirmed: false };
    flow.sessionOpened({ ...session, methods: session.methods.filter((method) => method !== "email"), deed });
    if (end) steps.end(flow, end);
    else begin(flow);
  }
}

globalThis.customElements?.define("second-factor-action", SecondFactorAction);

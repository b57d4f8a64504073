// What a second step is for: a login, or the confirmation of an action. All differences are in one value.

import type { Problem } from "../shared/api.js";
import type { Approved, Child } from "../shared/types";
import type { Flow, Step } from "./flow.js";
import type { Doing, Notice } from "./wording.js";

export interface Purpose {
  /** The end of the keys of its own words. */
  name: "login" | "action";
  /** The step where it begins. */
  first: Step;
  /** Sections of its own. */
  sections(flow: Flow): Node[];
  /** Help with a step of its own; undefined: the usual help, null: none. */
  help(flow: Flow, step: Step): Child;
  /** Begin again. */
  start(flow: Flow): void;
  /** Give up, on the person's own wish. */
  cancel(flow: Flow): void;
  /** The MFA token is over. */
  sessionOver(flow: Flow): void;
  /** Prepare a step that is about to be shown. */
  arrive(flow: Flow, step: Step): void;
  /** Go to the step that a refusal leads to, if any. */
  leaves(flow: Flow, problem: Problem, doing: Doing): boolean;
  /** Words of its own for a refusal, by its code. */
  refusals: Record<string, (flow: Flow, problem: Problem, doing: Doing | undefined) => Notice>;
  /** The code was right. */
  approved(flow: Flow, answer: Approved): void;
  /** Where the focus goes on its first step. */
  focus(flow: Flow): HTMLElement | undefined;
  /** What its own buttons do, by their `data-do`. */
  buttons: Record<string, (flow: Flow, button: HTMLElement) => void>;
  /** What its own forms do, by their ids. */
  forms: Record<string, (flow: Flow) => void>;
}

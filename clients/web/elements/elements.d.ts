// The elements and their events, for the type check and for users of the package.

import type { Approved, Authenticated, EnrolmentRequired } from "../shared/types";
import type { SecondFactorAction } from "./action.js";
import type { SecondFactorLogin } from "./login.js";

/** The details of the components' events. */
export interface Authentication extends Omit<Authenticated | Approved, "status"> {
  login_name: string;
  trusted_device?: boolean;
}

export interface EnrolmentDetail extends EnrolmentRequired {
  login_name: string;
}

export interface Approval extends Approved {
  id: string;
}

export interface Denial {
  id: string | undefined;
  reason: "denied" | "expired" | "used" | "gone";
}

export interface StepDetail {
  step: string;
  title: string;
}

declare global {
  interface HTMLElementTagNameMap {
    "second-factor-login": SecondFactorLogin;
    "second-factor-action": SecondFactorAction;
  }
}

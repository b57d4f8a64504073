// <second-factor-login>: a login, from the name and password to the access token.

/** @import { Approved, Authenticated, EnrolmentRequired, MfaRequired } from "../shared/types" */
/** @import { Flow } from "../flow/flow.js" */
/** @import { Purpose } from "../flow/purpose" */
import { forgetDevice, keepDevice } from "../flow/devices.js";
import * as step from "../flow/login-step.js";
import { atField } from "../flow/refusals.js";
import { clear } from "../flow/screen.js";
import { begin, dropChallenge, go, lock, sessionOf } from "../flow/steps.js";
import { el } from "../shared/dom.js";
import { SecondFactorElement } from "./element.js";

/** @type {Purpose} */
const LOGIN = {
  name: "login",
  first: "login",
  sections: step.sections,
  help: (flow, at) => {
    if (at === "done") return null;
    return at === "login" ? el("p", {}, flow.text("helpLogin")) : undefined;
  },
  start: step.start,
  cancel: step.cancel,
  sessionOver: step.sessionOver,
  arrive: step.clearErrors,
  leaves: () => false,
  refusals: {
    invalid_credentials: (flow) => atField("password", flow.text("wrongCredentials")),
  },
  approved(flow, answer) {
    const { name } = flow.current;
    if (answer.device_token) keepDevice(name, answer.device_token, answer.device_expires_at);
    finish(flow, answer, name);
  },
  focus: (flow) => flow.$("password"),
  buttons: { peek: step.peek },
  forms: { "login-form": (flow) => step.logIn(flow, (answer, name) => passed(flow, answer, name)) },
};

/**
 * The login has ended well. The token leaves with the event, and is not kept.
 * @param {Flow} flow
 * @param {Approved | Authenticated} answer
 * @param {string} name
 */
function finish(flow, answer, name) {
  dropChallenge(flow);
  flow.forgetSession();
  flow.input("code").value = "";
  flow.input("own").value = "";
  clear(flow, "main", "delivery", "session");
  go(flow, "done");
  flow.emit("authenticated", { ...answer, login_name: name });
}

/**
 * The answer to the name and the password.
 * @param {Flow} flow
 * @param {MfaRequired | Authenticated | EnrolmentRequired} answer
 * @param {string} name
 */
function passed(flow, answer, name) {
  if (answer.status === "authenticated") return finish(flow, answer, name);
  if (answer.status === "enrolment_required") return flow.emit("enrolment", { ...answer, login_name: name });
  forgetDevice(name); // it is not, or no longer, trusted
  dropChallenge(flow);
  flow.sessionOpened(sessionOf(answer, name));
  if (answer.locked_until) lock(flow, answer.locked_until);
  else begin(flow);
}

/**
 * A login with a second factor.
 *
 * ```html
 * <second-factor-login api="https://login.example.com"></second-factor-login>
 * <script type="module">
 *   import "serverless-second-factor";
 *   document.querySelector("second-factor-login").addEventListener("authenticated", ({ detail }) => use(detail.token));
 * </script>
 * ```
 *
 * Events: `authenticated` (the answer of the API, with `login_name`), `enrolment` (the user has no factor yet:
 * `enrolment_token`), `cancelled`, and `step` (the step that is shown, with its title). What the page puts into the
 * slot `links` stands below the password.
 */
export class SecondFactorLogin extends SecondFactorElement {
  /** @override */
  get purpose() {
    return LOGIN;
  }

  /**
   * @override
   * @param {Flow} flow
   */
  begun(flow) {
    if (this.#given) this.secondStep(...this.#given);
    else super.begun(flow);
  }

  /** @type {[answer: MfaRequired, name: string] | null} */
  #given = null;

  /**
   * Go on with a second step that something else has begun: a password reset, say.
   * @param {MfaRequired} answer
   * @param {string} [name] the login name
   */
  secondStep(answer, name = "") {
    this.#given = [answer, name];
    if (!this.flow) return;
    this.#given = null;
    passed(this.flow, answer, name);
  }
}

globalThis.customElements?.define("second-factor-login", SecondFactorLogin);

// The step that only a login has: the name and the password. And the end of it.

/** @import { Authenticated, Child, EnrolmentRequired, MfaRequired } from "../shared/types" */
/** @import { Flow } from "./flow.js" */
import { el, svg } from "../shared/dom.js";
import { RememberedName } from "../shared/remembered-name.js";
import { deviceToken } from "./devices.js";
import { describe, fieldError } from "./fields.js";
import { field, section, slotFor, submit } from "./markup.js";
import { act } from "./requests.js";
import { clear, notice } from "./screen.js";
import { forgetAll, go } from "./steps.js";

const rememberedName = new RememberedName("second-factor.login-name");

/** @param {Flow} flow */
export const sections = (flow) => [loginSection(flow), doneSection(flow)];

/** @param {Flow} flow */
function loginSection(flow) {
  const known = flow.root.host.getAttribute("login-name") ?? rememberedName.recall();
  const name = { name: "login_name", autocomplete: "username", autocapitalize: "none", value: known };
  return section(
    flow,
    "login",
    flow.text("logIn"),
    el("p", { class: "lead" }, flow.text("loginLead")),
    slotFor("main"),
    el(
      "form",
      { id: "login-form", method: "post", novalidate: true },
      field("login-name", flow.text("loginName"), input("login-name", { type: "text", ...name })),
      field("password", flow.text("password"), passwordRow(flow)),
      el("slot", { name: "links" }),
      el(
        "div",
        { class: "check" },
        el("input", { type: "checkbox", id: "remember", checked: rememberedName.recall() !== "" }),
        el("label", { for: "remember" }, flow.text("remember")),
      ),
      el("div", { class: "actions" }, submit(flow.text("logIn"), "log-in")),
    ),
  );
}

/**
 * @param {string} id
 * @param {Record<string, unknown>} attributes
 */
const input = (id, attributes) =>
  el("input", { id, part: "input", autocorrect: "off", spellcheck: "false", required: true, ...attributes });

/**
 * @param {Flow} flow
 * @returns {Child}
 */
const passwordRow = (flow) =>
  el(
    "div",
    { class: "input-row" },
    input("password", { name: "password", type: "password", autocomplete: "current-password" }),
    el(
      "button",
      {
        type: "button",
        class: "peek",
        id: "peek",
        "aria-controls": "password",
        "aria-label": flow.text("showPassword"),
        dataset: { do: "peek" },
      },
      eye(),
    ),
  );

function eye() {
  const drawing = svg("svg", { viewBox: "0 0 24 24", "aria-hidden": "true", focusable: "false" });
  drawing.append(
    svg("path", { d: "M2 12s3.6-6.5 10-6.5S22 12 22 12s-3.6 6.5-10 6.5S2 12 2 12Z" }),
    svg("circle", { cx: 12, cy: 12, r: 3 }),
    svg("path", { class: "struck", d: "M4 20 20 4" }),
  );
  return drawing;
}

/** @param {Flow} flow */
function doneSection(flow) {
  const tick = svg("svg", { class: "done", viewBox: "0 0 48 48", "aria-hidden": "true", focusable: "false" });
  tick.append(svg("circle", { cx: 24, cy: 24, r: 22 }), svg("path", { d: "m15 24.5 6.2 6.2L33.5 18" }));
  return section(flow, "done", flow.text("loggedIn"), tick, slotFor("main"));
}

/**
 * Show the password, or hide it.
 * @param {Flow} flow
 */
export function peek(flow) {
  draw(flow, flow.input("password").type === "password");
}

/**
 * @param {Flow} flow
 * @param {boolean} shown
 */
function draw(flow, shown) {
  flow.input("password").type = shown ? "text" : "password";
  flow.$("peek").setAttribute("aria-label", flow.text(shown ? "hidePassword" : "showPassword"));
  flow.$("peek").toggleAttribute("data-shown", shown);
}

/**
 * Begin again, with nothing known but the name.
 * @param {Flow} flow
 */
export function start(flow) {
  forgetAll(flow);
  flow.input("password").value = "";
  draw(flow, false);
  const entered = flow.usesHistory || flow.step !== "";
  const focus = flow.input("login-name").value ? flow.$("password") : flow.$("login-name");
  go(flow, "login", entered ? focus : undefined);
}

/**
 * Give the login up.
 * @param {Flow} flow
 */
export function cancel(flow) {
  start(flow);
  notice(flow, { kind: "info", text: flow.text("cancelled") });
  flow.emit("cancelled", {});
}

/**
 * The MFA token is over: begin again, and say why.
 * @param {Flow} flow
 */
export function sessionOver(flow) {
  start(flow);
  notice(flow, { kind: "warning", title: flow.text("tookTooLong"), text: flow.text("tookTooLongText") });
}

/**
 * Take away what was wrong with the name and the password.
 * @param {Flow} flow
 */
export function clearErrors(flow) {
  fieldError(flow, "login-name", "");
  fieldError(flow, "password", "");
  describe(flow.$("login-name"), "password-error", false);
}

/**
 * Check the name and the password.
 * @param {Flow} flow
 * @param {(answer: MfaRequired | Authenticated | EnrolmentRequired, name: string) => void} passed
 */
export function logIn(flow, passed) {
  const [name, password] = [flow.input("login-name").value.trim(), flow.input("password").value];
  clear(flow, "main");
  clearErrors(flow);
  if (!password) fieldError(flow, "password", flow.text("enterPassword"));
  if (!name) fieldError(flow, "login-name", flow.text("enterName"));
  if (!name || !password) return flow.$(name ? "password" : "login-name").focus();
  const device = flow.root.host.hasAttribute("fresh") ? undefined : deviceToken(name);
  act(flow, "login", flow.$("log-in"), flow.text("pleaseWait"), async (signal) => {
    const given = { login_name: name, password, ...(device ? { device_token: device } : {}) };
    const answer = await flow.api.login(given, { signal });
    rememberedName.remember(flow.input("remember").checked ? name : null);
    flow.input("password").value = "";
    draw(flow, false);
    passed(answer, name);
  });
}

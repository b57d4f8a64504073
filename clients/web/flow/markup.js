// The sections of the second step, in the words of one language.

/** @import { Attributes, Child } from "../shared/types" */
/** @import { Flow } from "./flow.js" */
import { el, svg } from "../shared/dom.js";
import { waitSpan } from "./screen.js";

/**
 * A step. Its heading gets the focus when it is shown.
 * @param {Flow} flow
 * @param {string} step
 * @param {string} title
 * @param {...Child} content
 */
export function section(flow, step, title, ...content) {
  const heading = flow.root.host.getAttribute("heading") === "2" ? "h2" : "h1";
  return el(
    "section",
    { class: "step", part: "step", id: `step-${step}`, "aria-labelledby": `${step}-title`, hidden: true },
    content[0] === BACK ? backButton(flow) : null,
    el(heading, { id: `${step}-title`, part: "title", tabindex: "-1" }, title),
    content.filter((child) => child !== BACK),
  );
}

/** As the first child of a section: a button that goes a step back. */
export const BACK = "back";

/** @param {Flow} flow */
function backButton(flow) {
  const arrow = svg("svg", { viewBox: "0 0 16 16", "aria-hidden": "true", focusable: "false" });
  arrow.append(svg("path", { d: "M10 3 5 8l5 5" }));
  return el(
    "button",
    { type: "button", class: "back", part: "back", dataset: { do: "back" } },
    arrow,
    flow.text("back"),
  );
}

/** The place of notices. @param {string} name */
export const slotFor = (name) => el("div", { dataset: { slot: name } });

/**
 * A button that does what the name says: `controls.js` and the purpose have the work.
 * @param {string} name
 * @param {string} words
 * @param {Attributes} [attributes]
 */
export const button = (name, words, { dataset, ...attributes } = {}) =>
  el(
    "button",
    { type: "button", class: "button", part: "button", dataset: { do: name, ...dataset }, ...attributes },
    words,
  );

/**
 * @param {string} name
 * @param {string} words
 * @param {Attributes} [attributes]
 */
export const link = (name, words, attributes = {}) =>
  button(name, words, { class: "link", part: "link", ...attributes });

/**
 * @param {string} words
 * @param {string} id
 * @param {...Child} more
 */
export const submit = (words, id, ...more) =>
  el("button", { type: "submit", class: "button primary", part: "button primary", id }, words, more);

/**
 * A field with its label, its error and what describes it.
 * @param {string} id
 * @param {string} label
 * @param {Child} control
 * @param {...Child} more
 */
export const field = (id, label, control, ...more) =>
  el(
    "div",
    { class: "field", part: "field" },
    el("label", { for: id }, label),
    control,
    el("p", { class: "field-error", id: `${id}-error`, hidden: true }),
    more,
  );

/** @param {Flow} flow */
export const sections = (flow) => [chooseStep(flow), codeStep(flow), ownStep(flow), lockedStep(flow)];

/** @param {Flow} flow */
function chooseStep(flow) {
  return section(
    flow,
    "choose",
    flow.text("chooseTitle"),
    flow.purpose.first === "choose" ? null : BACK,
    el("div", { dataset: { deed: "" } }),
    el(
      "form",
      { id: "choose-form", method: "post", novalidate: true },
      el(
        "fieldset",
        {},
        el("legend", { class: "lead", id: "choose-lead" }, flow.own("choosePhone")),
        slotFor("main"),
        el("div", { class: "choices", id: "phones" }),
      ),
      chooseActions(flow),
      el("p", { class: "aside", id: "email-to", hidden: true }),
      el("p", { class: "aside ways-list", id: "choose-ways", part: "ways" }),
      el(
        "p",
        { class: "aside", id: "pending", hidden: true },
        flow.text("onItsWay"),
        " ",
        link("enter-code", flow.text("codeTitle")),
      ),
      el("div", { dataset: { deny: "" } }),
    ),
  );
}

/** @param {Flow} flow */
const chooseActions = (flow) =>
  el(
    "div",
    { class: "actions" },
    submit(flow.text("sendPasscode"), "send", waitSpan()),
    button("email", flow.text("way_email"), {
      id: "choose-email",
      class: "button primary",
      part: "button primary",
    }),
    button("cancel", flow.text("cancel")),
  );

/** @param {Flow} flow */
function codeStep(flow) {
  return section(
    flow,
    "code",
    flow.text("codeTitle"),
    BACK,
    el("div", { dataset: { deed: "" } }),
    el("p", { class: "lead", id: "code-lead" }),
    el(
      "p",
      { class: "delivery", id: "delivery", dataset: { state: "sending" } },
      el("span", { class: "dot", "aria-hidden": "true" }),
      el("span", { id: "delivery-text" }),
    ),
    slotFor("main"),
    slotFor("delivery"),
    el(
      "form",
      { id: "code-form", method: "post", novalidate: true },
      field("code", flow.text("passcode"), codeBox(), codeHints()),
      el(
        "p",
        { class: "times" },
        el("span", { id: "time-label" }, flow.text("timeLeft")),
        " ",
        el("span", { class: "timer", id: "timer", role: "timer", "aria-labelledby": "time-label timer" }),
      ),
      trust(flow, "code-trust"),
      el(
        "div",
        { class: "actions" },
        submit(flow.text("verify"), "verify"),
        resendButton(flow, "resend-expired", { class: "button primary", part: "button primary", hidden: true }),
        button("cancel", flow.text("cancel")),
      ),
      codeLinks(flow),
      el("div", { dataset: { deny: "" } }),
    ),
  );
}

function codeBox() {
  return [
    el(
      "div",
      { class: "code-box", id: "code-box", part: "code", dir: "ltr" },
      el("span", { class: "code-prefix", id: "code-prefix", "aria-hidden": "true" }),
      el("span", { class: "code-dash", "aria-hidden": "true" }, "–"),
      codeInput("code", { inputmode: "numeric", autocomplete: "one-time-code" }),
    ),
    el("progress", { class: "time-bar", id: "time-bar", max: 1, value: 1, "aria-hidden": "true" }),
  ];
}

/**
 * @param {string} id
 * @param {Attributes} attributes
 */
const codeInput = (id, attributes) =>
  el("input", {
    id,
    name: id,
    type: "text",
    part: "input",
    autocorrect: "off",
    spellcheck: "false",
    enterkeyhint: "go",
    maxlength: 200,
    required: true,
    ...attributes,
  });

const codeHints = () => [
  el("p", { class: "field-hint", id: "code-hint" }),
  el("p", { class: "field-warning", id: "code-attempts", hidden: true }),
];

/**
 * @param {Flow} flow
 * @param {string} id
 * @param {Attributes} [attributes]
 */
function resendButton(flow, id, attributes = {}) {
  const made = button("resend", flow.text("resend"), { id, dataset: { resend: "" }, ...attributes });
  made.append(waitSpan());
  return made;
}

/** @param {Flow} flow */
const codeLinks = (flow) =>
  el(
    "p",
    { class: "aside", id: "code-links" },
    el("span", { class: "aside-text" }, flow.text("nothingArrived")),
    resendButton(flow, "resend", { class: "link", part: "link" }),
    el("span", { class: "ways", id: "code-ways", hidden: true }),
    link("choose", flow.text("anotherPhone"), { id: "another-phone" }),
  );

/**
 * Whether this device is to be trusted.
 * @param {Flow} flow
 * @param {string} id
 */
const trust = (flow, id) =>
  el(
    "div",
    { class: "check", dataset: { trust: "" }, hidden: true },
    el("input", { type: "checkbox", id }),
    el("label", { for: id, dataset: { trustLabel: "" } }, flow.text("trustDevice", { time: "" })),
  );

/** @param {Flow} flow */
function ownStep(flow) {
  return section(
    flow,
    "own",
    flow.text("own_totp_title"),
    BACK,
    el("p", { class: "lead", id: "own-lead" }),
    slotFor("main"),
    el(
      "form",
      { id: "own-form", method: "post", novalidate: true },
      field(
        "own",
        flow.text("own_totp_label"),
        codeInput("own", { class: "own-code", dir: "ltr", autocapitalize: "none" }),
        el("p", { class: "field-warning", id: "own-attempts", hidden: true }),
      ),
      trust(flow, "own-trust"),
      el("div", { class: "actions" }, submit(flow.text("verify"), "own-verify"), button("cancel", flow.text("cancel"))),
      el("p", { class: "aside" }, link("choose", flow.text("anotherWay"), { id: "own-another" })),
    ),
  );
}

/** @param {Flow} flow */
function lockedStep(flow) {
  return section(
    flow,
    "locked",
    flow.own("lockedTitle"),
    el("p", { class: "lead", id: "locked-lead" }),
    el("p", { class: "big-timer", id: "locked-timer", role: "timer", "aria-label": flow.text("untilAgain") }),
    slotFor("main"),
    el("p", {}, flow.text("lockedHelp")),
    el(
      "div",
      { class: "actions" },
      button("after-lock", flow.text("tryAgain"), {
        id: "locked-again",
        class: "button primary",
        part: "button primary",
      }),
      button("restart", flow.own("lockedBack")),
    ),
  );
}

// The confirmation of one deed, for an application without screens of its own: it opens the link
// `/v1/account/action#action=…`, with the answer of `POST /v1/actions` as base64url of its JSON.

/** @import { StepDetail } from "../elements/elements" */
/** @import { ActionOpened } from "../shared/types" */
/** @import { Context } from "./context.js" */
import "../elements/action.js";
import { Problem } from "../shared/api.js";
import { el } from "../shared/dom.js";
import { KeptLogin } from "../shared/kept-login.js";

/** The action under way, so that a reload goes on with it. Its token confirms this deed alone, and logs nobody in. */
/** @type {KeptLogin<ActionOpened>} */
const kept = new KeptLogin("second-factor.action-link");

/**
 * @param {HTMLElement} place
 * @param {Context} context
 */
export async function draw(place, context) {
  if (context.links.action) {
    kept.forget();
    const given = read(context.links.action);
    if (given) kept.keep(given);
    delete context.links.action;
  }
  const action = await asServed(kept.read(), context);
  return action ? confirmation(place, context, action) : over(place, context);
}

/**
 * @param {string} link
 * @returns {ActionOpened | null}
 */
function read(link) {
  try {
    const bytes = Uint8Array.from(atob(link.replaceAll("-", "+").replaceAll("_", "/")), (each) => each.charCodeAt(0));
    const given = JSON.parse(new TextDecoder().decode(bytes));
    return typeof given?.id === "string" && typeof given.mfa_token === "string" ? given : null;
  } catch {
    return null;
  }
}

/**
 * The deed in the service's own words: a link can say anything.
 * @param {ActionOpened | null} given
 * @param {Context} context
 * @returns {Promise<ActionOpened | null>}
 */
async function asServed(given, { api }) {
  if (given === null) return null;
  try {
    const { type, params, summary, status } = await api.getAction(given.mfa_token, given.id);
    const { phones = [], channels = [] } = given;
    return { ...given, phones, channels, type, params, summary, status };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    kept.forget();
    return null;
  }
}

/**
 * @param {HTMLElement} place
 * @param {Context} context
 * @param {ActionOpened} action
 */
function confirmation(place, context, action) {
  const ends = () => kept.forget();
  const element = el("second-factor-action", {
    lang: context.language.tag,
    history: true,
    onstep: (/** @type {CustomEvent<StepDetail>} */ { detail }) => context.title(detail.title),
    onapproved: ends,
    ondenied: ends,
    oncancelled: ends,
  });
  element.action = action;
  place.replaceChildren(element);
  return () => {
    element.lang = context.language.tag;
  };
}

/**
 * @param {HTMLElement} place
 * @param {Context} context
 */
function over(place, context) {
  const speak = () => {
    const { language, title } = context;
    title(language.text("linkOver_title"));
    place.replaceChildren(
      el("h1", { tabindex: "-1" }, language.text("linkOver_title")),
      el("p", { class: "lead" }, language.text("kept_gone")),
    );
  };
  speak();
  place.querySelector("h1")?.focus();
  return speak;
}

// The second step inside one web component: its state, its words, and the requests that are under way. Access tokens
// are never kept: they leave with the event that tells of them.

/** @import { Challenge, FactorMethod, Method, MfaRequired, PhoneChoice } from "../shared/types" */
/** @import { Language } from "../language.js" */
/** @import { Strings } from "../locales/index.js" */
/** @import { Api } from "../service.js" */
/** @import { Purpose } from "./purpose" */
import { clock, Keys } from "../shared/api.js";
import { say } from "../shared/dom.js";
import { KeptLogin } from "../shared/kept-login.js";
import { OneAtATime, Polls } from "./work.js";

/** A step: the id of its section, after "step-". "" before the first one. @typedef {string} Step */

/** A phone, with why nothing can be sent to it: the key of the words. */
/** @typedef {PhoneChoice & { refused?: "refusedPhone" | "blockedPhone" | "carrierRefused" }} OfferedPhone */

/** An action that waits for its confirmation, and whether a right passcode has confirmed it. */
/** @typedef {{ id: string, summary: string, confirmed: boolean }} Deed */

/**
 * The session of an MFA token: the second step of a login, or the confirmation of a `deed`. `name` is the login name.
 * @typedef {Omit<MfaRequired, "phones" | "status" | "locked_until" | "methods"> & { name: string,
 *   phones: OfferedPhone[], methods: Method[], deed?: Deed }} Session
 */

/**
 * @typedef {object} State
 * @property {Session | null} session while an MFA token is there
 * @property {Challenge | null} challenge the live one
 * @property {FactorMethod} method the factor whose own code is asked for
 * @property {string | null} phoneId the phone that was chosen
 * @property {number | null} blockedUntil after too_many_sends, in milliseconds
 * @property {number | null} lockEnd in milliseconds; null where only an administrator unlocks
 * @property {((button: Element) => void) | null} retry what "Try again" repeats
 * @property {AbortController | null} listening waits for the browser to read the passcode from the message
 */

/**
 * The part of the state that a reload needs.
 * @typedef {Pick<State, "challenge" | "method" | "phoneId" | "lockEnd"> & { session: Session, step: Step, turn: number,
 *   offset: number }} Kept
 */

/** @returns {State} */
const nothing = () => ({
  session: null,
  challenge: null,
  method: "totp",
  phoneId: null,
  blockedUntil: null,
  lockEnd: null,
  retry: null,
  listening: null,
});

export class Flow {
  keys = new Keys();
  oneAtATime = new OneAtATime();
  polls = new Polls();
  state = nothing();
  /** The step that is shown. @type {Step} */
  step = "";
  /** The announcements about the current send so far. @type {Set<string | number>} */
  spoken = new Set();
  goingBack = false;

  /**
   * @param {object} parts
   * @param {ShadowRoot} parts.root
   * @param {Api} parts.api
   * @param {Language<Strings>} parts.language
   * @param {Purpose} parts.purpose
   * @param {string} parts.place the name in the tab's storage, and in the browser's history
   * @param {boolean} parts.usesHistory whether the browser's Back goes a step back
   * @param {(name: string, detail: unknown) => void} parts.emit
   */
  constructor({ root, api, language, purpose, place, usesHistory, emit }) {
    this.root = root;
    this.api = api;
    this.language = language;
    this.purpose = purpose;
    this.place = place;
    this.usesHistory = usesHistory;
    this.emit = emit;
    /** @type {KeptLogin<Kept>} */
    this.kept = new KeptLogin(place);
  }

  // Words

  /**
   * @param {keyof Strings} key
   * @param {Record<string, string | number>} [values]
   */
  text(key, values) {
    return this.language.text(key, values);
  }

  /**
   * Words that a login and an action say differently.
   * @param {string} key
   * @param {Record<string, string | number>} [values]
   */
  own(key, values) {
    return this.text(/** @type {keyof Strings} */ (`${key}_${this.purpose.name}`), values);
  }

  /** @param {...string} sentences */
  sentences(...sentences) {
    return this.language.sentences(...sentences);
  }

  // The document

  /**
   * An element of the component that is always there, by its id.
   * @template {HTMLElement} [T=HTMLElement]
   * @param {string} id
   * @param {new () => T} [kind] its class, where more than an HTMLElement is needed
   * @returns {T}
   */
  $(id, kind) {
    const element = this.root.getElementById(id);
    if (!(element instanceof (kind ?? HTMLElement))) throw new TypeError(`the component has no such element: ${id}`);
    return /** @type {T} */ (element);
  }

  /** @param {string} id */
  input(id) {
    return this.$(id, HTMLInputElement);
  }

  /** @param {string} selector */
  all(selector) {
    return [...this.root.querySelectorAll(selector)].filter((found) => found instanceof HTMLElement);
  }

  /** @param {string} text */
  announce(text) {
    say(this.$("announcer"), text);
  }

  // The session

  /** @param {Session} session */
  sessionOpened(session) {
    this.forgetSession();
    this.state.session = session;
    this.keys.secret = session.mfa_token;
  }

  /** Keep the session at this step for a reload. */
  keepSession() {
    const { session, challenge, method, phoneId, lockEnd } = this.state;
    if (!session) return;
    const { step, keys } = this;
    this.kept.keep({ session, challenge, method, phoneId, lockEnd, step, turn: keys.turn, offset: clock.offset });
  }

  /** Forget the session. The challenge is dropped before, with what the page shows of it. */
  forgetSession() {
    this.keys.forget();
    this.kept.forget();
    Object.assign(this.state, { ...nothing(), challenge: this.state.challenge, listening: this.state.listening });
  }

  /** The session, at a step that needs one. */
  get current() {
    if (this.state.session === null) throw new TypeError("there is no MFA token");
    return this.state.session;
  }

  /** Whether a passcode is on its way to a phone. */
  get pending() {
    const { challenge } = this.state;
    return challenge !== null && challenge.channel !== "email" && isOpen(challenge);
  }

  /** End all that is under way: the component leaves the page. */
  stop() {
    this.oneAtATime.abort();
    this.polls.stop();
    this.state.listening?.abort();
  }
}

/** @param {Challenge} of */
export const isOpen = ({ status, expires_at: expiry }) => status === "pending" && Date.parse(expiry) > clock.now();

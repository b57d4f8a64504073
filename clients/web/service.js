// The API as a class: one method for each call that a person's own page may make.

/**
 * @import { ActionState, Answer, Approved, Authenticated, Challenge, Channel, Enrolment, EnrolmentRequired,
 *   FactorMethod, Me, MfaRequired, OwnProfile, PhoneChallenge, RecoveryCodes, RequestOptions, ResetOpened,
 *   TotpSecret } from "./shared/types"
 */
import { clock, freshKey, outcomeUnknown, Problem, request } from "./shared/api.js";

/** The longest pause before a request is repeated by itself. A person waits longer only on their own wish. */
const LONGEST_PAUSE_MS = 5000;
const SHORTEST_PAUSE_MS = 250;

/**
 * Options of a call. `key` is its Idempotency-Key: give the key of an earlier try to repeat that one, and nothing is
 * sent or counted twice. Without one, each call has a fresh key.
 * @typedef {{ key?: string, signal?: AbortSignal }} CallOptions
 */

/** @typedef {{ login_name: string, password: string, device_token?: string }} Credentials */

/** Whether the login's device is to be trusted from now on, and under which name it is listed. */
/** @typedef {{ trust_device?: boolean, device_name?: string }} Trust */

/** @param {string} id */
const part = (id) => encodeURIComponent(id);

/**
 * The API of a second factor. Every method resolves to the answer's body, and throws `Problem` (with a stable `code`)
 * for a refusal, `Unreachable` when no answer came, or the signal's `AbortError`.
 *
 * ```js
 * const api = new Api({ base: "https://login.example.com" });
 * const login = await api.login({ login_name: "demo.user", password });
 * const challenge = await api.startChallenge(login.mfa_token, { phone_id: login.phones[0].id });
 * const { token } = await api.verify(login.mfa_token, challenge.id, { code });
 * ```
 */
export class Api {
  /**
   * @param {object} [options]
   * @param {string} [options.base] the service's address; without one, the origin of the page
   * @param {number} [options.retries] how often a call whose outcome is unknown is repeated by itself, with its own key
   */
  constructor({ base, retries = 0 } = {}) {
    this.base = base?.replace(/\/+$/, "");
    this.retries = retries;
  }

  // Logging in

  /**
   * @param {Credentials} credentials
   * @param {CallOptions} [options]
   * @returns {Promise<MfaRequired | Authenticated | EnrolmentRequired>}
   */
  login(credentials, options) {
    return this.#call("POST", "/v1/login", { body: credentials, ...options });
  }

  /**
   * Send a passcode to a phone.
   * @param {string} token the MFA token
   * @param {{ phone_id: string, channel?: Channel, locale?: string }} body
   * @param {CallOptions} [options]
   * @returns {Promise<Challenge>}
   */
  startChallenge(token, body, options) {
    return this.#post("/v1/challenges", token, body, options);
  }

  /**
   * @param {string} token the MFA token
   * @param {string} id
   * @param {CallOptions} [options]
   * @returns {Promise<Challenge>}
   */
  getChallenge(token, id, options) {
    return this.#call("GET", `/v1/challenges/${part(id)}`, { token, ...options });
  }

  /**
   * Send another passcode of a challenge. The earlier ones no longer work.
   * @param {string} token the MFA token
   * @param {string} id
   * @param {{ phone_id?: string, channel?: Channel }} [body]
   * @param {CallOptions} [options]
   * @returns {Promise<Challenge>}
   */
  resend(token, id, body = {}, options = {}) {
    return this.#post(`/v1/challenges/${part(id)}/resend`, token, body, options);
  }

  /**
   * @param {string} token the MFA token
   * @param {string} id
   * @param {{ code: string } & Trust} body
   * @param {CallOptions} [options]
   * @returns {Promise<Approved>}
   */
  verify(token, id, body, options) {
    return this.#post(`/v1/challenges/${part(id)}/verify`, token, body, options);
  }

  /**
   * Send a passcode to the contact email.
   * @param {string} token the MFA token
   * @param {CallOptions} [options]
   * @returns {Promise<Challenge>}
   */
  startRecovery(token, options) {
    return this.#post("/v1/recovery", token, {}, options);
  }

  /**
   * Prove a factor that needs no message: an authenticator app, a recovery code, a temporary code.
   * @param {string} token the MFA token
   * @param {{ method: FactorMethod, code: string } & Trust} body
   * @param {CallOptions} [options]
   * @returns {Promise<Approved>}
   */
  verifyFactor(token, body, options) {
    return this.#post("/v1/factors/verify", token, body, options);
  }

  // Actions

  /**
   * @param {string} token the action's MFA token
   * @param {string} id
   * @param {CallOptions} [options]
   * @returns {Promise<ActionState>}
   */
  getAction(token, id, options) {
    return this.#call("GET", `/v1/actions/${part(id)}`, { token, ...options });
  }

  /**
   * "That was not me": the action is dead.
   * @param {string} token the action's MFA token
   * @param {string} id
   * @param {CallOptions} [options]
   * @returns {Promise<ActionState>}
   */
  denyAction(token, id, options) {
    return this.#call("POST", `/v1/actions/${part(id)}/deny`, { token, ...options });
  }

  // Enrolment, and a forgotten password

  /**
   * @param {string} invitation the token of the link
   * @param {CallOptions} [options]
   * @returns {Promise<Enrolment>}
   */
  openInvitation(invitation, options) {
    return this.#call("POST", "/v1/enrolment", { body: { invitation }, ...options });
  }

  /**
   * Mail a link for a new password. The answer is the same for every name.
   * @param {{ login_name: string, locale?: string }} body
   * @param {CallOptions} [options]
   * @returns {Promise<unknown>}
   */
  askForReset(body, options) {
    return this.#call("POST", "/v1/password-reset", { body, ...options });
  }

  /**
   * @param {string} reset the token of the link
   * @param {CallOptions} [options]
   * @returns {Promise<MfaRequired | ResetOpened>}
   */
  openReset(reset, options) {
    return this.#call("POST", "/v1/password-reset/open", { body: { reset }, ...options });
  }

  /**
   * @param {{ reset_token: string, new_password: string }} body
   * @param {CallOptions} [options]
   * @returns {Promise<null>}
   */
  resetPassword(body, options) {
    return this.#call("POST", "/v1/password-reset/password", { body, ...options });
  }

  // The user's own account. `token` is an access token; an enrolment token opens phones, TOTP and recovery codes.

  /**
   * @param {string} token
   * @param {CallOptions} [options]
   * @returns {Promise<Me>}
   */
  me(token, options) {
    return this.#call("GET", "/v1/me", { token, ...options });
  }

  /**
   * Change the locale at once, or have a code mailed to a new contact email.
   * @param {string} token
   * @param {{ locale?: string | null, contact_email?: string | null }} body
   * @param {CallOptions} [options]
   * @returns {Promise<OwnProfile>}
   */
  updateMe(token, body, options) {
    return this.#call("PATCH", "/v1/me", { token, body, ...options });
  }

  /**
   * @param {string} token
   * @param {string} code from the mail
   * @param {CallOptions} [options]
   * @returns {Promise<unknown>}
   */
  verifyEmail(token, code, options) {
    return this.#post("/v1/me/contact-email/verify", token, { code }, options);
  }

  /**
   * @param {string} token
   * @param {{ current_password: string, new_password: string }} body
   * @param {CallOptions} [options]
   * @returns {Promise<null>}
   */
  changePassword(token, body, options) {
    return this.#post("/v1/me/password", token, body, options);
  }

  /**
   * Send a code to a new phone, which is the user's once the code came back.
   * @param {string} token
   * @param {{ number: string, channel?: Channel, locale?: string }} body
   * @param {CallOptions} [options]
   * @returns {Promise<PhoneChallenge>}
   */
  addPhone(token, body, options) {
    return this.#post("/v1/me/phones", token, body, options);
  }

  /**
   * The challenge of a phone that is being added.
   * @param {string} token
   * @param {string} id of the phone
   * @param {CallOptions} [options]
   * @returns {Promise<PhoneChallenge>}
   */
  getPhone(token, id, options) {
    return this.#call("GET", `/v1/me/phones/${part(id)}`, { token, ...options });
  }

  /**
   * @param {string} token
   * @param {string} id of the phone
   * @param {{ channel?: Channel }} [body]
   * @param {CallOptions} [options]
   * @returns {Promise<PhoneChallenge>}
   */
  resendToPhone(token, id, body = {}, options = {}) {
    return this.#post(`/v1/me/phones/${part(id)}/resend`, token, body, options);
  }

  /**
   * @param {string} token
   * @param {string} id of the phone
   * @param {string} code
   * @param {CallOptions} [options]
   * @returns {Promise<unknown>}
   */
  verifyPhone(token, id, code, options) {
    return this.#post(`/v1/me/phones/${part(id)}/verify`, token, { code }, options);
  }

  /**
   * @param {string} token
   * @param {string} id of the phone
   * @param {CallOptions} [options]
   * @returns {Promise<null>}
   */
  removePhone(token, id, options) {
    return this.#call("DELETE", `/v1/me/phones/${part(id)}`, { token, ...options });
  }

  /**
   * @param {string} token
   * @param {CallOptions} [options]
   * @returns {Promise<TotpSecret>}
   */
  startTotp(token, options) {
    return this.#post("/v1/me/totp", token, undefined, options);
  }

  /**
   * @param {string} token
   * @param {string} code from the authenticator app
   * @param {CallOptions} [options]
   * @returns {Promise<unknown>}
   */
  confirmTotp(token, code, options) {
    return this.#post("/v1/me/totp/confirm", token, { code }, options);
  }

  /**
   * @param {string} token
   * @param {CallOptions} [options]
   * @returns {Promise<null>}
   */
  removeTotp(token, options) {
    return this.#call("DELETE", "/v1/me/totp", { token, ...options });
  }

  /**
   * Make new recovery codes. The answer is the only time that they are shown, and earlier ones no longer work.
   * @param {string} token
   * @param {CallOptions} [options]
   * @returns {Promise<RecoveryCodes>}
   */
  makeRecoveryCodes(token, options) {
    return this.#post("/v1/me/recovery-codes", token, undefined, options);
  }

  /**
   * End a trusted device; all of them without an id.
   * @param {string} token
   * @param {string | null} [id]
   * @param {CallOptions} [options]
   * @returns {Promise<null>}
   */
  endDevices(token, id = null, options = {}) {
    return this.#call("DELETE", id === null ? "/v1/me/devices" : `/v1/me/devices/${part(id)}`, { token, ...options });
  }

  // One call

  /**
   * A POST that has an Idempotency-Key.
   * @template T
   * @param {string} path
   * @param {string} token
   * @param {unknown} body
   * @param {CallOptions} [options]
   * @returns {Promise<T>}
   */
  #post(path, token, body, options) {
    return this.#call("POST", path, { body, token, key: options?.key ?? freshKey(), ...options });
  }

  /**
   * @template T
   * @param {string} method
   * @param {string} path
   * @param {RequestOptions} options
   * @returns {Promise<T>}
   */
  async #call(method, path, options) {
    const repeatable = method === "GET" || options.key !== undefined;
    for (let left = repeatable ? this.retries : 0; ; left--) {
      try {
        /** @type {Answer<T>} */
        const { body } = await request(method, path, { base: this.base, ...options });
        return body;
      } catch (error) {
        if (left <= 0 || !outcomeUnknown(error) || options.signal?.aborted) throw error;
        const pause = pauseBefore(error);
        if (pause > LONGEST_PAUSE_MS) throw error;
        await new Promise((resolve) => setTimeout(resolve, pause));
      }
    }
  }
}

/**
 * How long the service asks to wait, in milliseconds.
 * @param {unknown} error
 */
function pauseBefore(error) {
  const until = error instanceof Problem ? error.retryAt : null;
  return Math.max(SHORTEST_PAUSE_MS, (until ?? 0) - clock.now());
}

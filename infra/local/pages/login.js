// A login, from the name and password to the access token. Tokens live in this module's memory and nowhere else.

/** @import { Answer, Approved, Authenticated, Challenge, Channel, MfaRequired, PhoneChoice } from "./shared/types" */
/** @import { Step } from "./login-screen.js" */
/** @import { Doing, Notice, Offer } from "./login-words.js" */
import { OneAtATime, Polls } from "./login-action.js";
import { copy, passcodeFromMessage, recall, remember } from "./login-device.js";
import { describe, fieldError, input, setLabel } from "./login-dom.js";
import { drawHelp } from "./login-help.js";
import { explain, explainSilence } from "./login-refusals.js";
import * as draw from "./login-screen.js";
import { notice, screen } from "./login-screen.js";
import { checkSignature, decode } from "./login-token.js";
import * as words from "./login-words.js";
import { clock, Keys, Problem, request, Unreachable } from "./shared/api.js";
import { $, announce, isDisabled } from "./shared/dom.js";
import { countdown, duration, lockEnd as endOf, readPasscode } from "./shared/words.js";

/** A phone, with why nothing can be sent to it. @typedef {PhoneChoice & { refused?: string }} OfferedPhone */

/**
 * What `POST /v1/login` answered, and the name.
 * @typedef {Omit<MfaRequired, "phones"> & { name: string, phones: OfferedPhone[] }} LoginState
 */

/** An answer that has the access token. @typedef {Authenticated | Approved} Granted */

const POLL_AFTER_S = [5, 10, 20, 40]; // how long after a send to ask what became of it
const SPOKEN_S = [60, 20]; // when the countdown is announced

const keys = new Keys();
const action = new OneAtATime();
const polls = new Polls(poll);
/** @type {LoginState | null} */
let login = null;
/** The live challenge. @type {Challenge | null} */
let challenge = null;
/** @type {string | null} */
let phoneId = null;
/** After too_many_sends, in milliseconds. @type {number | null} */
let blockedUntil = null;
/** @type {number | null} */
let lockEnd = null;
/** The access token. @type {string | null} */
let token = null;
/** What "Try again" repeats. @type {((button: Element) => void) | null} */
let retry = null;
/** Waiting for the browser to read the passcode from the message. @type {AbortController | null} */
let listening = null;
/** What has been announced about the current send. @type {Set<string | number>} */
let spoken = new Set();

/** The login, at a step that comes after the password. */
function current() {
  if (login === null) throw new TypeError("the password was not checked yet");
  return login;
}

/**
 * One call of the API.
 * @template T
 * @param {string} method
 * @param {string} path
 * @param {import("./shared/types").RequestOptions} options
 */
async function call(method, path, options) {
  /** @type {Answer<T>} */
  const { body } = await request(method, path, options);
  return body;
}

// Refusals

/**
 * Do `work` for a button, alone; its refusal is put into words.
 * @param {Doing} doing
 * @param {Element} button
 * @param {string} label on the button meanwhile
 * @param {(signal: AbortSignal) => Promise<void>} work
 */
function act(doing, button, label, work) {
  const refused = (/** @type {unknown} */ error) => {
    retry = doing === "login" ? logIn : (clicked) => act(doing, button.isConnected ? button : clicked, label, work);
    refuse(error, doing);
  };
  return action.run(button, label, work, { refused, done: tick });
}

/**
 * @param {unknown} error
 * @param {Doing} doing
 */
function refuse(error, doing) {
  if (error instanceof Unreachable) {
    notice(explainSilence(navigator.onLine, doing), { can, focus: true });
  } else if (error instanceof Problem) {
    if (!leaves(error, doing)) stays(error, doing);
  } else {
    console.error(error);
    const text = "Please load it again.";
    notice({ kind: "error", title: "Something went wrong on this page", text }, { focus: true });
  }
}

/**
 * Refusals that lead to another step; true where this was one.
 * @param {Problem} problem
 * @param {Doing} doing
 */
function leaves({ code, body, retryAt }, doing) {
  if (code === "invalid_token" && doing !== "login") sessionOver();
  else if (code === "too_many_attempts") lock(body.locked_until ?? isoTime(retryAt));
  else if (code === "invalid_code" && (body.attempts_remaining === 0 || body.locked_until))
    lock(body.locked_until ?? null);
  else if (code === "no_phone") {
    current().phones = [];
    choosePhone();
  } else return false;
  return true;
}

/**
 * Refusals that are shown on the step at hand.
 * @param {Problem} problem
 * @param {Doing} doing
 */
function stays(problem, doing) {
  const { code } = problem;
  learnFrom(problem, doing);
  const { prefix, channel } = challenge ?? {};
  const content = explain(problem, { doing, prefix, channel, now: clock.now() });
  if (code === "challenge_expired" && challenge) {
    close(content, true);
    poll(); // when it may be resent
    return;
  }
  if (["challenge_superseded", "challenge_used", "challenge_not_found"].includes(code)) {
    forgetChallenge();
    draw.drawForm("ended");
  }
  if (content.field && $(`step-${screen.step}`).contains($(content.field))) {
    showFieldError(content.field, content.text, code);
    return;
  }
  notice(content, { can, focus: true, onUntil: takeAway });
  if (doing === "resend") poll(); // whether the earlier passcode still works
}

/**
 * @param {string} field
 * @param {string} text
 * @param {string} code
 */
function showFieldError(field, text, code) {
  fieldError(field, text);
  if (code === "invalid_credentials") {
    $("login-name").setAttribute("aria-invalid", "true");
    describe($("login-name"), "password-error", true);
    input("password").value = "";
  }
  $(field).focus();
  if (field === "code") input("code").select();
}

/**
 * Learn from a refusal about the challenge and the phone.
 * @param {Problem} problem
 * @param {Doing} doing
 */
function learnFrom({ code, body, retryAt }, doing) {
  const sameLane = doing !== "email" || challenge?.channel === "email"; // emails and messages have separate cooldowns
  if (challenge) {
    if (body.attempts_remaining !== undefined) challenge.attempts_remaining = body.attempts_remaining;
    if (code === "code_superseded" && body.prefix) challenge.prefix = body.prefix;
    if (code === "challenge_expired") challenge.status = "expired";
    if (code === "resend_too_soon" && retryAt && sameLane) challenge.resend_available_at = isoTime(retryAt);
    if (["phone_unusable", "destination_blocked"].includes(code)) challenge.resend_available_at = isoTime(clock.now());
    draw.drawChallenge(challenge, current());
  }
  if (["too_many_sends", "resend_too_soon"].includes(code) && sameLane) blockedUntil = retryAt;
  const phone = login?.phones.find(({ id }) => id === phoneId);
  if (login && phone) learnOfPhone(login, phone, code);
}

/**
 * @param {LoginState} state
 * @param {OfferedPhone} phone
 * @param {string} code
 */
function learnOfPhone(state, phone, code) {
  if (code === "phone_unusable") phone.refused = "Cannot get our messages";
  if (code === "destination_blocked") phone.refused = "We may not send to this number";
  if (code === "phone_not_found") state.phones = state.phones.filter((other) => other !== phone);
  if (screen.step === "phones") draw.drawPhones(state.phones, null, { pending: pending() });
}

/**
 * Whether a way out exists just now.
 * @param {Offer} offer
 */
function can(offer) {
  const byEmail = challenge?.channel === "email";
  if (offer === "another-phone") {
    const others = login?.phones.some((phone) => phone.id !== phoneId || byEmail) ?? false;
    return screen.step !== "phones" && others;
  }
  if (offer === "email") return Boolean(login?.help.email) && !byEmail;
  if (offer === "call") {
    const called = screen.step === "code" && (byEmail || challenge?.channel === "voice");
    return Boolean(login?.channels.includes("voice")) && !called;
  }
  return true;
}

/** @param {HTMLElement} box */
function takeAway(box) {
  if (!box.isConnected) return;
  const hadFocus = box.contains(document.activeElement);
  box.remove();
  announce("You can try again now.");
  if (hadFocus) $(`${screen.step}-title`).focus();
}

/** @param {number | null | undefined} ms */
const isoTime = (ms) => (ms === null || ms === undefined ? null : new Date(ms).toISOString());

// Step 1: name and password

function start() {
  action.abort();
  forgetChallenge();
  keys.forget();
  [login, token, phoneId, blockedUntil, lockEnd, retry] = [null, null, null, null, null, null];
  for (const slot of ["main", "delivery", "session"]) screen.clear(slot);
  clearLoginErrors();
  input("password").value = "";
  peek(false);
  for (const id of ["token-raw", "token-claims", "token-header"]) $(id).replaceChildren();
  closeHelp();
  go("login", input("login-name").value ? $("password") : $("login-name"));
}

function closeHelp() {
  $("help", HTMLDetailsElement).open = false;
}

function clearLoginErrors() {
  fieldError("login-name", "");
  fieldError("password", "");
  describe($("login-name"), "password-error", false);
}

function logIn() {
  const [name, password] = [input("login-name").value, input("password").value];
  if (action.busy) return;
  clearLoginErrors();
  screen.clear();
  if (!password) fieldError("password", "Enter your password.");
  if (!name.trim()) fieldError("login-name", "Enter your login name.");
  if (!name.trim()) return $("login-name").focus();
  if (!password) return $("password").focus();
  act("login", $("login-submit"), "Logging in…", async (signal) => {
    /** @type {MfaRequired | Authenticated} */
    const answer = await call("POST", "/v1/login", { body: { login_name: name, password }, signal });
    remember(input("remember").checked ? name.trim() : null);
    input("password").value = "";
    peek(false);
    if (answer.status === "authenticated") return finish(answer, name.trim());
    login = { ...answer, name: name.trim() };
    if (answer.locked_until && Date.parse(answer.locked_until) > clock.now()) return lock(answer.locked_until);
    choosePhone();
  });
}

/**
 * Show the password, or hide it.
 * @param {boolean} on
 */
function peek(on) {
  input("password").type = on ? "text" : "password";
  $("peek").setAttribute("aria-pressed", String(on));
  setLabel($("peek"), on ? "Hide" : "Show");
}

function sessionOver() {
  start();
  notice(
    {
      kind: "warning",
      title: "Your login took too long",
      text: "To keep your account safe it was ended. Enter your password to log in again.",
      offers: [],
    },
    { silent: true },
  );
  announce("Your login took too long and was ended. Enter your password to log in again.");
}

// Step 2: which phone

const pending = () => challenge !== null && challenge.channel !== "email" && isOpen(challenge);

function choosePhone() {
  const { phones, help, channels } = current();
  if (!phones.length) {
    const { email } = help;
    $("no-phone-email").hidden = !email;
    $("no-phone-to").hidden = !email;
    $("no-phone-to").textContent = email ? `The email goes to ${email}, your contact email.` : "";
    return go("no-phone");
  }
  draw.drawPhones(phones, phoneId, { pending: pending() });
  draw.drawWays("phones-ways", channels, "sms");
  go("phones");
}

/**
 * @param {Element} [button]
 * @param {Channel} [channel]
 */
function sendToChosen(button = $("phones-submit"), channel = "sms") {
  const chosen = document.querySelector('[name="phone"]:checked');
  if (!(chosen instanceof HTMLInputElement)) return;
  phoneId = chosen.value;
  send(button, { phone_id: phoneId, channel });
}

/**
 * Reach the phone another way: the one that is chosen, or the one the last passcode went to.
 * @param {Element} button
 * @param {Channel} channel
 */
function sendBy(button, channel) {
  if (screen.step === "phones") sendToChosen(button, channel);
  else send(button, { channel });
}

/** The body of a request that sends. @typedef {{ phone_id?: string, channel?: Channel }} SendBody */

/**
 * Send a passcode: of the challenge there is, or of a new one.
 * @param {Element} button
 * @param {SendBody} [body]
 */
function send(button, body = {}) {
  const resend = challenge !== null && !(challenge.channel === "email" && body.phone_id);
  const path = resend ? `/v1/challenges/${encodeURIComponent(challenge?.id ?? "")}/resend` : "/v1/challenges";
  // A resend is in the language of the first message.
  const asked = resend ? body : { ...body, locale: navigator.language || undefined };
  post(resend ? "resend" : "send", button, path, asked);
}

/** @param {Element} button */
function sendEmail(button) {
  post("email", button, "/v1/recovery", {});
}

/**
 * @param {"send" | "resend" | "email"} doing
 * @param {Element} button
 * @param {string} path
 * @param {SendBody} body
 */
function post(doing, button, path, body) {
  const channel = body.channel ?? (doing === "resend" ? challenge?.channel : null);
  act(doing, button, channel === "voice" ? "Calling…" : "Sending…", async (signal) => {
    /** @type {Challenge} */
    const answer = await keys.around(`${path} ${JSON.stringify(body)}`, (key) =>
      call("POST", path, { body, token: current().mfa_token, key, signal }),
    );
    opened(answer, doing === "resend");
  });
}

// Step 3: the passcode

/** @param {Challenge} of */
const isOpen = ({ status, expires_at: expiry }) => status === "pending" && Date.parse(expiry) > clock.now();

/**
 * @param {Challenge} answer
 * @param {boolean} again
 */
function opened(answer, again) {
  challenge = answer;
  blockedUntil = null;
  spoken = new Set();
  for (const slot of ["main", "delivery"]) screen.clear(slot);
  input("code").value = "";
  closeHelp();
  fieldError("code", "");
  draw.drawForm("open");
  draw.drawChallenge(answer, current());
  go("code", $("code"));
  if (again) notice({ kind: "info", ...words.sentAgain(answer) }, { silent: true });
  troubles(answer);
  polls.plan(...POLL_AFTER_S);
  listenForPasscode(answer);
}

function forgetChallenge() {
  challenge = null;
  $("phones-pending").hidden = true;
  polls.stop();
  listening?.abort();
}

/**
 * The challenge takes no more passcodes; say so, and offer the resend.
 * @param {Notice} content
 * @param {boolean} [answered] whether that is the answer to something the person did
 */
function close(content, answered = false) {
  const here = $("code-form").contains(document.activeElement) || answered;
  draw.drawForm("closed");
  fieldError("code", "");
  draw.drawAttempts(null);
  polls.stop();
  if (screen.step === "phones") $("phones-pending").hidden = true;
  if (screen.step === "code")
    notice({ ...content, offers: content.offers?.filter((offer) => offer !== "resend") }, { can, focus: here });
}

function closeExpired() {
  close(explain(new Problem(410, { code: "challenge_expired" }), { now: clock.now() }));
}

/** @param {Challenge} of */
const troubleOf = (of) => words.deliveryTrouble(of, { others: current().phones.some(({ id }) => id !== phoneId) });

/**
 * Show why the message was not delivered.
 * @param {Challenge} of
 */
function troubles(of) {
  const phone = current().phones.find(({ id }) => id === phoneId);
  if (phone && words.isRefusedForGood(of)) phone.refused = "The carrier refused this number";
  if (screen.step !== "code" || of.status === "failed") return; // a failed one is closed, with the same words
  const content = troubleOf(of);
  const shown = screen.slot("delivery")?.firstElementChild;
  if (!content) screen.clear("delivery");
  else if (shown?.firstElementChild?.textContent !== content.title) notice(content, { slot: "delivery", can });
}

/**
 * What is wrong with a passcode as it was typed; empty where nothing is.
 * @param {string} text
 * @param {Challenge} of
 */
function passcodeFault(text, of) {
  const { digits, prefix } = readPasscode(text);
  const which = words.whichMessage(of);
  if (!text.trim()) return `Enter the passcode from the ${which}.`;
  if (digits === null) return `A passcode has 4 to 10 digits and no letters. Look for it in the ${which}.`;
  if (prefix === null || prefix === of.prefix) return "";
  return `That passcode is from the message with reference ${prefix}. Use the newer one: the ${which}.`;
}

function verify() {
  if (action.busy || input("code").disabled || !challenge) return;
  screen.clear();
  const text = input("code").value;
  const wrong = passcodeFault(text, challenge);
  fieldError("code", wrong);
  if (wrong) {
    $("code").focus();
    return input("code").select();
  }
  const path = `/v1/challenges/${encodeURIComponent(challenge.id)}/verify`;
  const body = { code: readPasscode(text).digits };
  act("verify", $("verify"), "Verifying…", async (signal) => {
    /** @type {Approved} */
    const answer = await call("POST", path, { body, token: current().mfa_token, signal });
    finish(answer, current().name);
  });
}

/** @param {Challenge} of */
async function listenForPasscode(of) {
  listening?.abort();
  if (of.channel === "email") return;
  listening = new AbortController();
  const code = await passcodeFromMessage(listening.signal);
  if (code === null || screen.step !== "code" || input("code").disabled) return;
  input("code").value = code;
  announce("The passcode was filled in from the message.");
}

// Whether the message was delivered

async function poll() {
  if (action.busy || !challenge) return;
  const asked = challenge;
  /** @type {Challenge} */
  let fresh;
  try {
    fresh = await call("GET", `/v1/challenges/${encodeURIComponent(asked.id)}`, { token: current().mfa_token });
  } catch (error) {
    if (challenge !== asked || action.busy || !(error instanceof Problem)) return;
    if (["invalid_token", "too_many_attempts", "challenge_superseded", "challenge_not_found"].includes(error.code))
      refuse(error, "poll");
    return;
  }
  if (challenge !== asked || action.busy) return; // a later answer has taken its place
  challenge = fresh;
  if (fresh.status === "locked") return lock(fresh.locked_until);
  draw.drawChallenge(fresh, current());
  troubles(fresh);
  tick();
  if (["delivered", "undelivered", "failed"].includes(fresh.delivery?.status ?? "")) polls.stop();
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden) polls.stop();
  else if (challenge && screen.step === "code") polls.plan(0, 10);
  tick();
});

// Locked

/** @param {string | null} lockedUntil */
function lock(lockedUntil) {
  forgetChallenge();
  lockEnd = endOf(lockedUntil, clock.now());
  spoken = new Set();
  screen.clear("session");
  draw.drawLock(lockEnd);
  go("locked");
}

function afterLock() {
  lockEnd = null;
  if (Date.parse(login?.expires_at ?? "") > clock.now()) choosePhone();
  else start();
}

// The end

/**
 * @param {Granted} answer
 * @param {string} name
 */
function finish(answer, name) {
  forgetChallenge();
  [token, retry] = [answer.token, null];
  input("code").value = "";
  for (const slot of ["main", "delivery", "session"]) screen.clear(slot);
  const decoded = decode(answer.token);
  draw.drawToken(decoded, { name, lasts: answer.expires_in });
  login = null;
  go("token");
  checkSignature(decoded).then((state) => {
    if (token === answer.token) draw.drawSignature(state);
  });
}

async function copyToken() {
  const copied = await copy(token ?? "");
  if (!copied) {
    $("token-raw").closest("details")?.setAttribute("open", "");
    getSelection()?.selectAllChildren($("token-raw")); // ready to be copied by hand
  }
  $("copy").textContent = copied ? "Copied" : "Selected above";
  announce(copied ? "The token was copied." : "The token is selected, ready to be copied.");
  setTimeout(() => {
    $("copy").textContent = "Copy token";
  }, 3000);
}

function signOut() {
  start();
  notice({ kind: "info", text: "You are signed out." }, { silent: true });
  announce("You are signed out.");
}

function cancel() {
  start();
  notice({ kind: "info", text: "The login was cancelled." }, { silent: true });
  announce("The login was cancelled.");
}

// Time

/**
 * Go to a step.
 * @param {Step} step
 * @param {HTMLElement} [focus]
 */
function go(step, focus) {
  screen.clear("main");
  clearLoginErrors();
  drawHelp(step, {
    email: login?.help.email,
    channel: step === "code" ? challenge?.channel : "sms",
    phones: login?.phones ?? [],
  });
  if (step !== "code" && step !== "no-phone" && step !== "phones") closeHelp();
  screen.show(step, focus);
  tick();
}

/**
 * Say something about this send, once.
 * @param {string} what
 * @param {string} text
 */
function say(what, text) {
  if (spoken.has(what)) return;
  spoken.add(what);
  announce(text);
}

/**
 * How long until a passcode may be sent, in milliseconds; null for now.
 * @param {number} now
 */
function resendLeft(now) {
  if (screen.step === "phones" && challenge?.channel === "email") return null; // a message has a cooldown of its own
  const times = [blockedUntil ?? 0, Date.parse(challenge?.resend_available_at ?? "")].filter((time) => time > now);
  return times.length ? Math.max(...times) - now : null;
}

/** Draw everything that depends on the time. */
function tick() {
  const now = clock.now();
  for (const span of document.querySelectorAll("span[data-until]")) {
    const left = Number(span.getAttribute("data-until")) - now;
    span.textContent = countdown(left);
    if (left <= 0) span.dispatchEvent(new Event("over"));
  }
  if (screen.step === "locked") tickLock(now);
  if (!["phones", "no-phone", "code"].includes(screen.step)) return;
  if (!login) return;
  tickSession(login, now);
  if (!login) return; // it was over
  draw.drawResend(resendLeft(now));
  if (screen.step === "code" && challenge) tickChallenge(challenge, now);
}

/** @param {number} now */
function tickLock(now) {
  if (lockEnd === null) return;
  draw.drawLockLeft(lockEnd - now);
  if (lockEnd <= now) say("unlocked", "The lock is over. You can try again now.");
}

/**
 * @param {LoginState} state
 * @param {number} now
 */
function tickSession(state, now) {
  const left = Date.parse(state.expires_at) - now;
  if (left <= 0 && !action.busy) sessionOver();
  else if (left <= 60_000 && !screen.slot("session")?.firstChild) {
    const text = "This login ends soon. You would have to enter your password again";
    notice({ kind: "warning", text, until: now + left }, { slot: "session" });
  }
}

/**
 * @param {Challenge} of
 * @param {number} now
 */
function tickChallenge(of, now) {
  const expires = Date.parse(of.expires_at);
  const total = expires - Date.parse(of.sent_at);
  const left = of.status === "expired" ? 0 : expires - now;
  draw.drawTimeLeft(left, total);
  if (isOpen(of)) {
    sayTimeLeft(left, total);
    if (resendLeft(now) === null) say("resend", "You can resend the passcode now.");
  } else if (!input("code").disabled && !action.busy) closeOver(of);
}

/**
 * Close a challenge that is open on the screen, and no longer here.
 * @param {Challenge} of
 */
function closeOver(of) {
  if (of.status !== "failed") closeExpired();
  else if (screen.slot("main")?.firstChild)
    draw.drawForm("closed"); // it says why already
  else close(troubleOf(of) ?? NOT_SENT);
}

/** @type {Notice} */
const NOT_SENT = {
  kind: "warning",
  title: "The passcode could not be sent",
  text: "Resend it, or have it sent somewhere else.",
  offers: ["another-phone", "email"],
};

/**
 * Announce the countdown at its moments, each once.
 * @param {number} left in milliseconds
 * @param {number} total
 */
function sayTimeLeft(left, total) {
  const due = SPOKEN_S.filter((seconds) => left <= seconds * 1000 && seconds * 1000 < total * 0.8).at(-1);
  if (!due || spoken.has(due)) return;
  for (const seconds of SPOKEN_S) if (seconds >= due) spoken.add(seconds);
  announce(`The passcode expires in ${duration(left)}.`);
}

// What can be done

/** By the `data-do` of a button. @type {Record<string, (button: HTMLElement) => void>} */
const ACTIONS = {
  restart: () => start(),
  cancel,
  "back-to-phones": () => choosePhone(),
  "another-phone": () => choosePhone(),
  "enter-code": () => (challenge ? go("code", $("code")) : choosePhone()),
  resend: (button) => send(button),
  way: (button) => sendBy(button, /** @type {Channel} */ (button.dataset.channel)),
  call: (button) => sendBy(button, "voice"),
  email: (button) => sendEmail(button),
  retry: (button) => retry?.(button),
  "start-over": () => choosePhone(),
  "after-lock": () => afterLock(),
  "sign-out": signOut,
};

document.addEventListener("click", ({ target }) => {
  const button = target instanceof Element ? target.closest("[data-do]") : null;
  if (!(button instanceof HTMLElement)) return;
  if (isDisabled(button)) refuseForNow(button);
  else ACTIONS[button.dataset.do ?? ""]?.(button);
});

/**
 * Say why a button does nothing yet.
 * @param {HTMLElement} button
 */
function refuseForNow(button) {
  const left = resendLeft(clock.now());
  if (left !== null && button.id !== "locked-again") announce(`You can send another passcode in ${duration(left)}.`);
  else if (lockEnd !== null) announce(`You can try again in ${duration(lockEnd - clock.now())}.`);
}

/**
 * @param {string} id
 * @param {() => void} submit
 */
function onSubmit(id, submit) {
  $(id).addEventListener("submit", (event) => {
    event.preventDefault();
    if (!action.busy) submit();
  });
}

onSubmit("login-form", logIn);
onSubmit("phones-form", () => (isDisabled($("phones-submit")) ? refuseForNow($("phones-submit")) : sendToChosen()));
onSubmit("code-form", verify);
$("peek").addEventListener("click", () => peek(input("password").type === "password"));
$("copy").addEventListener("click", copyToken);
$("code").addEventListener("input", () => fieldError("code", ""));
$("code").addEventListener("paste", (event) => {
  // The whole message, or a code with blanks in it, becomes the digits, unless they belong to another message.
  const pasted = readPasscode(event.clipboardData?.getData("text") ?? "");
  if (pasted.digits === null || (pasted.prefix !== null && pasted.prefix !== challenge?.prefix)) return;
  event.preventDefault();
  fieldError("code", "");
  input("code").value = pasted.digits;
});
window.addEventListener("online", () => {
  if (screen.slot("main")?.querySelector('[data-do="retry"]')) announce("You are online again. You can try again now.");
});
window.addEventListener("pageshow", (event) => {
  if (event.persisted) start(); // a page brought back by the browser's Back must not show an old login
});

const name = recall();
if (name) {
  input("login-name").value = name;
  input("remember").checked = true;
}
start();
setInterval(tick, 500);

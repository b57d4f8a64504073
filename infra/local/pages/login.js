// A login, from the name and password to the access token. Tokens live in this module's memory and nowhere else.

import { OneAtATime, Polls } from "./login-action.js";
import { Keys, Problem, Unreachable, call, clock } from "./login-api.js";
import { copy, passcodeFromMessage, recall, remember } from "./login-device.js";
import { $, announce, describe, fieldError, isDisabled } from "./login-dom.js";
import * as draw from "./login-screen.js";
import { notice, screen } from "./login-screen.js";
import { checkSignature, decode } from "./login-token.js";
import * as words from "./login-words.js";

const POLL_AFTER_S = [5, 10, 20, 40]; // how long after a send to ask what became of it
const SPOKEN_S = [60, 20]; // when the countdown is announced

const keys = new Keys();
const action = new OneAtATime();
const polls = new Polls(poll);
let login = null; // what POST /v1/login answered, and the name
let challenge = null; // the live challenge, or null
let phoneId = null;
let blockedUntil = null; // after too_many_sends
let lockEnd = null;
let token = null; // the access token
let retry = null; // what "Try again" repeats
let listening = null; // waiting for the browser to read the passcode from the message
let spoken = new Set(); // what has been announced about the current send

// Refusals

/** Do `work` for a button, alone; its refusal is put into words. */
function act(doing, button, label, work) {
  const refused = (error) => {
    retry = doing === "login" ? logIn : (clicked) => act(doing, button.isConnected ? button : clicked, label, work);
    refuse(error, doing);
  };
  return action.run(button, label, work, { refused, done: tick });
}

function refuse(error, doing) {
  if (error instanceof Unreachable) {
    notice(words.explainSilence(navigator.onLine, doing), { can, focus: true });
    return;
  }
  if (!(error instanceof Problem)) {
    console.error(error);
    notice(
      { kind: "error", title: "Something went wrong on this page", text: "Please load it again.", offers: [] },
      { focus: true },
    );
    return;
  }
  const { code, body } = error;
  if (code === "invalid_token" && doing !== "login") return sessionOver();
  if (code === "too_many_attempts") return lock(body.locked_until ?? isoTime(error.retryAt));
  if (code === "invalid_code" && (body.attempts_remaining === 0 || body.locked_until))
    return lock(body.locked_until ?? null);
  if (code === "no_phone") {
    login.phones = [];
    return choosePhone();
  }
  learnFrom(error, doing);
  const content = words.explain(error, {
    doing,
    prefix: challenge?.prefix,
    channel: challenge?.channel,
    now: clock.now(),
  });
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
    fieldError(content.field, content.text);
    if (code === "invalid_credentials") {
      $("login-name").setAttribute("aria-invalid", "true");
      describe($("login-name"), "password-error", true);
      $("password").value = "";
    }
    $(content.field).focus();
    if (content.field === "code") $("code").select();
    return;
  }
  notice(content, { can, focus: true, onUntil: takeAway });
  if (doing === "resend") poll(); // whether the earlier passcode still works
}

/** What a refusal says about the state of things. */
function learnFrom({ code, body, retryAt }, doing) {
  const sameLane = doing !== "email" || challenge?.channel === "email"; // emails and messages have cooldowns of their own
  if (challenge) {
    if (Number.isInteger(body.attempts_remaining)) challenge.attempts_remaining = body.attempts_remaining;
    if (code === "code_superseded" && body.prefix) challenge.prefix = body.prefix;
    if (code === "challenge_expired") challenge.status = "expired";
    if (code === "resend_too_soon" && retryAt && sameLane) challenge.resend_available_at = isoTime(retryAt);
    if (["phone_unusable", "destination_blocked"].includes(code)) challenge.resend_available_at = isoTime(clock.now());
    draw.drawChallenge(challenge, login);
  }
  if (["too_many_sends", "resend_too_soon"].includes(code) && sameLane) blockedUntil = retryAt;
  const phone = login?.phones?.find(({ id }) => id === phoneId);
  if (phone && code === "phone_unusable") phone.refused = "Cannot get our messages";
  if (phone && code === "destination_blocked") phone.refused = "We may not send to this number";
  if (phone && code === "phone_not_found") login.phones = login.phones.filter((other) => other !== phone);
  if (phone && screen.step === "phones") draw.drawPhones(login.phones, null, { pending: pending() });
}

/** Which ways out there are just now. */
function can(offer) {
  if (offer === "another-phone")
    return (
      screen.step !== "phones" && login.phones.some((phone) => phone.id !== phoneId || challenge?.channel === "email")
    );
  if (offer === "email") return Boolean(login?.help?.email) && challenge?.channel !== "email";
  if (offer === "call")
    return (
      Boolean(login?.channels?.includes("voice")) &&
      !(screen.step === "code" && ["voice", "email"].includes(challenge?.channel))
    );
  return true;
}

function takeAway(box) {
  if (!box.isConnected) return;
  const hadFocus = box.contains(document.activeElement);
  box.remove();
  announce("You can try again now.");
  if (hadFocus) $(`${screen.step}-title`).focus();
}

const isoTime = (ms) => (ms === null || ms === undefined ? null : new Date(ms).toISOString());

// Step 1: name and password

function start({ focus } = {}) {
  action.callOff();
  forgetChallenge();
  keys.forget();
  [login, token, phoneId, blockedUntil, lockEnd, retry] = [null, null, null, null, null, null];
  for (const slot of ["main", "delivery", "session"]) screen.clear(slot);
  clearLoginErrors();
  $("password").value = "";
  peek(false);
  for (const id of ["token-raw", "token-claims", "token-header"]) $(id).replaceChildren();
  $("help").open = false;
  go("login", focus ?? ($("login-name").value ? $("password") : $("login-name")));
}

function clearLoginErrors() {
  fieldError("login-name", "");
  fieldError("password", "");
  describe($("login-name"), "password-error", false);
}

function logIn() {
  const [name, password] = [$("login-name").value, $("password").value];
  if (action.busy) return;
  clearLoginErrors();
  screen.clear();
  if (!password) fieldError("password", "Enter your password.");
  if (!name.trim()) fieldError("login-name", "Enter your login name.");
  if (!name.trim()) return $("login-name").focus();
  if (!password) return $("password").focus();
  act("login", $("login-submit"), "Logging in…", async (signal) => {
    const answer = await call("POST", "/v1/login", { body: { login_name: name, password }, signal });
    remember($("remember").checked ? name.trim() : null);
    $("password").value = "";
    peek(false);
    login = { ...answer, name: name.trim(), phones: answer.phones ?? [] };
    if (answer.status === "authenticated") return finish(answer);
    if (answer.locked_until && Date.parse(answer.locked_until) > clock.now()) return lock(answer.locked_until);
    choosePhone();
  });
}

function peek(on) {
  $("password").type = on ? "text" : "password";
  $("peek").setAttribute("aria-pressed", String(on));
  $("peek").firstChild.nodeValue = on ? "Hide" : "Show";
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

const pending = () => challenge !== null && challenge.channel !== "email" && isOpen();

function choosePhone() {
  if (!login.phones.length) {
    const email = login.help?.email;
    $("no-phone-email").hidden = !email;
    $("no-phone-to").hidden = !email;
    $("no-phone-to").textContent = email ? `The email goes to ${email}, your contact email.` : "";
    return go("no-phone");
  }
  draw.drawPhones(login.phones, phoneId, { pending: pending() });
  draw.drawWays("phones-ways", login.channels ?? [], "sms");
  go("phones");
}

function sendToChosen(button = $("phones-submit"), channel = "sms") {
  phoneId = document.querySelector('[name="phone"]:checked').value;
  send(button, { phone_id: phoneId, channel });
}

/** Reach the phone another way: the one that is chosen, or the one the last passcode went to. */
function sendBy(button, channel) {
  if (screen.step === "phones") sendToChosen(button, channel);
  else send(button, { channel });
}

/** Send a passcode: of the challenge there is, or of a new one. */
function send(button, body = {}) {
  const resend = challenge !== null && !(challenge.channel === "email" && body.phone_id);
  const path = resend ? `/v1/challenges/${encodeURIComponent(challenge.id)}/resend` : "/v1/challenges";
  post(resend ? "resend" : "send", button, path, body);
}

function sendEmail(button) {
  post("email", button, "/v1/recovery", {});
}

function post(doing, button, path, body) {
  const channel = body.channel ?? (doing === "resend" ? challenge.channel : null);
  act(doing, button, channel === "voice" ? "Calling…" : "Sending…", async (signal) => {
    const answer = await keys.around(`${path} ${JSON.stringify(body)}`, (key) =>
      call("POST", path, { body, token: login.mfa_token, key, signal }),
    );
    opened(answer, doing === "resend");
  });
}

// Step 3: the passcode

const isOpen = () =>
  ["pending", undefined].includes(challenge.status) && Date.parse(challenge.expires_at) > clock.now();

function opened(answer, again) {
  challenge = answer;
  blockedUntil = null;
  spoken = new Set();
  for (const slot of ["main", "delivery"]) screen.clear(slot);
  $("code").value = "";
  $("help").open = false;
  fieldError("code", "");
  draw.drawForm("open");
  draw.drawChallenge(challenge, login);
  go("code", $("code"));
  if (again) notice({ kind: "info", ...words.sentAgain(challenge) }, { silent: true });
  troubles();
  polls.plan(...POLL_AFTER_S);
  listenForPasscode();
}

function forgetChallenge() {
  challenge = null;
  $("phones-pending").hidden = true;
  polls.stop();
  listening?.abort();
}

/** The challenge takes no more passcodes; say so, and offer the resend. */
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
  close(words.explain(new Problem(410, { code: "challenge_expired" }), { now: clock.now() }));
}

const trouble = () => words.deliveryTrouble(challenge, { others: login.phones.some(({ id }) => id !== phoneId) });

function troubles() {
  const phone = login.phones.find(({ id }) => id === phoneId);
  if (phone && words.isRefusedForGood(challenge)) phone.refused = "The carrier refused this number";
  if (screen.step !== "code" || challenge.status === "failed") return; // what has failed is closed, with the same words
  const content = trouble();
  const shown = screen.slot("delivery")?.firstElementChild;
  if (!content) screen.clear("delivery");
  else if (shown?.firstElementChild.textContent !== content.title) notice(content, { slot: "delivery", can });
}

function verify() {
  const text = $("code").value;
  const { digits, prefix } = words.readPasscode(text);
  if (action.busy || $("code").disabled) return;
  screen.clear();
  const which = words.whichMessage(challenge);
  const wrong = !text.trim()
    ? `Enter the passcode from the ${which}.`
    : digits === null
      ? `A passcode has 4 to 10 digits and no letters. Look for it in the ${which}.`
      : prefix !== null && prefix !== challenge.prefix
        ? `That passcode is from the message with reference ${prefix}. Use the newer one: the ${which}.`
        : "";
  fieldError("code", wrong);
  if (wrong) {
    $("code").focus();
    return $("code").select();
  }
  const path = `/v1/challenges/${encodeURIComponent(challenge.id)}/verify`;
  act("verify", $("verify"), "Verifying…", async (signal) => {
    finish(await call("POST", path, { body: { code: digits }, token: login.mfa_token, signal }));
  });
}

async function listenForPasscode() {
  listening?.abort();
  if (challenge.channel === "email") return;
  listening = new AbortController();
  const code = await passcodeFromMessage(listening.signal);
  if (code === null || screen.step !== "code" || $("code").disabled) return;
  $("code").value = code;
  announce("The passcode was filled in from the message.");
}

// What became of the message

async function poll() {
  if (action.busy || !challenge) return;
  const asked = challenge;
  try {
    const fresh = await call("GET", `/v1/challenges/${encodeURIComponent(asked.id)}`, { token: login.mfa_token });
    if (challenge !== asked || action.busy) return; // a later answer has taken its place
    challenge = fresh;
  } catch (error) {
    if (challenge !== asked || action.busy || !(error instanceof Problem)) return;
    if (["invalid_token", "too_many_attempts", "challenge_superseded", "challenge_not_found"].includes(error.code))
      refuse(error, "poll");
    return;
  }
  if (challenge.status === "locked") return lock(challenge.locked_until);
  draw.drawChallenge(challenge, login);
  troubles();
  tick();
  if (["delivered", "undelivered", "failed"].includes(challenge.delivery?.status)) polls.stop();
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden) polls.stop();
  else if (challenge && screen.step === "code") polls.plan(0, 10);
  tick();
});

// Locked

function lock(lockedUntil) {
  forgetChallenge();
  lockEnd = words.lockEnd(lockedUntil, clock.now());
  spoken = new Set();
  screen.clear("session");
  draw.drawLock(lockEnd);
  go("locked");
}

function afterLock() {
  lockEnd = null;
  if (Date.parse(login?.expires_at) > clock.now()) choosePhone();
  else start();
}

// The end

function finish(answer) {
  forgetChallenge();
  [token, retry] = [answer.token, null];
  $("code").value = "";
  for (const slot of ["main", "delivery", "session"]) screen.clear(slot);
  const decoded = decode(token);
  draw.drawToken(decoded, { name: login.name, lasts: answer.expires_in });
  delete login.mfa_token;
  go("token");
  checkSignature(decoded).then((state) => {
    if (token === answer.token) draw.drawSignature(state);
  });
}

async function copyToken() {
  const copied = await copy(token);
  if (!copied) {
    $("token-raw").closest("details").open = true;
    getSelection().selectAllChildren($("token-raw")); // ready to be copied by hand
  }
  $("copy").textContent = copied ? "Copied" : "Selected above";
  announce(copied ? "The token was copied." : "The token is selected, ready to be copied.");
  setTimeout(() => ($("copy").textContent = "Copy token"), 3000);
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

function go(step, focus) {
  screen.clear("main");
  if (login) clearLoginErrors();
  draw.drawHelp(step, {
    email: login?.help?.email,
    channel: step === "code" ? challenge?.channel : "sms",
    phones: login?.phones ?? [],
  });
  if (step !== "code" && step !== "no-phone" && step !== "phones") $("help").open = false;
  screen.show(step, focus);
  tick();
}

/** Say something about this send, once. */
function say(what, text) {
  if (spoken.has(what)) return;
  spoken.add(what);
  announce(text);
}

function resendLeft(now) {
  if (screen.step === "phones" && challenge?.channel === "email") return null; // a message has a cooldown of its own
  const times = [blockedUntil, Date.parse(challenge?.resend_available_at)].filter((time) => time > now);
  return times.length ? Math.max(...times) - now : null;
}

function tick() {
  const now = clock.now();
  for (const span of document.querySelectorAll("[data-until]")) {
    const left = Number(span.dataset.until) - now;
    span.textContent = words.shortCountdown(left);
    if (left <= 0) span.dispatchEvent(new Event("over"));
  }
  if (screen.step === "locked") tickLock(now);
  if (!["phones", "no-phone", "code"].includes(screen.step)) return;
  tickSession(now);
  if (!login) return;
  draw.drawResend(resendLeft(now));
  if (screen.step === "code" && challenge) tickChallenge(now);
}

function tickLock(now) {
  if (lockEnd === null) return;
  draw.drawLockLeft(lockEnd - now);
  if (lockEnd <= now) say("unlocked", "The lock is over. You can try again now.");
}

function tickSession(now) {
  const left = Date.parse(login.expires_at) - now;
  if (left <= 0 && !action.busy) sessionOver();
  else if (left <= 60_000 && !screen.slot("session").firstChild) {
    notice(
      { kind: "warning", text: "This login ends soon. You would have to enter your password again", until: now + left },
      { slot: "session" },
    );
  }
}

function tickChallenge(now) {
  const expires = Date.parse(challenge.expires_at);
  const left = challenge.status === "expired" ? 0 : expires - now;
  draw.drawTimeLeft(left, expires - Date.parse(challenge.sent_at));
  const open = isOpen();
  if (!open && !$("code").disabled && !action.busy) {
    if (challenge.status !== "failed") closeExpired();
    else if (screen.slot("main").firstChild)
      draw.drawForm("closed"); // it says why already
    else
      close(
        trouble() ?? {
          kind: "warning",
          title: "The passcode could not be sent",
          text: "Resend it, or have it sent somewhere else.",
          offers: ["another-phone", "email"],
        },
      );
  }
  if (!open) return;
  const total = (expires - Date.parse(challenge.sent_at)) / 1000;
  const due = SPOKEN_S.filter((seconds) => left <= seconds * 1000 && seconds < total * 0.8).at(-1);
  if (due && !spoken.has(due)) {
    SPOKEN_S.filter((seconds) => seconds >= due).forEach((seconds) => spoken.add(seconds));
    announce(`The passcode expires in ${words.duration(left)}.`);
  }
  if (resendLeft(now) === null) say("resend", "You can resend the passcode now.");
}

// What can be done

const ACTIONS = {
  restart: () => start(),
  cancel,
  "back-to-phones": () => choosePhone(),
  "another-phone": () => choosePhone(),
  "enter-code": () => (challenge ? go("code", $("code")) : choosePhone()),
  resend: (button) => send(button),
  way: (button) => sendBy(button, button.dataset.channel),
  call: (button) => sendBy(button, "voice"),
  email: (button) => sendEmail(button),
  retry: (button) => retry?.(button),
  "start-over": () => choosePhone(),
  "after-lock": () => afterLock(),
  "sign-out": signOut,
};

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-do]");
  if (!button) return;
  if (isDisabled(button)) return refuseForNow(button);
  ACTIONS[button.dataset.do](button);
});

function refuseForNow(button) {
  const left = resendLeft(clock.now());
  if (left !== null && button.id !== "locked-again")
    announce(`You can send another passcode in ${words.duration(left)}.`);
  else if (lockEnd !== null) announce(`You can try again in ${words.duration(lockEnd - clock.now())}.`);
}

function onSubmit(id, submit) {
  $(id).addEventListener("submit", (event) => {
    event.preventDefault();
    if (!action.busy) submit();
  });
}

onSubmit("login-form", logIn);
onSubmit("phones-form", () => (isDisabled($("phones-submit")) ? refuseForNow($("phones-submit")) : sendToChosen()));
onSubmit("code-form", verify);
$("peek").addEventListener("click", () => peek($("password").type === "password"));
$("copy").addEventListener("click", copyToken);
$("code").addEventListener("input", () => fieldError("code", ""));
$("code").addEventListener("paste", (event) => {
  // The whole message, or a code with blanks in it, becomes the digits, unless they belong to another message.
  const pasted = words.readPasscode(event.clipboardData?.getData("text") ?? "");
  if (pasted.digits === null || (pasted.prefix !== null && pasted.prefix !== challenge.prefix)) return;
  event.preventDefault();
  fieldError("code", "");
  $("code").value = pasted.digits;
});
window.addEventListener("online", () => {
  if (screen.slot("main")?.querySelector('[data-do="retry"]')) announce("You are online again. You can try again now.");
});
window.addEventListener("pageshow", (event) => {
  if (event.persisted) start(); // a page brought back by the browser's Back must not show an old login
});

const name = recall();
if (name) {
  $("login-name").value = name;
  $("remember").checked = true;
}
start();
setInterval(tick, 500);

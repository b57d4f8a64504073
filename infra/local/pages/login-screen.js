// How each step looks. Everything here draws what it is given; what happens next is decided in login.js.

import { clock } from "./login-api.js";
import { $, announce, describe, el, setDisabled } from "./login-dom.js";
import { factors, rows } from "./login-token.js";
import * as words from "./login-words.js";

const TITLES = {
  login: "Log in",
  phones: "Choose a phone",
  "no-phone": "No phone is registered",
  code: "Enter the passcode",
  locked: "Login is locked for now",
  token: "You are logged in",
};
const PROGRESS = { login: 0, phones: 1, "no-phone": 1, code: 2, token: 3 };
const LOW_MS = 60_000;

export const screen = {
  step: "login",

  /** Show one step and move the focus into it: to its heading, or where `focus` says. */
  show(step, focus) {
    this.step = step;
    for (const section of document.querySelectorAll(".step")) section.hidden = section.id !== `step-${step}`;
    $("card").dataset.step = step;
    document.title = `${TITLES[step]} · Backup client`;
    $("steps").hidden = !(step in PROGRESS);
    [...$("steps").children].forEach((item, index) => {
      item.toggleAttribute("data-done", index < PROGRESS[step]);
      if (index === PROGRESS[step]) item.setAttribute("aria-current", "step");
      else item.removeAttribute("aria-current");
    });
    (focus ?? $(`${step}-title`)).focus({ preventScroll: true });
    window.scrollTo({ top: 0 });
  },

  slot(name) {
    return name === "session"
      ? document.querySelector('[data-slot="session"]')
      : (document.querySelector(`#step-${this.step} [data-slot="${name}"]`) ??
          document.querySelector(`#step-${this.step} [data-slot]`));
  },

  clear(name = "main") {
    for (const slot of document.querySelectorAll(`[data-slot="${name}"]`)) slot.replaceChildren();
  },
};

// Notices

const OFFERS = {
  resend: "Resend passcode",
  "another-phone": "Use another phone",
  call: "Call me instead",
  email: "Email me a passcode",
  retry: "Try again",
  restart: "Back to login",
  "start-over": "Send a new passcode",
};

/**
 * Words with ways out: `{kind, title, text, until?, reference?, offers}` as login-words.js gives them.
 * `focus` moves the focus there, for the answer to something the person did; else it is announced.
 */
export function notice(content, { slot = "main", can = () => true, focus = false, silent = false, onUntil } = {}) {
  const box = el("div", { class: "notice", tabindex: "-1", dataset: { kind: content.kind } });
  if (content.title) box.append(el("p", { class: "notice-title" }, content.title));
  const text = el("p", {}, content.text);
  if ("until" in content) {
    if (content.until === null) text.append(" in a moment.");
    else {
      const left = el(
        "span",
        { class: "until", dataset: { until: content.until } },
        words.shortCountdown(content.until - clock.now()),
      );
      left.addEventListener("over", () => onUntil?.(box));
      text.append(` ${words.untilWords(content.until, clock.now())}`, left, ".");
    }
  }
  if (content.reference) text.append(" ", el("code", {}, content.reference));
  box.append(text);
  const offers = (content.offers ?? []).filter(can);
  if (offers.length) {
    const buttons = offers.map((offer, index) =>
      ["resend", "call"].includes(offer)
        ? el(
            "button",
            {
              type: "button",
              class: index ? "button small" : "button primary small",
              dataset: { do: offer, resend: "" },
            },
            OFFERS[offer],
            el("span", { class: "in", dataset: { resendIn: "" }, "aria-hidden": "true" }),
          )
        : el(
            "button",
            {
              type: "button",
              class: index || offer === "email" ? "button small" : "button primary small",
              dataset: { do: offer },
            },
            OFFERS[offer],
          ),
    );
    box.append(el("div", { class: "notice-actions" }, ...buttons));
  }
  screen.slot(slot).replaceChildren(box);
  if (focus) {
    box.focus();
    box.scrollIntoView({ block: "nearest" });
  } else if (!silent) {
    const wait = content.until ? ` in ${words.duration(content.until - clock.now())}` : "";
    announce([content.title, content.text + wait].filter(Boolean).join(". "));
  }
  return box;
}

// Step 2

export function drawPhones(phones, chosenId, { pending }) {
  $("phones").replaceChildren(
    ...phones.map((phone, index) => {
      const note = phone.refused ?? (phone.verified ? "Verified" : "Not verified yet: the first passcode does that");
      const id = `phone-${index}`;
      return el(
        "label",
        { class: "choice", for: id },
        el("input", { type: "radio", name: "phone", id, value: phone.id, "aria-describedby": `${id}-note` }),
        el(
          "span",
          { class: "choice-text" },
          el("span", { class: "choice-number" }, words.phoneName(phone)),
          el("span", { class: "choice-note", id: `${id}-note` }, note),
        ),
      );
    }),
  );
  const usable = phones.find((phone) => phone.id === chosenId) ?? phones.find((phone) => !phone.refused) ?? phones[0];
  for (const input of document.querySelectorAll('[name="phone"]')) input.checked = input.value === usable?.id;
  $("phones-pending").hidden = !pending;
}

// Step 3

/** The other ways to reach the phone, beside the one that is used: those that are offered here, and of this list. */
export function drawWays(id, offered, used) {
  const others = Object.keys(words.WAYS).filter((channel) => offered.includes(channel) && channel !== used);
  const before = [...$(id).children].map((button) => button.dataset.channel);
  if (before.join() !== others.join()) {
    $(id).replaceChildren(
      ...others.map((channel) =>
        el(
          "button",
          { type: "button", class: "link", dataset: { do: "way", channel, resend: "" } },
          words.WAYS[channel].instead,
        ),
      ),
    );
  }
  $(id).hidden = !others.length;
}

/** Draw the challenge. What the person has typed and where the focus is stay as they are. */
export function drawChallenge(challenge, { phones, help, channels = [] }) {
  const [before, after] = words.sentSentence(challenge.channel);
  $("code-lead").replaceChildren(before, el("strong", {}, words.destinationName(challenge, phones, help)), after);
  $("code-prefix").textContent = challenge.prefix;
  $("code-hint").textContent = words.hint(challenge);
  for (const part of $("code-box").querySelectorAll("span")) part.hidden = !words.hasReference(challenge.channel);
  drawDelivery(challenge);
  drawAttempts(challenge.attempts_remaining);
  describe($("code"), "code-hint", true);
  describe($("code"), "code-lead", true);
  $("another-phone").hidden = challenge.channel === "email" ? phones.length === 0 : phones.length < 2;
  $("another-phone").textContent = challenge.channel === "email" ? "Use a phone" : "Use another phone";
  for (const id of ["resend", "resend-expired"]) {
    if (!$(id).getAttribute("aria-busy"))
      $(id).firstChild.nodeValue = words.WAYS[challenge.channel]?.again ?? "Resend passcode";
  }
  drawWays("code-ways", challenge.channel === "email" ? [] : channels, challenge.channel);
}

function drawDelivery(challenge) {
  const line = words.deliveryLine(challenge);
  $("delivery").dataset.state = line.state;
  $("delivery-text").textContent = line.text;
}

export function drawAttempts(left) {
  const warning = words.attemptsWarning(left);
  $("code-attempts").textContent = warning ?? "";
  $("code-attempts").hidden = !warning;
  describe($("code"), "code-attempts", Boolean(warning));
}

/** An "open" challenge takes a passcode, a "closed" one (expired, failed) only a resend, an "ended" one nothing more. */
export function drawForm(state) {
  const open = state === "open";
  $("code").disabled = !open;
  for (const id of ["verify", "resend", "delivery", "code-hint"]) $(id).hidden = !open;
  if (state === "ended") $("code-ways").hidden = true;
  $("code-links").querySelector(".aside-text").hidden = !open;
  $("resend-expired").hidden = state !== "closed";
  $("code-form").querySelector(".times").hidden = state === "ended";
  $("time-bar").hidden = state === "ended";
}

export function drawTimeLeft(left, total) {
  const over = left <= 0;
  $("timer").textContent = words.countdown(left);
  $("time-label").textContent = over ? "Expired" : left <= LOW_MS ? "Less than a minute left" : "Time left";
  $("code-form").toggleAttribute("data-low", left <= LOW_MS);
  $("time-bar").value = total > 0 ? Math.max(0, Math.min(1, left / total)) : 0;
}

/** Every button that resends, with the seconds until it does. `left` is null when nothing stands in the way. */
export function drawResend(left) {
  for (const button of document.querySelectorAll("[data-resend], #phones-submit")) {
    if (button.getAttribute("aria-busy")) continue;
    setDisabled(button, left !== null);
    const wait = button.querySelector("[data-resend-in]");
    if (wait) wait.textContent = left === null ? "" : ` in ${words.shortCountdown(left)}`;
  }
}

// Locked

export function drawLock(end) {
  const when = end === null ? "until an administrator unlocks it" : `until ${words.localTime(end, clock.now())}`;
  $("locked-lead").textContent =
    `Too many wrong passcodes were entered. To keep your account safe, no passcode is sent or accepted ${when}.`;
  $("locked-timer").hidden = end === null;
  $("locked-again").hidden = end === null;
}

export function drawLockLeft(left) {
  $("locked-timer").textContent = words.shortCountdown(left);
  setDisabled($("locked-again"), left > 0);
}

// The end

export function drawToken({ header, claims, parts }, { name, lasts }) {
  $("token-lead").replaceChildren(
    "As ",
    el("strong", {}, claims.sub ?? name),
    `, with ${factors(claims.amr) || "your password"}.`,
    lasts ? ` The login is good for ${words.duration(lasts * 1000)}.` : "",
  );
  for (const [id, object] of [
    ["token-claims", claims],
    ["token-header", header],
  ]) {
    $(id).replaceChildren(
      ...rows(object).map((row) =>
        el(
          "tr",
          { role: "row" },
          el(
            "th",
            { scope: "row", role: "rowheader" },
            row.name,
            row.name === row.claim ? null : " ",
            row.name === row.claim ? null : el("code", {}, row.claim),
          ),
          el("td", { role: "cell" }, row.value, row.note ? el("small", {}, row.note) : null),
        ),
      ),
    );
  }
  const [head, body, sign] = parts;
  $("token-raw").replaceChildren(
    el("span", { class: "head" }, head),
    ".",
    el("span", { class: "body" }, body),
    ".",
    el("span", { class: "sign" }, sign),
  );
  drawSignature("checking");
}

export function drawSignature(state) {
  $("token-signature").dataset.state = state;
  $("token-signature").textContent = {
    checking: "Checking the signature…",
    valid: "The signature is right: checked with the public keys of this service",
    invalid: "The signature is wrong. Do not trust this token.",
    unchecked: "The signature was not checked",
  }[state];
}

// Help

export function drawHelp(step, { email, channel, phones }) {
  const body = $("help-body");
  $("help").hidden = step === "token";
  const item = (text) => el("li", {}, text);
  if (step === "login") {
    body.replaceChildren(
      el("p", {}, "Forgot your login name or password? Your administrator can look up the one and set a new other."),
    );
    return;
  }
  if (step === "locked") {
    body.replaceChildren(
      el(
        "p",
        {},
        "While the login is locked, an email would not help either. Your administrator can unlock it at once.",
      ),
    );
    return;
  }
  const tips =
    channel === "email"
      ? ["Look into the folder for spam, too.", "An email may take a minute or two to arrive."]
      : channel === "voice"
        ? ["Is the phone switched on, and has it got a signal?", "The call comes from a number that you may not know."]
        : [
            "Is the phone switched on, and has it got a signal? Text messages need no internet.",
            "A text message may take a minute or two to arrive.",
          ];
  if (phones.length > 1 && channel !== "email") tips.push("You can have the passcode sent to another of your phones.");
  const parts = [step === "no-phone" ? null : el("ul", {}, ...tips.map(item))];
  if (email && channel !== "email" && step !== "no-phone") {
    parts.push(
      el(
        "p",
        {},
        "No phone at hand? A passcode can be sent to your contact email ",
        el("strong", {}, email),
        " instead. To keep your account safe, your verified phones are told about it.",
      ),
      el("button", { type: "button", class: "button small", dataset: { do: "email" } }, "Email me a passcode"),
    );
  }
  parts.push(el("p", {}, "Has your number changed? Your administrator can put in the new one."));
  body.replaceChildren(...parts.filter(Boolean));
}

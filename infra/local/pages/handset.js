// Asks once a second for new messages and shows them, newest first. A call is shown as the words it says; where the
// browser can speak, it says them.

import { $, el } from "/static/shared/dom.js";

/**
 * A message as the local stack keeps it. `channel` is missing for text messages and emails; `subject` is an email's.
 * @typedef {object} Message
 * @property {string} to
 * @property {string} from
 * @property {string} body
 * @property {string} received_at
 * @property {string} [channel]
 * @property {string} [provider] of messages that Twilio did not send
 * @property {string} [subject]
 * @property {string} [language]
 */

const EVERY_MS = 1000;
const SHOWN = 200;
/** @type {Record<string, string>} */
const CHANNELS = { voice: "Call", whatsapp: "WhatsApp" };
/** @type {Record<string, string>} */
const PROVIDERS = { aws: "AWS" };

const list = $("messages");
const receiver = $("receiver", HTMLSelectElement);

/** The messages that are shown; null before the first answer. @type {Set<string> | null} */
let seen = null;
/** @type {Set<string>} */
const receivers = new Set();

// The chosen receiver is in the address, so that it survives a reload and can be linked to.
const wanted = new URLSearchParams(location.search).get("to")?.trim();
if (wanted) {
  offer(wanted.includes("@") || wanted.startsWith("+") ? wanted : `+${wanted}`);
  receiver.value = receiver.options[receiver.options.length - 1].value;
}

receiver.addEventListener("change", () => {
  const query = receiver.value ? `?to=${encodeURIComponent(receiver.value)}` : location.pathname;
  history.replaceState(null, "", query);
  seen = null;
  refresh();
});

/**
 * Offer a receiver in the menu.
 * @param {string} to
 */
function offer(to) {
  if (receivers.has(to)) return;
  receivers.add(to);
  receiver.append(el("option", { value: to }, to));
}

/**
 * @param {string} text
 * @param {string} kind
 */
function report(text, kind) {
  const state = $("state");
  if (state.className === kind) return;
  state.className = kind;
  state.textContent = text;
}

/**
 * @param {string} to
 * @returns {Promise<Message[]>}
 */
async function load(to) {
  const answer = await fetch(`/handset/messages?details=1&limit=${SHOWN}&to=${encodeURIComponent(to)}`);
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  return answer.json();
}

async function refresh() {
  const to = receiver.value;
  try {
    const messages = await load(to);
    if (to !== receiver.value) return;
    report("Connected", "connected");
    for (const message of messages) offer(message.to);
    show(messages);
  } catch {
    report("The local stack does not answer", "broken");
  }
}

/** @param {Message[]} messages */
function show(messages) {
  const first = seen === null;
  const known = seen ?? new Set();
  seen = new Set(messages.map(key));
  $("empty").hidden = messages.length > 0;
  const fresh = messages.filter((message) => !known.has(key(message)));
  if (first) {
    list.replaceChildren(...messages.map(draw));
  } else if (fresh.length > 0) {
    list.prepend(...fresh.map(draw));
    const noun = fresh[0].channel === "voice" ? "call" : "message";
    $("arrived").textContent = `New ${noun} for ${fresh[0].to}: ${fresh[0].body}`;
  }
  while (list.children.length > SHOWN) list.lastElementChild?.remove();
}

/** @param {Message} message */
function key(message) {
  return `${message.received_at} ${message.provider ?? ""} ${message.channel ?? ""} ${message.to} ${message.body}`;
}

/** @param {Message} message */
function draw(message) {
  const called = message.channel === "voice";
  const channel = CHANNELS[message.channel ?? ""];
  const provider = PROVIDERS[message.provider ?? ""];
  const time = new Date(message.received_at).toLocaleTimeString();
  const text = message.subject ? `${message.subject}\n\n${message.body}` : message.body;
  const code = called ? heardCode(message.body) : /(?:^|\D)(\d{4,10})(?!\d)/.exec(message.body)?.[1];
  const about = el(
    "p",
    { class: "about" },
    channel ? [el("span", { class: "channel" }, channel), " "] : null,
    provider ? [el("span", { class: "provider" }, provider), " "] : null,
    [el("span", { class: "from" }, message.from), " "],
    [el("span", { class: "to" }, `to ${message.to}`), " "],
    el("time", { datetime: message.received_at }, time),
  );
  return el(
    "li",
    { class: channel ? message.channel : null },
    about,
    el("p", { class: "body" }, text),
    code ? copyButton(code) : null,
    called && "speechSynthesis" in window ? playButton(message) : null,
  );
}

/** @param {string} code */
function copyButton(code) {
  const copy = el("button", { type: "button", class: "copy" }, `Copy ${code}`);
  copy.addEventListener("click", async () => {
    await navigator.clipboard.writeText(code);
    copy.textContent = `Copied ${code}`;
  });
  return copy;
}

/** @param {Message} message */
function playButton(message) {
  const play = el("button", { type: "button", class: "play" }, "Play");
  play.addEventListener("click", () => speak(message, play));
  return play;
}

/**
 * The digits of a call, which are spoken one by one and stand apart.
 * @param {string} text
 */
function heardCode(text) {
  const heard = /(?<!\d[\s,.…]{0,3})\d(?:[ ,.…]{0,3}\d){3,9}(?![\s,.…]{0,3}\d)/.exec(text.replaceAll("\n", " · "));
  return heard?.[0].replace(/\D/g, "");
}

/** @type {HTMLElement | null} */
let speaking = null;

/**
 * Speak a call, or stop speaking it.
 * @param {Message} message
 * @param {HTMLElement} button
 */
function speak(message, button) {
  const again = speaking === button;
  speechSynthesis.cancel();
  if (again) return;
  const speech = new SpeechSynthesisUtterance(message.body);
  speech.lang = message.language ?? "en-US";
  const ended = () => {
    button.textContent = "Play";
    if (speaking === button) speaking = null;
  };
  speech.onend = ended;
  speech.onerror = ended;
  speaking = button;
  button.textContent = "Stop";
  speechSynthesis.speak(speech);
}

refresh();
setInterval(() => {
  if (!document.hidden) refresh();
}, EVERY_MS);
document.addEventListener("visibilitychange", refresh);

"use strict";

// Asks once a second for what has arrived and shows it, newest first. Text is only ever set as text.
// A call is shown as what it says; where the browser can speak, it says it.
const EVERY = 1000;
const SHOWN = 200;
const CHANNELS = { voice: "Call", whatsapp: "WhatsApp" };

const list = document.getElementById("messages");
const empty = document.getElementById("empty");
const state = document.getElementById("state");
const arrived = document.getElementById("arrived");
const receiver = document.getElementById("receiver");
const template = document.getElementById("message");

let seen = null;
const receivers = new Set();

// The chosen receiver is in the address, so that it survives a reload and can be linked to.
const wanted = new URLSearchParams(location.search).get("to");
if (wanted) {
  const value = wanted.trim();
  offer(value.includes("@") || value.startsWith("+") ? value : `+${value}`);
  receiver.value = receiver.options[receiver.options.length - 1].value;
}

receiver.addEventListener("change", () => {
  const query = receiver.value ? `?to=${encodeURIComponent(receiver.value)}` : location.pathname;
  history.replaceState(null, "", query);
  seen = null;
  refresh();
});

function offer(to) {
  if (receivers.has(to)) {
    return;
  }
  receivers.add(to);
  const option = document.createElement("option");
  option.value = to;
  option.textContent = to;
  receiver.append(option);
}

function report(text, kind) {
  if (state.className !== kind) {
    state.className = kind;
    state.textContent = text;
  }
}

async function load(to) {
  const answer = await fetch(`/handset/messages?details=1&limit=${SHOWN}&to=${encodeURIComponent(to)}`);
  if (!answer.ok) {
    throw new Error(`status ${answer.status}`);
  }
  return answer.json();
}

async function refresh() {
  const to = receiver.value;
  try {
    const messages = await load(to);
    if (to !== receiver.value) {
      return;
    }
    report("Connected", "connected");
    for (const message of messages) {
      offer(message.to);
    }
    show(messages);
  } catch {
    report("The local stack does not answer", "broken");
  }
}

function show(messages) {
  const first = seen === null;
  const known = seen ?? new Set();
  seen = new Set(messages.map(key));
  empty.hidden = messages.length > 0;
  const fresh = messages.filter((message) => !known.has(key(message)));
  if (first) {
    list.replaceChildren(...messages.map(draw));
  } else if (fresh.length > 0) {
    list.prepend(...fresh.map(draw));
    const what = fresh[0].channel === "voice" ? "call" : "message";
    arrived.textContent = `New ${what} for ${fresh[0].to}: ${fresh[0].body}`;
  }
  while (list.children.length > SHOWN) {
    list.lastElementChild.remove();
  }
}

function key(message) {
  return `${message.received_at} ${message.channel ?? ""} ${message.to} ${message.body}`;
}

function draw(message) {
  const item = template.content.cloneNode(true).querySelector("li");
  const channel = item.querySelector(".channel");
  if (message.channel in CHANNELS) {
    item.classList.add(message.channel);
    channel.textContent = CHANNELS[message.channel];
  } else {
    channel.remove();
  }
  item.querySelector(".from").textContent = message.from;
  item.querySelector(".to").textContent = `to ${message.to}`;
  const time = item.querySelector("time");
  time.dateTime = message.received_at;
  time.textContent = new Date(message.received_at).toLocaleTimeString();
  const text = message.subject ? `${message.subject}\n\n${message.body}` : message.body;
  item.querySelector(".body").textContent = text;
  const copy = item.querySelector(".copy");
  const code =
    message.channel === "voice" ? heardCode(message.body) : /(?:^|\D)(\d{4,10})(?!\d)/.exec(message.body)?.[1];
  if (code) {
    copy.textContent = `Copy ${code}`;
    copy.addEventListener("click", () => {
      navigator.clipboard.writeText(code).then(() => {
        copy.textContent = `Copied ${code}`;
      });
    });
  } else {
    copy.remove();
  }
  const play = item.querySelector(".play");
  if (message.channel === "voice" && "speechSynthesis" in window) {
    play.addEventListener("click", () => speak(message, play));
  } else {
    play.remove();
  }
  return item;
}

// Digits that are spoken one by one stand apart.
function heardCode(text) {
  const heard = /(?<!\d[\s,.…]{0,3})\d(?:[ ,.…]{0,3}\d){3,9}(?![\s,.…]{0,3}\d)/.exec(text.replaceAll("\n", " · "));
  return heard?.[0].replace(/\D/g, "");
}

let speaking = null;

function speak(message, button) {
  const again = speaking === button;
  speechSynthesis.cancel();
  if (again) {
    return;
  }
  const speech = new SpeechSynthesisUtterance(message.body);
  speech.lang = message.language ?? "en-US";
  speech.onend = speech.onerror = () => {
    button.textContent = "Play";
    if (speaking === button) {
      speaking = null;
    }
  };
  speaking = button;
  button.textContent = "Stop";
  speechSynthesis.speak(speech);
}

refresh();
setInterval(() => {
  if (!document.hidden) {
    refresh();
  }
}, EVERY);
document.addEventListener("visibilitychange", refresh);

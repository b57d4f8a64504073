"use strict";

// Asks once a second for what has arrived and shows it, newest first. Text is only ever set as text.
const EVERY = 1000;
const SHOWN = 200;

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
    arrived.textContent = `New message for ${fresh[0].to}: ${fresh[0].body}`;
  }
  while (list.children.length > SHOWN) {
    list.lastElementChild.remove();
  }
}

function key(message) {
  return `${message.received_at} ${message.to} ${message.body}`;
}

function draw(message) {
  const item = template.content.cloneNode(true).querySelector("li");
  item.querySelector(".from").textContent = message.from;
  item.querySelector(".to").textContent = `to ${message.to}`;
  const time = item.querySelector("time");
  time.dateTime = message.received_at;
  time.textContent = new Date(message.received_at).toLocaleTimeString();
  const text = message.subject ? `${message.subject}\n\n${message.body}` : message.body;
  item.querySelector(".body").textContent = text;
  const copy = item.querySelector(".copy");
  const code = /(?:^|\D)(\d{4,10})(?!\d)/.exec(message.body);
  if (code) {
    copy.textContent = `Copy ${code[1]}`;
    copy.addEventListener("click", () => {
      navigator.clipboard.writeText(code[1]).then(() => {
        copy.textContent = `Copied ${code[1]}`;
      });
    });
  } else {
    copy.remove();
  }
  return item;
}

refresh();
setInterval(() => {
  if (!document.hidden) {
    refresh();
  }
}, EVERY);
document.addEventListener("visibilitychange", refresh);

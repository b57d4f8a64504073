"use strict";

// The simulated Twilio: what is to go wrong, what it was asked for and whom it told. Without one the panel stays away.
(() => {
  const SHOWN = 30;
  const aside = document.getElementById("twilio");
  const panel = document.getElementById("twilio-panel");
  const inForce = document.getElementById("in-force");
  const form = document.getElementById("fault");
  const what = document.getElementById("what");
  const refused = document.getElementById("refused");
  const news = document.getElementById("twilio-news");
  const fields = [...form.querySelectorAll("[data-member]")];

  // A name for each, its rule, and the members a person may fill in.
  const FAULTS = {
    "The answer": [
      ["Too many requests (429)", { fault: "status", status: 429 }, { retry_after: "2" }],
      ["Server error (500)", { fault: "status", status: 500 }],
      ["Unavailable (503)", { fault: "status", status: 503 }],
      ["Server error, message sent", { fault: "status", status: 500, accept: true }],
      ["Refused with an error code", { fault: "error" }, { code: "21610" }],
      ["Wrong credentials (20003)", { fault: "error", code: 20003, status: 401 }],
      ["Connection reset, nothing sent", { fault: "reset" }],
      ["Connection reset, message sent", { fault: "reset_after_accept" }],
      ["Half an answer, message sent", { fault: "malformed" }],
      ["Late answer, message sent", { fault: "slow" }, { seconds: "30" }],
    ],
    "The way to the phone": [
      ["Undelivered", { fault: "delivery", status: "undelivered" }, { error_code: "30005" }],
      ["Failed", { fault: "delivery", status: "failed" }, { error_code: "30003" }],
      ["Nobody answers the call", { fault: "delivery", status: "no-answer" }],
      ["The line is busy", { fault: "delivery", status: "busy" }],
      ["Late message", { fault: "delivery_delay" }, { seconds: "30" }],
    ],
    "Status callbacks": [
      ["Each one twice", { fault: "duplicate_callbacks" }],
      ["In reverse order", { fault: "reordered_callbacks" }],
      ["None", { fault: "lost_callbacks" }],
    ],
    "The account": [
      ["Trial account", { fault: "trial" }, { verified: "+85292153799" }],
      ["WhatsApp session open", { fault: "whatsapp_session" }],
    ],
  };
  const choices = Object.values(FAULTS).flat();

  for (const [group, entries] of Object.entries(FAULTS)) {
    const element = document.createElement("optgroup");
    element.label = group;
    for (const entry of entries) {
      const option = document.createElement("option");
      option.value = String(choices.indexOf(entry));
      option.textContent = entry[0];
      element.append(option);
    }
    what.append(element);
  }

  function ask(method, path, body) {
    const headers = body === undefined ? {} : { "Content-Type": "application/json" };
    return fetch(path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
  }

  function choose() {
    const wanted = choices[Number(what.value)][2] ?? {};
    for (const field of fields) {
      const member = field.dataset.member;
      const input = field.querySelector("input");
      field.hidden = !(member in wanted);
      input.required = !field.hidden && member !== "verified" && member !== "retry_after";
      input.disabled = field.hidden;
      input.value = wanted[member] ?? "";
    }
    refused.textContent = "";
  }

  function chosen() {
    const rule = { ...choices[Number(what.value)][1] };
    for (const field of fields) {
      const { value } = field.querySelector("input");
      if (!field.hidden && field.dataset.member === "verified") {
        rule.verified = value.split(/[\s,;]+/).filter(Boolean);
      } else if (!field.hidden && value) {
        rule[field.dataset.member] = Number(value);
      }
    }
    const { times, channel, number } = form.elements;
    if (times.value) {
      rule.times = Number(times.value);
    }
    if (channel.value) {
      rule.channel = channel.value;
    }
    if (number.value.trim()) {
      rule.to = number.value.trim().replaceAll(/[\s()-]/g, "");
    }
    return rule;
  }

  // The name of the rule, then its members that the name does not tell, how often and for whom.
  function words(rule) {
    const alike = choices.filter(([, one]) => one.fault === rule.fault);
    const fitting = alike.filter(([, one]) => Object.entries(one).every(([name, value]) => rule[name] === value));
    const best =
      fitting.toSorted(([, one], [, other]) => Object.keys(other).length - Object.keys(one).length)[0] ?? alike[0];
    const parts = [best ? best[0] : rule.fault];
    const seconds = (name) =>
      rule[name] === undefined ? [] : [`${name === "seconds" ? "" : "again after "}${rule[name]}\u00a0s`];
    parts.push(...[rule.code, rule.error_code].filter((code) => code && code !== best?.[1].code).map(String));
    parts.push(...seconds("seconds"), ...seconds("retry_after"));
    if (rule.verified) {
      parts.push(rule.verified.length > 0 ? `verified ${rule.verified.join(", ")}` : "no verified number");
    }
    parts.push(rule.times === undefined ? "until ended" : rule.times === 1 ? "once" : `${rule.times} times`);
    parts.push(
      { sms: "text messages", whatsapp: "WhatsApp", voice: "calls" }[rule.channel],
      rule.to && `to ${rule.to}`,
    );
    return parts.filter(Boolean).join(" · ");
  }

  const drawn = {};

  // Draws a list anew only when it has changed, so that the focus stays where it is.
  function draw(id, items, make) {
    const now = JSON.stringify(items);
    if (drawn[id] === now) {
      return false;
    }
    drawn[id] = now;
    document.getElementById(id).replaceChildren(...items.map(make));
    document.getElementById(`no-${id}`).hidden = items.length > 0;
    return true;
  }

  function showRules(rules) {
    draw("rules", rules, (rule, index) => {
      const item = document.createElement("li");
      const text = document.createElement("span");
      text.textContent = words(rule);
      const end = document.createElement("button");
      end.type = "button";
      end.textContent = "End";
      end.setAttribute("aria-label", `End: ${words(rule)}`);
      end.addEventListener("click", () => change("PUT", rules.toSpliced(index, 1), "Ended"));
      item.append(text, end);
      return item;
    });
    document.getElementById("end-all").hidden = rules.length === 0;
    inForce.textContent =
      rules.length === 0 ? "works as usual" : rules.length === 1 ? "1 fault" : `${rules.length} faults`;
    inForce.className = rules.length === 0 ? "" : "wrong";
  }

  function line(at, text, more, result, good) {
    const item = document.createElement("li");
    const time = document.createElement("time");
    time.dateTime = at;
    time.textContent = new Date(at).toLocaleTimeString();
    const about = document.createElement("span");
    about.className = "what";
    about.textContent = text;
    if (more) {
      const extra = document.createElement("span");
      extra.className = "more";
      extra.textContent = ` ${more}`;
      about.append(extra);
    }
    const end = document.createElement("span");
    end.className = good ? "good" : "bad";
    end.textContent = result;
    item.append(time, about, end);
    return item;
  }

  function showRequests(requests) {
    draw("requests", requests, (one) => {
      const kind = { Messages: "Message", Calls: "Call" }[/\/(\w+)\.json$/.exec(one.path)?.[1]] ?? one.path;
      const whole = one.to ? `${kind} to ${one.to}` : `${one.method} ${kind}`;
      const result = one.status === null ? "no answer" : [one.status, one.code].filter(Boolean).join(" ");
      return line(one.received_at, whole, one.faults.join(", "), result, one.status !== null && one.status < 400);
    });
  }

  function showCallbacks(callbacks) {
    draw("callbacks", callbacks, (one) => {
      const good = one.answer !== null && one.answer < 400;
      return line(
        one.sent_at,
        `${one.status} to ${one.to}`,
        one.error_code ?? "",
        String(one.answer ?? "nobody there"),
        good,
      );
    });
  }

  async function change(method, body, done) {
    refused.textContent = "";
    try {
      const answer = await ask(method, "/handset/faults", body);
      const result = await answer.json();
      if (answer.ok) {
        showRules(result);
        news.textContent = done;
      } else {
        refused.textContent = result.error;
      }
    } catch {
      refused.textContent = "The local stack does not answer.";
    }
  }

  async function load(path) {
    const answer = await ask("GET", path);
    if (!answer.ok) {
      throw new Error(`status ${answer.status}`);
    }
    return answer.json();
  }

  let tick = 0;

  async function refresh() {
    try {
      if (panel.open) {
        const [rules, requests, callbacks] = await Promise.all(
          ["/handset/faults", `/handset/requests?limit=${SHOWN}`, `/handset/callbacks?limit=${SHOWN}`].map(load),
        );
        showRules(rules);
        showRequests(requests);
        showCallbacks(callbacks);
      } else if (tick % 5 === 0) {
        showRules(await load("/handset/faults"));
      }
      tick += 1;
    } catch {
      // The handset says that the stack does not answer.
    }
  }

  what.addEventListener("change", choose);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    change("POST", chosen(), `Added: ${words(chosen())}`);
  });
  document.getElementById("end-all").addEventListener("click", () => change("PUT", [], "Ended all"));
  panel.addEventListener("toggle", refresh);
  choose();
  load("/handset/twilio").then(
    () => {
      aside.hidden = false;
      document.body.classList.add("with-twilio");
      refresh();
      setInterval(() => {
        if (!document.hidden) {
          refresh();
        }
      }, 1000);
    },
    () => {}, // messages go to a real Twilio
  );
})();

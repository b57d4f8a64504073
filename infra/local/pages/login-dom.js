// The few things this page does to its document: build, announce, keep a button busy, tie an error to its field.

export const $ = (id) => document.getElementById(id);

/** An element; text and elements as children; `class`, `dataset` and listeners (`onclick`) among the attributes. */
export function el(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (key === "dataset") Object.assign(element.dataset, value);
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** Tell a screen reader, politely and once. Nothing is said while the page says it by moving the focus. */
export function announce(text) {
  const region = $("announcer");
  region.textContent = "";
  setTimeout(() => {
    region.textContent = text;
  }, 80);
}

export function setBusy(button, busy, label) {
  if (!button) return;
  if (busy) {
    button.dataset.label = button.firstChild.nodeValue;
    button.firstChild.nodeValue = label ?? button.dataset.label;
    button.setAttribute("aria-busy", "true");
  } else if (button.dataset.label !== undefined) {
    button.firstChild.nodeValue = button.dataset.label;
    delete button.dataset.label;
    button.removeAttribute("aria-busy");
  }
}

/** Greyed and refusing, but still reachable, so that the focus does not fall off it and its reason can be heard. */
export function setDisabled(button, disabled) {
  if (disabled) button.setAttribute("aria-disabled", "true");
  else button.removeAttribute("aria-disabled");
}

export const isDisabled = (button) => button.getAttribute("aria-disabled") === "true";

/** Put words below a field and tie them to it; empty words take them away. */
export function fieldError(id, text) {
  const [input, error] = [$(id), $(`${id}-error`)];
  error.textContent = text;
  error.hidden = !text;
  if (text) input.setAttribute("aria-invalid", "true");
  else input.removeAttribute("aria-invalid");
  describe(input, error.id, Boolean(text));
}

/** Add an id to, or take it from, what describes an input. An error is heard first. */
export function describe(input, id, on) {
  const ids = (input.getAttribute("aria-describedby") ?? "").split(" ").filter(Boolean);
  if (ids.includes(id) === on) return;
  const list = on ? [id, ...ids] : ids.filter((other) => other !== id);
  if (list.length) input.setAttribute("aria-describedby", list.join(" "));
  else input.removeAttribute("aria-describedby");
}

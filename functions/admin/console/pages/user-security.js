// Security settings of a user: the switch, the phones, the lock. The switch and the phones are staged, then saved.

import { Problem } from "../api.js";
import { bdi, busyWhile, button, el, icon } from "../dom.js";
import { confirm, notice, toast, toastError } from "../dialogs.js";
import { phoneField, switchField } from "../fields.js";
import { saveBar } from "../draft.js";
import { badge, section } from "../page.js";
import { maskedPhone, readNumber, regionName, spaced } from "../regions.js";
import { fieldSentence, sentence } from "../refusals.js";
import { guard } from "../router.js";
import { admin } from "../session.js";
import { table } from "../table.js";
import { ago, isLocked, localTime, lockEnd, time } from "../words.js";

const MOST_PHONES = 5;

export function draw(room, { user, path, changed }) {
  let current = user;
  let mfa = null; // the switch as it will be, or null
  let added = []; // [{number, error}]
  const removed = new Set(); // ids
  const revealed = new Set();
  const listeners = new Set();
  const count = () => (mfa === null ? 0 : 1) + added.length + removed.size;
  const tell = () => listeners.forEach((listener) => listener());
  guard({ dirty: () => count() > 0, discard: forget });
  drawAll();

  function forget() {
    mfa = null;
    added = [];
    removed.clear();
  }

  function drawAll() {
    const bar = saveBar({
      count,
      watch: (listener) => {
        listeners.clear();
        listeners.add(listener);
      },
      discard() {
        forget();
        drawAll();
      },
      save,
    });
    room.replaceChildren(el("div", { class: "stack" }, lockPart(), switchPart(), phonesPart()), bar);
  }

  // The lock

  function lockPart() {
    if (!isLocked(current.locked_until)) return null;
    const end = lockEnd(current.locked_until);
    const unlock = button("Unlock", {
      kind: "primary small",
      async onclick() {
        try {
          const answer = await busyWhile(unlock, () => admin("POST", `${path}/unlock`));
          if (!answer) return;
          current = { ...answer.body, phones: answer.body.phones ?? current.phones };
          changed(current);
          drawAll();
          toast(el("span", {}, bdi(current.login_name), " is unlocked."));
          document.querySelector("main h1")?.focus();
        } catch (error) {
          toastError(error);
        }
      },
    });
    return notice({
      kind: "error",
      title: "Locked after too many wrong passcodes",
      text: end
        ? `The lock ends by itself at ${localTime(end)} (${ago(current.locked_until)}). The password may be known to someone else: ask the user before you unlock.`
        : "It stays locked until you unlock. The password may be known to someone else: ask the user first.",
      actions: [unlock],
    });
  }

  // The switch

  function switchPart() {
    const warning = el("div", { role: "status" });
    const field = switchField({
      name: "mfa_enabled",
      label: "SMS authentication",
      hint: "A login needs a passcode, sent to one of the phones below, as well as the password.",
      value: mfa ?? current.mfa_enabled,
      onchange(on) {
        mfa = on === current.mfa_enabled ? null : on;
        warn();
        tell();
      },
    });
    const warn = () => {
      const on = mfa ?? current.mfa_enabled;
      const left = current.phones.filter((phone) => !phone.unusable && !removed.has(phone.id)).length + added.length;
      warning.replaceChildren(
        ...(on && !left
          ? [
              notice({
                kind: "warning",
                title: "There is no phone to send to",
                text: "Without one the user cannot log in. Add a phone below.",
              }),
            ]
          : []),
      );
    };
    warn();
    listeners.add(warn);
    return section({}, field.element, warning);
  }

  // The phones

  function phonesPart() {
    const rows = [...current.phones, ...added.map((one) => ({ ...one, staged: true }))];
    const full = current.phones.length - removed.size + added.length >= MOST_PHONES;
    const list = rows.length
      ? table({
          caption: "Phones",
          items: rows,
          row: (phone) => ({ class: phone.staged ? "staged" : removed.has(phone.id) ? "leaving" : null }),
          columns: [
            { label: "Phone", kind: "main", cell: (phone) => (phone.staged ? stagedName(phone) : phoneName(phone)) },
            { label: "Verified", cell: verifiedCell },
            {
              label: "Last verified time",
              cell: (phone) =>
                phone.last_verified_at ? time(phone.last_verified_at) : el("span", { class: "soft" }, "–"),
            },
            { label: "Actions", kind: "end", unseen: true, cell: (phone) => removeButton(phone) },
          ],
        })
      : el("p", { class: "soft quiet-empty" }, "No phone yet.");
    return section(
      { title: "Phones", lead: "Up to five. A phone is verified when the first passcode sent to it comes back." },
      el("div", { class: "inset" }, list),
      full ? el("p", { class: "soft" }, "There is room for no more than five phones.") : addPart(),
    );
  }

  function phoneName(phone) {
    const open = revealed.has(phone.id);
    const reveal = phone.number
      ? button(open ? "Hide" : "Show", {
          kind: "link",
          "aria-label": `${open ? "Hide" : "Show"} the whole number of ${maskedPhone(phone)}`,
          onclick() {
            open ? revealed.delete(phone.id) : revealed.add(phone.id);
            drawAll();
            room.querySelector(`[data-reveal="${CSS.escape(phone.id)}"]`)?.focus();
          },
        })
      : null;
    if (reveal) reveal.dataset.reveal = phone.id;
    return el(
      "span",
      { class: "phone-name" },
      el("span", {}, regionName(phone.region) ?? "Unknown country"),
      el(
        "span",
        { class: "soft tabular" },
        el("bdi", {}, open ? spaced(phone.number, phone.calling_code) : `${phone.calling_code} ${phone.masked_number}`),
      ),
      reveal,
    );
  }

  function stagedName({ number, error }) {
    const whole = readNumber(number);
    return el(
      "span",
      { class: "phone-name" },
      el("span", {}, regionName(whole?.region) ?? "Unknown country"),
      el("span", { class: "soft tabular" }, bdi(spaced(number, whole?.calling_code))),
      error && el("span", { class: "field-error", role: "alert" }, error),
    );
  }

  function verifiedCell(phone) {
    if (phone.staged) return badge("To be added", "new");
    if (removed.has(phone.id)) return badge("To be removed", "off");
    if (phone.unusable)
      return el(
        "span",
        { class: "unusable" },
        badge("Unusable", "bad"),
        el("span", { class: "soft" }, `${phone.unusable.meaning}, `, time(phone.unusable.at)),
      );
    return phone.verified
      ? el("span", { class: "good-text" }, icon("tick"), "Verified")
      : el("span", { class: "warn" }, "not yet verified");
  }

  function removeButton(phone) {
    const label = phone.staged ? spaced(phone.number, readNumber(phone.number)?.calling_code) : maskedPhone(phone);
    const leaving = !phone.staged && removed.has(phone.id);
    return button(leaving ? "Keep" : "Remove", {
      kind: "small quiet",
      "aria-label": `${leaving ? "Keep" : "Remove"} ${label}`,
      onclick() {
        if (phone.staged) added = added.filter((one) => one.number !== phone.number);
        else if (leaving) removed.delete(phone.id);
        else removed.add(phone.id);
        drawAll();
        room.querySelector(".section h2")?.setAttribute("tabindex", "-1");
        (
          room.querySelector(`[aria-label="${CSS.escape(`${leaving ? "Remove" : "Keep"} ${label}`)}"]`) ??
          room.querySelector(".section h2")
        )?.focus();
      },
    });
  }

  function addPart() {
    const near = current.phones.at(-1)?.region;
    const field = phoneField({ name: "number", label: "Add a phone", region: near ?? "US" });
    const form = el(
      "form",
      { class: "add-row", novalidate: true },
      field.element,
      el("button", { type: "submit", class: "button" }, icon("plus"), el("span", {}, "Add phone")),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const number = field.value;
      const known = [...current.phones.filter((phone) => !removed.has(phone.id)), ...added].some(
        (phone) => phone.number === number,
      );
      field.setError(
        number.length < 7 ? "Enter the number of a mobile phone." : known ? "This phone is in the list already." : "",
      );
      if (number.length < 7 || known) return field.focus();
      added.push({ number, error: "" });
      drawAll();
      room.querySelector(".add-row input, .save-bar .button.save")?.focus();
      return undefined;
    });
    return form;
  }

  // Save

  /** One call after the other; what is done is no longer staged, so that pressing again goes on where it stopped. */
  async function save() {
    if (removed.size || mfa === false) {
      const lines = [
        removed.size ? `${removed.size === 1 ? "One phone is" : `${removed.size} phones are`} removed.` : "",
        mfa === false ? "The password alone will let the user in." : "",
      ].filter(Boolean);
      const sure = await confirm({
        title: "Save these changes?",
        text: lines.map((line) => el("p", {}, line)),
        action: "Save",
        danger: true,
      });
      if (!sure) return false;
    }
    let failure = null;
    try {
      for (const id of [...removed]) {
        await admin("DELETE", `${path}/phones/${encodeURIComponent(id)}`).catch(unlessGone);
        removed.delete(id);
      }
      for (const one of [...added]) {
        try {
          await admin("POST", `${path}/phones`, { body: { number: one.number } });
          added = added.filter((other) => other !== one);
        } catch (error) {
          if (
            !(error instanceof Problem) ||
            !["invalid_request", "destination_blocked", "phone_unusable", "conflict"].includes(error.code)
          )
            throw error;
          one.error =
            error.code === "invalid_request" && error.errors[0]
              ? fieldSentence(error.errors[0].message)
              : sentence(error);
          failure = one;
        }
      }
      if (mfa !== null) {
        await admin("PATCH", path, { body: { mfa_enabled: mfa } });
        mfa = null;
      }
    } finally {
      current = (await admin("GET", path)).body;
      changed(current);
      drawAll();
    }
    if (failure) {
      toast("Not all of it could be saved. See the phone that was refused.", { kind: "error" });
      return false;
    }
    return true;
  }

  function unlessGone(error) {
    if (error.code !== "phone_not_found") throw error;
  }
  return Promise.resolve();
}

// Security settings of a user: the switch, the phones, the lock. The switch and the phones are staged, then saved.

/** @import { Answer, Phone, User } from "../shared/types" */
/** @import { PhoneField } from "../phone-field.js" */
/** @import { Added } from "./added-phones.js" */
/** @import { Row } from "./user-phones.js" */
/** @import { UserContext } from "./user.js" */
import { toast, toastError } from "../dialogs.js";
import { busyWhile, icon } from "../dom.js";
import { saveBar } from "../draft.js";
import { t } from "../language.js";
import { section } from "../page.js";
import { phoneField } from "../phone-field.js";
import { fieldSentence, sentence } from "../refusals.js";
import { mayChange, readOnly, userNotice } from "../roles.js";
import { guard } from "../router.js";
import { admin } from "../session.js";
import { Problem, query } from "../shared/api.js";
import { el, parts } from "../shared/dom.js";
import { switchField } from "../switches.js";
import { maskedPhone } from "../words.js";
import { unknownNumbers } from "./added-phones.js";
import { invitationPart } from "./invite.js";
import { decide, noPhoneWarning } from "./shut-out.js";
import { factorsPart } from "./user-factors.js";
import { lockPart } from "./user-lock.js";
import { messagesPart } from "./user-messages.js";
import { phoneTable, removeLabel } from "./user-phones.js";
import { sessionsPart } from "./user-sessions.js";

const MOST_PHONES = 5;

/**
 * @param {HTMLElement} room
 * @param {UserContext} context
 */
export function draw(room, context) {
  new SecurityPage(room, context).draw();
}

class SecurityPage {
  /** The switch as it will be, or null. @type {boolean | null} */
  #mfa = null;
  /** @type {Added[]} */
  #added = [];
  /** Ids of phones. @type {Set<string>} */
  #removed = new Set();
  /** Ids of the phones whose whole number is shown. @type {Set<string>} */
  #revealed = new Set();
  /** Whether the user has an authenticator app, as far as it is known. */
  #hasApp = false;
  /** @type {HTMLElement | null} */
  #factors = null;
  /** @type {ReturnType<typeof messagesPart> | null} */
  #messages = null;
  /** @type {HTMLElement | null} */
  #sessions = null;
  /** Called after a change that leaves the page as it is. @type {(() => void)[]} */
  #listeners = [];

  /**
   * @param {HTMLElement} room
   * @param {UserContext} context
   */
  constructor(room, { user, path, changed }) {
    this.room = room;
    this.path = path;
    this.changed = changed;
    this.current = user;
    guard({ dirty: () => this.#count > 0, discard: () => this.#forget() });
  }

  get #count() {
    return (this.#mfa === null ? 0 : 1) + this.#added.length + this.#removed.size;
  }

  #forget() {
    this.#mfa = null;
    this.#added = [];
    this.#removed.clear();
  }

  draw() {
    this.#listeners = [];
    const bar = saveBar({
      count: () => this.#count,
      watch: (listener) => this.#listeners.push(listener),
      discard: () => {
        this.#forget();
        this.draw();
      },
      save: () => this.#save(),
    });
    this.#factors ??= factorsPart({
      user: this.current,
      path: this.path,
      known: ({ totp }) => this.#know(totp !== null),
    });
    this.#messages ??= messagesPart({ user: this.current, path: this.path });
    this.#sessions ??= sessionsPart({ user: this.current, path: this.path });
    const why = mayChange(this.current) ? null : userNotice(this.current);
    const first = [why, this.#lockPart(), why ? readOnly(this.#switchPart()) : this.#switchPart()];
    const phones = [this.#phonesPart(), this.#messages.element];
    const content = [...first, ...phones, this.#factors, this.#sessions, this.#invitationPart()];
    this.room.replaceChildren(el("div", { class: "stack" }, content), why ? "" : bar);
  }

  /** @param {boolean} hasApp */
  #know(hasApp) {
    if (hasApp === this.#hasApp) return;
    this.#hasApp = hasApp;
    this.draw();
  }

  // The invitation

  #invitationPart() {
    if (this.#hasApp) return null;
    return invitationPart({ user: this.current, path: this.path, again: () => this.#readAgain() });
  }

  async #readAgain() {
    /** @type {Answer<User>} */
    const { body } = await admin("GET", this.path);
    this.current = body;
    this.changed(body);
    this.draw();
  }

  // The lock

  #lockPart() {
    return lockPart({
      user: this.current,
      path: this.path,
      unlocked: (user) => {
        this.current = { ...user, phones: user.phones ?? this.current.phones };
        this.changed(this.current);
        this.draw();
      },
    });
  }

  // The switch

  #switchPart() {
    const warning = el("div", { role: "status" });
    const field = switchField({
      name: "mfa_enabled",
      label: t("smsAuthentication"),
      hint: t("smsAuthenticationNeeds"),
      value: this.#mfa ?? this.current.mfa_enabled,
      onchange: (on) => {
        this.#mfa = on === this.current.mfa_enabled ? null : on;
        for (const listener of this.#listeners) listener();
      },
    });
    const warn = () => warning.replaceChildren(...parts(noPhoneWarning(this.#outcome)));
    warn();
    this.#listeners.push(warn);
    return section({}, field.element, warning);
  }

  /** The settings as they will be. */
  get #outcome() {
    return {
      user: this.current,
      mfa: this.#mfa ?? this.current.mfa_enabled,
      kept: this.current.phones.filter((phone) => !this.#removed.has(phone.id)),
      added: this.#added.length,
      hasApp: this.#hasApp,
    };
  }

  // The phones

  #phonesPart() {
    /** @type {Row[]} */
    const rows = [...this.current.phones.map((phone) => ({ phone })), ...this.#added.map((added) => ({ added }))];
    const list = rows.length ? this.#phoneTable(rows) : el("p", { class: "soft quiet-empty" }, t("noPhonesYet"));
    const full = rows.length - this.#removed.size >= MOST_PHONES;
    const head = {
      title: t("phones"),
      lead: t("phonesLead"),
    };
    const inset = el("div", { class: "inset" }, list);
    if (!mayChange(this.current)) return section(head, inset);
    return section(head, inset, full ? el("p", { class: "soft" }, t("phonesFull")) : this.#addForm());
  }

  /** @param {Row[]} rows */
  #phoneTable(rows) {
    return phoneTable({
      user: this.current,
      rows,
      removed: this.#removed,
      revealed: this.#revealed,
      reveal: (phone, open) => {
        if (open) this.#revealed.delete(phone.id);
        else this.#revealed.add(phone.id);
        this.draw();
        this.#focus(`[data-reveal="${CSS.escape(phone.id)}"]`);
      },
      remove: (row, leaving) => {
        if ("added" in row) this.#added = this.#added.filter((one) => one.number !== row.added.number);
        else if (leaving) this.#removed.delete(row.phone.id);
        else this.#removed.add(row.phone.id);
        this.draw();
        this.room.querySelector(".section h2")?.setAttribute("tabindex", "-1");
        const next = `[aria-label="${CSS.escape(removeLabel(row, !leaving))}"]`;
        if (!this.#focus(next)) this.#focus(".section h2");
      },
      test: (phone, control) => this.#test(phone, control),
    });
  }

  /**
   * Send a test message. A vendor's refusal is in the list of messages, with what to do about it.
   * @param {Phone} phone
   * @param {HTMLElement} control
   */
  async #test(phone, control) {
    try {
      const sent = await busyWhile(control, () =>
        admin("POST", `${this.path}/phones/${encodeURIComponent(phone.id)}/test`),
      );
      if (!sent) return;
      toast(t("sentTest", { phone: maskedPhone(phone) }));
      await this.#messages?.follow();
    } catch (error) {
      const code = error instanceof Problem ? error.code : "";
      if (code === "resend_too_soon") toast(t("testTooSoon"), { kind: "error" });
      else if (code === "rate_limited") toast(t("testsSpent"), { kind: "error" });
      else toastError(error);
    }
  }

  #addForm() {
    const region = this.current.phones.at(-1)?.region ?? "US";
    const offer = unknownNumbers(({ number, region: of }, reason) => {
      this.#stage(field, number, { region: of, override_reason: reason });
    });
    const field = phoneField({
      name: "number",
      label: t("addAPhone"),
      region,
      onunknown: offer.onunknown,
    });
    const add = el("button", { type: "submit", class: "button" }, icon("plus"), el("span", {}, t("addPhone")));
    const form = el("form", { class: "add-row", novalidate: true }, field.element, add);
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      try {
        const number = await busyWhile(add, () => field.judged());
        if (number) this.#stage(field, number);
      } catch (error) {
        toastError(error);
      }
    });
    return [form, offer.element];
  }

  /**
   * @param {PhoneField} field
   * @param {string} number
   * @param {Added["unknown"]} [unknown]
   */
  #stage(field, number, unknown) {
    const kept = this.current.phones.filter((phone) => !this.#removed.has(phone.id));
    if ([...kept, ...this.#added].some((phone) => phone.number === number)) {
      field.setError(t("phoneInList"));
      return field.focus();
    }
    this.#added.push({ number, error: "", unknown });
    this.draw();
    this.#focus(".add-row input, .save-bar .button.save");
  }

  /**
   * Focus the first element of this kind; false where there is none.
   * @param {string} selector
   */
  #focus(selector) {
    /** @type {HTMLElement | null} */
    const found = this.room.querySelector(selector);
    found?.focus();
    return found !== null;
  }

  // Save

  /**
   * One call after the other. What is done is no longer staged, so that pressing again continues where it stopped.
   * False where something stays unsaved.
   */
  async #save() {
    const { go, insist } = await decide(this.#outcome, { removed: this.#removed.size, mfa: this.#mfa });
    if (!go) return false;
    let failed = false;
    try {
      if (this.#mfa === false) await this.#saveSwitch(insist);
      await this.#savePhonesRemoved(insist);
      failed = !(await this.#savePhonesAdded());
      await this.#saveSwitch(insist);
    } finally {
      await this.#readAgain();
    }
    if (failed) toast(t("notAllSaved"), { kind: "error" });
    return !failed;
  }

  /** @param {boolean} insist */
  async #saveSwitch(insist) {
    if (this.#mfa === null) return;
    await admin("PATCH", this.path, { body: { mfa_enabled: this.#mfa, ...(insist && { insist }) } });
    this.#mfa = null;
  }

  /** @param {boolean} insist */
  async #savePhonesRemoved(insist) {
    for (const id of [...this.#removed]) {
      try {
        await admin(
          "DELETE",
          `${this.path}/phones/${encodeURIComponent(id)}${query({ insist: insist ? "true" : null })}`,
        );
      } catch (error) {
        if (!(error instanceof Problem) || error.code !== "phone_not_found") throw error;
      }
      this.#removed.delete(id);
    }
  }

  /** True where none was refused. */
  async #savePhonesAdded() {
    for (const one of [...this.#added]) {
      try {
        await admin("POST", `${this.path}/phones`, { body: { number: one.number, ...one.unknown } });
        this.#added = this.#added.filter((other) => other !== one);
      } catch (error) {
        if (!(error instanceof Problem) || !NUMBER_REFUSALS.includes(error.code)) throw error;
        const [first] = error.code === "invalid_request" ? error.errors : [];
        one.error = first ? fieldSentence(first.message, t("thisNumber")) : sentence(error);
      }
    }
    return this.#added.length === 0;
  }
}

const NUMBER_REFUSALS = ["invalid_request", "destination_blocked", "phone_unusable", "conflict"];

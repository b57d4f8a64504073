// The latest messages to a user, and how far each has come. The list follows them while they move and somebody looks.

/** @import { Answer, SentMessage, SentMessages, User } from "../shared/types" */
/** @import { Key } from "../language.js" */
import { busyWhile, button } from "../dom.js";
import { known, t } from "../language.js";
import { badge, failed, loading, section } from "../page.js";
import { explain } from "../refusals.js";
import { admin, peek } from "../session.js";
import { announce, el } from "../shared/dom.js";
import { table } from "../table.js";
import { duration, time } from "../words.js";

const EVERY_MS = 2000;
const WATCHED_MS = 120_000;
/** A message that has not arrived by then is not waited for. */
const MOVING_MS = 600_000;
const SLOW_MS = 60_000;
const SHOWN = 10;

const MOVING = ["sending", "queued", "sent"];
/** @type {Record<string, "good" | "bad" | "warn" | "new" | "off">} */
const LOOKS = { delivered: "good", undelivered: "bad", failed: "bad", unknown: "warn" };
/** @type {Record<string, string>} */
const VENDORS = { twilio: "Twilio", aws: "AWS", ses: "Amazon SES" };

/**
 * The part of the security settings. `follow()` reads the messages again, and follows them from then on.
 * @param {{ user: User, path: string }} context
 */
export function messagesPart(context) {
  const part = new MessagesPart(context);
  part.follow();
  return { element: part.element, follow: () => part.follow() };
}

class MessagesPart {
  #room = el("div", { class: "inset" }, loading(2));
  #hint = el("p", { class: "message-hint", role: "status" });
  /** The states that were told last, by message. @type {Map<string, string> | null} */
  #told = null;
  #shown = "";
  #until = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {{ user: User, path: string }} context */
  constructor({ user, path }) {
    this.user = user;
    this.path = `${path}/messages?limit=${SHOWN}`;
    const again = button(t("messagesRefresh"), {
      kind: "small",
      onclick: () => busyWhile(again, () => this.follow()),
    });
    const head = { title: t("userMessages"), lead: t("messagesLead"), actions: [again] };
    this.element = section(head, this.#hint, this.#room);
    document.addEventListener("visibilitychange", () => this.#wait());
  }

  async follow() {
    this.#until = Date.now() + WATCHED_MS;
    try {
      /** @type {Answer<SentMessages>} */
      const { body } = await admin("GET", this.path);
      this.#show(body);
    } catch (error) {
      this.#room.replaceChildren(failed(explain(error), () => this.follow()));
      this.#shown = "";
    }
  }

  async #look() {
    try {
      /** @type {Answer<SentMessages> | null} */
      const answer = await peek(this.path);
      if (answer && this.element.isConnected) this.#show(answer.body);
    } catch {
      this.#wait(); // what is shown stays; the next look may succeed
    }
  }

  /** @param {SentMessages} messages */
  #show(messages) {
    const now = Date.parse(messages.server_time);
    const words = JSON.stringify(messages.items);
    if (words !== this.#shown) {
      this.#shown = words;
      this.#room.replaceChildren(listOf(messages.items, this.user));
      this.#tell(messages.items);
    }
    this.#say(hintOf(messages.items, this.user, now));
    this.moving = messages.items.some((message) => isMoving(message, now));
    this.#wait();
  }

  /** The next look, if there is anything to see. */
  #wait() {
    clearTimeout(this.#timer);
    if (!this.moving || document.hidden || !this.element.isConnected || Date.now() > this.#until) return;
    this.#timer = setTimeout(() => this.#look(), EVERY_MS);
  }

  /** @param {Key} key */
  #say(key) {
    const words = t(key);
    if (this.#hint.textContent !== words) this.#hint.textContent = words;
  }

  /**
   * Say which messages are new or have come further, for those who do not see it.
   * @param {SentMessage[]} items
   */
  #tell(items) {
    const before = this.#told;
    this.#told = new Map(items.map((message) => [message.id, message.status]));
    if (!before) return;
    const news = items.filter(({ id, status }) => before.get(id) !== status);
    const words = news.map((message) => t("messageNews", { message: nameOf(message), state: stateOf(message) }));
    if (words.length) announce(words.join(" "));
  }
}

/**
 * @param {SentMessage} message
 * @param {number} now
 */
const isMoving = ({ status, sent_at: at, test_number: none }, now) =>
  !none && MOVING.includes(status) && now - Date.parse(at) < MOVING_MS;

/**
 * The next sensible step of somebody who gets no code.
 * @param {SentMessage[]} items
 * @param {User} user
 * @param {number} now
 * @returns {Key}
 */
export function hintOf(items, user, now) {
  if (user.status === "disabled") return "hintDisabled";
  const last = items.find(({ kind }) => kind === "passcode");
  const age = last ? now - Date.parse(last.sent_at) : Number.POSITIVE_INFINITY;
  if (!last || age > MOVING_MS) return "hintNone";
  if (last.confirmed) return "hintConfirmed";
  if (last.test_number) return "hintTestNumber";
  if (isMoving(last, now)) return age > SLOW_MS ? "hintSlow" : "hintMoving";
  if (last.status === "delivered") return "hintDelivered";
  return last.status === "unknown" ? "hintUnknown" : "hintFailed";
}

/**
 * @param {SentMessage[]} items
 * @param {User} user
 */
function listOf(items, user) {
  if (!items.length) return el("p", { class: "soft quiet-empty" }, t("messagesNone"));
  return table({
    caption: t("messagesOf", { name: user.login_name }),
    items,
    columns: [
      { label: t("messageColumn"), kind: "main", cell: nameCell },
      { label: t("messageSent"), cell: (message) => time(message.sent_at, { precise: true }) },
      { label: t("messageState"), cell: stateCell },
    ],
  });
}

/** @param {SentMessage} message */
function nameOf({ kind, channel, destination }) {
  const of = known(`message_${kind}_${channel}`) ?? t("messageOther");
  return destination ? t("messageTo", { message: of, phone: destination }) : of;
}

/** @param {SentMessage} message */
function nameCell(message) {
  const { provider, kind, by } = message;
  const vendor = provider && (VENDORS[provider] ?? provider);
  const more = [vendor && t("messageBy", { provider: vendor }), kind === "test" && t("messageTestedBy", { name: by })];
  const lines = more.filter(Boolean).map((words) => el("span", { class: "soft" }, words));
  return el("span", { class: "phone-name" }, el("span", {}, nameOf(message)), ...lines);
}

/** @param {SentMessage} message */
function stateOf({ status, sent_at: at, ended_at: ended, test_number: none }) {
  if (none) return t("state_none");
  const state = t(/** @type {Key} */ (`state_${status}`));
  if (!ended) return state;
  return t("stateAfter", { state, duration: duration(Date.parse(ended) - Date.parse(at)) });
}

/** @param {SentMessage} message */
function stateCell(message) {
  const { status, error, confirmed, test_number: none } = message;
  const look = none ? "off" : (LOOKS[status] ?? "new");
  const why = error && [
    el("span", {}, `${error.meaning[0].toUpperCase()}${error.meaning.slice(1)}.`),
    el("span", { class: "soft" }, error.advice),
    el("span", { class: "soft" }, t(`acts_${error.acts}`)),
  ];
  return el("span", { class: "unusable" }, badge(stateOf(message), look), confirmed && t("messageConfirmed"), why);
}

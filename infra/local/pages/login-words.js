// What a person reads: regions, times, and a sentence for every way in which a login can go on or fail. No DOM in here.

const LANGUAGE = globalThis.navigator?.languages?.find((tag) => tag.startsWith("en")) ?? "en";
const MINUTE = 60_000;
const DAY = 86_400_000;

// Phones

const regionNames = new Intl.DisplayNames([LANGUAGE], { type: "region", fallback: "none" });
const shortRegionNames = new Intl.DisplayNames([LANGUAGE], { type: "region", style: "short", fallback: "none" });

/** "Hong Kong", "United States"; undefined for what is not a region. */
export function regionName(region) {
  if (!/^[A-Z]{2}$/.test(region ?? "") || region === "ZZ") return undefined;
  const long = regionNames.of(region);
  const short = shortRegionNames.of(region);
  // "Hong Kong", not "Hong Kong SAR China"; but "United States", not "US".
  return long && short && long.startsWith(`${short} SAR`) ? short : long;
}

/** "Hong Kong (+852) - ****3799" */
export function phoneName({ region, calling_code: code, masked_number: number }) {
  const name = regionName(region);
  return name ? `${name} (${code}) - ${number}` : `${code} - ${number}`;
}

/** How the challenge's destination is called: like the phone it went to, where we know that phone. */
export function destinationName(challenge, phones, help) {
  if (challenge.channel === "email") return help?.email ?? challenge.destination;
  const matching = phones.filter((phone) => `${phone.calling_code} - ${phone.masked_number}` === challenge.destination);
  const names = new Set(matching.map(phoneName));
  return names.size === 1 ? [...names][0] : challenge.destination;
}

/** What was done, in the first product's words: text around the destination. */
export function sentSentence(channel) {
  const rest = ". Please enter the passcode to continue login.";
  switch (channel) {
    case "email":
      return ["Email with a passcode was already sent to ", rest];
    case "voice":
      return ["A call with the passcode was already made to the phone number ", rest];
    case "whatsapp":
      return ["WhatsApp message with a passcode was already sent to the phone number ", rest];
    default:
      return ["SMS message with a passcode was already sent to the phone number ", rest];
  }
}

export function messageNoun(channel) {
  return { email: "email", voice: "call", whatsapp: "WhatsApp message" }[channel] ?? "message";
}

/** Calls and WhatsApp’s own wording have no reference in them; then it is the newest one. */
export const hasReference = (channel) => !["voice", "whatsapp"].includes(channel);

/** Which message to look into: "message with reference XYWD", "latest call". */
export function whichMessage({ channel, prefix }) {
  return hasReference(channel) ? `${messageNoun(channel)} with reference ${prefix}` : `latest ${messageNoun(channel)}`;
}

/** Where the digits are, below the input. */
export function hint(challenge) {
  return challenge.channel === "voice"
    ? "The call says the digits twice."
    : `The passcode is in the ${whichMessage(challenge)}.`;
}

/** How a phone can be reached other than it was: the button’s words, and what the button is called on a resend. */
export const WAYS = {
  sms: { instead: "Text me instead", again: "Resend passcode" },
  voice: { instead: "Call me instead", again: "Call me again" },
  whatsapp: { instead: "Use WhatsApp instead", again: "Resend passcode" },
};

/** What to say after another one was sent. */
export function sentAgain(challenge) {
  const last = challenge.sends_remaining === 0 ? " It is the last one that can be sent for now." : "";
  const earlier = `Earlier passcodes no longer work.${last}`;
  if (challenge.channel === "voice")
    return { title: "We are calling you", text: `Type the digits that you hear. ${earlier}` };
  return { title: "A new passcode was sent", text: `Use the ${whichMessage(challenge)}. ${earlier}` };
}

// Times

/** "(00:04:41)", the countdown as the first product drew it. */
export function countdown(ms) {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return `(${parts.map((part) => String(part).padStart(2, "0")).join(":")})`;
}

/** "0:42", "14:07", "1:14:07" */
export function shortCountdown(ms) {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  const two = (n) => String(n).padStart(2, "0");
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return hours ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

/** "42 seconds", "5 minutes", "2 hours": to be read or heard, so rounded up to what matters. */
export function duration(ms) {
  const count = (n, unit) => `${n} ${unit}${n === 1 ? "" : "s"}`;
  const seconds = Math.max(1, Math.ceil(ms / 1000));
  if (seconds % 3600 === 0) return count(seconds / 3600, "hour");
  if (seconds < 100) return count(seconds, "second");
  if (seconds < 100 * 60) return count(Math.ceil(seconds / 60), "minute");
  return count(Math.ceil(seconds / 3600), "hour");
}

/** The local time of day, with the date where it is not today: "14:32", "25 Nov, 09:05". */
export function localTime(time, now) {
  const sameDay = new Date(time).toDateString() === new Date(now).toDateString();
  return new Intl.DateTimeFormat(
    LANGUAGE,
    sameDay ? { timeStyle: "short" } : { dateStyle: "medium", timeStyle: "short" },
  ).format(time);
}

/** A full local date and time, as in the token's table. */
export function localDate(time) {
  return new Intl.DateTimeFormat(LANGUAGE, { dateStyle: "medium", timeStyle: "long" }).format(time);
}

/** Null for a lock that only an administrator ends: one without an end, or whose end is not meant to be waited for. */
export function lockEnd(lockedUntil, now) {
  const time = Date.parse(lockedUntil ?? "");
  return Number.isNaN(time) || time - now > 30 * DAY ? null : time;
}

// Passcodes

/**
 * What someone typed or pasted: `XYWD-581883`, `581 883`, `581883`, or the whole message.
 * Gives `{digits, prefix}`; the prefix is null where none was given, the digits where there is no passcode in it.
 */
export function readPasscode(text) {
  const given = text.normalize("NFKC").trim();
  const short = /^(?:([A-Za-z]{4})[\s\-–—]*)?(\d(?:[\s\-–—]*\d){3,9})$/.exec(given);
  if (short) return { digits: short[2].replace(/\D/g, ""), prefix: short[1]?.toUpperCase() ?? null };
  const message = /(?<![\d+*#])\d{4,10}(?!\d)/.exec(given);
  const prefix = /(?<![A-Za-z])[B-DF-HJ-NP-TV-Z]{4}(?![A-Za-z])/.exec(given);
  return { digits: given.length > 20 && message ? message[0] : null, prefix: prefix?.[0] ?? null };
}

/** A warning when few attempts are left; null when there are enough. */
export function attemptsWarning(left) {
  if (left === 1) return "This is the last attempt. Another wrong passcode locks the login for a while.";
  if (left === 2) return "2 attempts are left. After that the login is locked for a while.";
  return null;
}

// Delivery

/** Whether no message will ever reach the number. */
export const isRefusedForGood = ({ delivery }) => Boolean(delivery?.permanent);

/** The quiet line below the sentence: `{state, text}`. */
export function deliveryLine(challenge) {
  const noun = messageNoun(challenge.channel);
  if (challenge.channel === "voice") return callLine(challenge.delivery?.status);
  switch (challenge.delivery?.status) {
    case "delivered":
    case "read":
      return { state: "delivered", text: challenge.channel === "email" ? "Delivered" : "Delivered to the phone" };
    case "sent":
      return { state: "sent", text: challenge.channel === "email" ? "Email sent" : "Handed to the mobile network" };
    case "undelivered":
    case "failed":
      return { state: "trouble", text: `The ${noun} was not delivered` };
    case "unknown":
      return { state: "trouble", text: `We do not know whether the ${noun} went out` };
    default:
      return { state: "sending", text: `The ${noun} is on its way` };
  }
}

function callLine(status) {
  const trouble = {
    undelivered: "The call did not get through",
    failed: "The call did not get through",
    unknown: "We do not know whether the call went out",
  }[status];
  if (trouble) return { state: "trouble", text: trouble };
  if (status === "delivered") return { state: "delivered", text: "The call has ended" };
  return status === "sent"
    ? { state: "sent", text: "Your phone is ringing" }
    : { state: "sending", text: "We are calling you" };
}

/** What to tell when a message did not make it, or null. `others`: whether there is another phone. */
export function deliveryTrouble(challenge, { others }) {
  const { status, meaning } = challenge.delivery ?? {};
  const why = meaning ? `${meaning[0].toUpperCase()}${meaning.slice(1)}.` : "The network did not say why.";
  const noun = messageNoun(challenge.channel);
  if (isRefusedForGood(challenge)) {
    const next = others ? "Please choose another one." : "Please ask your administrator to change it.";
    return {
      kind: "warning",
      title: "The carrier refused this number",
      text: `${why} ${next}`,
      offers: ["another-phone", "email"],
    };
  }
  if (status === "undelivered" || status === "failed") {
    return {
      kind: "warning",
      title: challenge.channel === "voice" ? "The call did not get through" : `The ${noun} could not be delivered`,
      text:
        challenge.channel === "voice"
          ? `${why} Have us call again, or choose another way.`
          : `${why} Resend the passcode, or have it sent somewhere else.`,
      offers: ["another-phone", "call", "email"],
    };
  }
  if (status === "unknown") {
    return {
      kind: "warning",
      title: `Your ${noun} may be late`,
      text: `We got no answer about it. It may still arrive, and its passcode will work; if it does not, resend it.`,
      offers: ["email"],
    };
  }
  return null;
}

// Errors

/**
 * A refusal in words: `{kind, title, text, until?, field?, offers}`.
 *
 * `doing` is what was tried (login, send, resend, email, verify), `prefix` the one of the message to look for. `field` names the
 * input that the words belong to; `offers` the ways out, of which the page shows those that exist.
 */
export function explain(problem, { doing, prefix, channel, now }) {
  const which = whichMessage({ channel, prefix });
  const { code, body } = problem;
  const until = problem.retryAt ?? null;
  const error = (title, text, more = {}) => ({ kind: "error", title, text, offers: [], ...more });
  const warning = (title, text, more = {}) => ({ ...error(title, text, more), kind: "warning" });
  const noun = messageNoun(channel);
  const elsewhere = ["another-phone", "email"];
  const byEmail = doing === "email" || (doing === "resend" && channel === "email");

  switch (code) {
    // The first factor
    case "invalid_credentials":
      return error("", "The login name or the password is not right.", { field: "password" });
    case "mfa_not_supported":
      return error(
        "This app cannot log you in",
        "Your account needs a passcode, which this version of the app cannot ask for. Please update it.",
      );
    case "forbidden":
      if (byEmail)
        return error(
          "No email can be sent to you",
          "There is no contact email for your account, or it may not be used. Ask your administrator.",
          { offers: ["another-phone"] },
        );
      return error("That is not allowed", "Your account may not do this. Ask your administrator.");

    // The passcode
    case "invalid_code":
      return error("", `That passcode is not right. Check the ${which}, then try again.`, { field: "code" });
    case "code_superseded":
      if (!problem.body.prefix)
        return error("", `That passcode is from an earlier ${noun}, and the latest one could not be sent. Resend it.`, {
          field: "code",
        });
      return error(
        "",
        `That passcode is from an earlier ${noun}. Use the ${hasReference(channel) ? `one with reference ${prefix}` : which}.`,
        { field: "code" },
      );
    case "challenge_expired":
      return warning(
        "The passcode has expired",
        "A passcode works for a few minutes only. Resend it to get a new one.",
        { offers: ["resend"] },
      );
    case "challenge_used":
      return warning("This passcode has already been used", "A passcode works once. Log in again to get a new one.", {
        offers: ["restart"],
      });
    case "challenge_superseded":
      return warning(
        "A newer login has taken this one’s place",
        "Someone has asked for another passcode for this account, perhaps you in another window. Passcodes sent from here no longer work. If it was not you, tell your administrator.",
        { offers: ["start-over"] },
      );
    case "challenge_not_found":
      return warning("This passcode request has ended", "Send a new passcode to continue login.", {
        offers: ["start-over"],
      });

    // Sending
    case "resend_too_soon":
      return warning("A passcode was sent just now", "It may take a moment to arrive. You can send another one", {
        until,
        offers: [],
      });
    case "too_many_sends":
      return warning(
        "No more passcodes for now",
        "Too many passcodes were sent without a login. You can send another one",
        {
          until,
          offers: byEmail ? ["another-phone"] : ["email"],
        },
      );
    case "phone_unusable":
      return error(
        "This phone cannot get our messages",
        "Its network refuses them for good: the number may be a landline, no longer in service, or have asked us to stop.",
        {
          offers: elsewhere,
        },
      );
    case "destination_blocked":
      return error(
        "We cannot send to this phone",
        "Its region or its kind of number is not allowed here. A landline can only be called.",
        { offers: ["call", ...elsewhere] },
      );
    case "phone_not_found":
      return error("That phone is no longer registered", "It has been removed from your account.", {
        offers: elsewhere,
      });
    case "no_phone":
      return error("There is no phone to send to", "Ask your administrator to add your phone number.", {
        offers: ["email"],
      });
    case "sms_unavailable":
      return byEmail
        ? error("Emails cannot be sent right now", "This is on our side. You can try again", {
            until,
            offers: ["another-phone"],
          })
        : error("Messages cannot be sent right now", "This is on our side, not your phone’s. You can try again", {
            until,
            offers: ["retry", "email"],
          });
    case "settings_incomplete":
      return byEmail
        ? error("Emails are not set up yet", "The administrator has yet to complete the settings of this service.", {
            offers: ["another-phone"],
          })
        : error("Sending is not set up yet", "The administrator has yet to complete the settings of this service.", {
            offers: ["email"],
          });

    // Anything
    case "rate_limited":
      return warning("That was a bit much at once", "Too many requests have come from here. You can try again", {
        until,
      });
    case "temporarily_unavailable":
      return error("The service cannot answer right now", "Nothing is wrong with your login. You can try again", {
        until,
        offers: ["retry"],
      });
    case "internal_error": {
      const reference = body.correlation_id ?? body.instance ?? null;
      return error(
        "Something went wrong on our side",
        reference ? "If you ask for help, quote this reference:" : "Please try again in a moment.",
        {
          reference,
          offers: ["retry"],
        },
      );
    }
    case "conflict":
      return error("That did not go together", "An earlier request like this one was still open. Please try again.", {
        offers: ["retry"],
      });
    case "not_found":
    case "user_not_found":
    case "client_not_found":
      return error(
        "That is no longer there",
        "Something this login needs has been removed meanwhile. Please log in again.",
        { offers: ["restart"] },
      );
    case "precondition_failed":
    case "precondition_required":
      return error("Something has changed meanwhile", "Please try again.", { offers: ["retry"] });
    case "invalid_request": {
      const first = body.errors?.[0];
      if (doing === "verify")
        return error("", "That does not look like a passcode. Enter the digits of the message.", { field: "code" });
      if (byEmail)
        return error(
          "We cannot send you an email",
          "There may be no contact email for your account. Ask your administrator.",
        );
      if (doing === "login" && first?.field === "login_name")
        return error("", "That cannot be a login name. Check it, please.", { field: "login-name" });
      if (doing === "login" && first?.field === "password")
        return error("", "That cannot be the password. Check it, please.", { field: "password" });
      return error(
        "The service did not understand that",
        first ? `${first.field}: ${first.message}.` : "Please load this page again, then try once more.",
      );
    }
    default:
      return error(
        "That did not work",
        body.detail ? `${body.detail}` : "The service gave an answer that this page does not know.",
        {
          reference: code === "unknown" ? `HTTP ${problem.status}` : code,
          offers: ["retry"],
        },
      );
  }
}

/** No answer came at all. */
export function explainSilence(online, doing) {
  const safe = ["send", "resend", "email"].includes(doing) ? " Nothing will be sent twice." : "";
  return online
    ? {
        kind: "error",
        title: "We could not reach the service",
        text: `Check your connection, then try again.${safe}`,
        offers: ["retry"],
      }
    : {
        kind: "error",
        title: "You are offline",
        text: `Connect to the internet, then try again.${safe}`,
        offers: ["retry"],
      };
}

/** How a sentence that waits for `until` goes on: the page writes a running countdown behind it. */
export function untilWords(until, now) {
  return until - now > 2 * MINUTE ? `at ${localTime(until, now)}, in ` : "in ";
}

// Removing a factor, after the person was asked whether they mean it.

/** @import { Key } from "./page.js" */
/** @import { Account } from "./security.js" */
import { el } from "../../shared/dom.js";
import { button } from "./fields.js";

/**
 * What is to be removed.
 * @typedef {{ what: "phone" | "authenticator" | "device" | "devices", id?: string }} Wish
 */

/** A wish that waits until the person has logged in again. @type {Wish | null} */
let waiting = null;

/** The wish that has waited for a login; it waits no longer. */
export function takeWish() {
  const wish = waiting;
  waiting = null;
  return wish;
}

/**
 * The words of each removal, and its request.
 * @type {Record<Wish["what"], { title: Key, text: Key, said: Key,
 *   remove: (account: Account, id: string) => Promise<unknown> }>}
 */
const REMOVALS = {
  phone: {
    title: "removePhone",
    text: "removePhoneText",
    said: "phoneRemoved",
    remove: ({ api, token }, id) => api.removePhone(token, id),
  },
  authenticator: {
    title: "removeAuthenticator",
    text: "removeAuthenticatorText",
    said: "authenticatorRemoved",
    remove: ({ api, token }) => api.removeTotp(token),
  },
  device: {
    title: "endDevice",
    text: "endDevicesText",
    said: "devicesEnded",
    remove: ({ api, token }, id) => api.endDevices(token, id),
  },
  devices: {
    title: "endDevices",
    text: "endDevicesText",
    said: "devicesEnded",
    remove: ({ api, token }) => api.endDevices(token),
  },
};

/**
 * Ask, and remove it. Escape and Cancel leave everything as it is.
 * @param {Account} account
 * @param {Wish} wish
 */
export function confirmRemoval(account, wish) {
  const { page, me, context } = account;
  const { title, text, said, remove } = REMOVALS[wish.what];
  const phone = me?.phones.find(({ id }) => id === wish.id);
  const device = me?.devices?.find(({ id }) => id === wish.id);
  if ((wish.what === "phone" && !phone) || (wish.what === "device" && !device)) return; // it is gone meanwhile
  const name = phone ? context.language.phone(phone) : device?.name;
  /** @type {HTMLDialogElement} */
  const dialog = el("dialog", {
    class: "ask",
    "aria-labelledby": "ask-title",
    "aria-describedby": "ask-text",
    onclose: () => dialog.remove(),
  });
  const go = async () => {
    dialog.close();
    waiting = wish;
    await page.run(null, async () => {
      await remove(account, wish.id ?? "");
      waiting = null;
      await account.load(said);
    });
    if (context.session) waiting = null; // refused for another reason than the age of the login
  };
  dialog.append(
    el("h2", { id: "ask-title" }, page.text(title)),
    el("p", {}, name ? el("strong", {}, el("bdi", {}, name)) : null),
    el("p", { id: "ask-text" }, page.text(text)),
    el(
      "div",
      { class: "actions" },
      button(page.text("remove"), go, { class: "button primary" }),
      button(page.text("cancel"), () => dialog.close()),
    ),
  );
  page.place.append(dialog);
  dialog.showModal();
}

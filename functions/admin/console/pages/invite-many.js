// Invitations of all users that the list shows, a hundred at a time: by mail, or as a file of links.

/** @import { Answer, InvitationReport, InvitationResult, UserPage } from "../shared/types" */
import { noticeOf, openDialog } from "../dialogs.js";
import { bdi, busyWhile, button, download, submitButton, uid } from "../dom.js";
import { t, tn } from "../language.js";
import { admin } from "../session.js";
import { query } from "../shared/api.js";
import { announce, el } from "../shared/dom.js";
import { invitationFields } from "./invite.js";

const AT_ONCE = 100;
const REFUSED_SHOWN = 20;

/**
 * @param {Record<string, string>} filters those of the list
 * @param {boolean} narrowed whether they leave anybody out
 */
export function inviteMany(filters, narrowed) {
  const fields = invitationFields(true);
  const lead = el("p", {}, t(narrowed ? "inviteShown" : "inviteAll"));
  const progress = el("p", { class: "soft", role: "status" });
  const alarm = el("div", { role: "alert" });
  const form = el("form", { id: uid("invite"), novalidate: true }, lead, fields.elements, progress, alarm);
  const start = submitButton(t("inviteUsers"), { kind: "save", form: form.id });
  const dialog = openDialog({
    title: t("inviteManyTitle"),
    body: form,
    actions: [button(t("cancel"), { onclick: () => dialog.close() }), start],
  });
  let open = true;
  dialog.closed.then(() => {
    open = false;
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    /** @type {InvitationResult[]} */
    const results = [];
    try {
      await busyWhile(start, async () => {
        for await (const names of pages(filters)) {
          if (!open) break;
          results.push(...(await invited(names, fields.given())));
          progress.textContent = tn("invitedSoFar", invitedOf(results).length);
        }
      });
      report(dialog, results);
    } catch (error) {
      alarm.replaceChildren(noticeOf(error));
    } finally {
      save(results); // also if it stopped half-way: the links of those who were invited are shown nowhere else
    }
  });
}

/**
 * @param {string[]} names
 * @param {{ deliver: string, hours: number }} given
 */
async function invited(names, given) {
  /** @type {Answer<InvitationReport>} */
  const { body } = await admin("POST", "/invitations", { body: { login_names: names, ...given } });
  return body.results;
}

/**
 * The login names, page by page.
 * @param {Record<string, string>} filters
 */
async function* pages(filters) {
  /** @type {string | null} */
  let cursor = null;
  do {
    /** @type {Answer<UserPage>} */
    const { body } = await admin("GET", `/users${query({ ...filters, cursor, limit: String(AT_ONCE) })}`);
    if (body.items.length) yield body.items.map((user) => user.login_name);
    cursor = body.cursor ?? null;
  } while (cursor);
}

/** @param {InvitationResult[]} results */
const invitedOf = (results) => results.filter((each) => !each.refusal);

/**
 * @param {ReturnType<typeof openDialog>} dialog
 * @param {InvitationResult[]} results
 */
function report(dialog, results) {
  const invited = invitedOf(results);
  const refused = results.filter((each) => each.refusal);
  const words = `${tn("usersInvited", invited.length)} ${tn("usersLeftOut", refused.length)}`;
  const reasons = refused
    .slice(0, REFUSED_SHOWN)
    .map((each) => el("li", {}, bdi(each.login_name), `: ${each.refusal?.detail ?? ""}`));
  const more = refused.length > REFUSED_SHOWN ? el("p", { class: "soft" }, t("othersInFile")) : null;
  announce(words);
  dialog.show({
    title: t("invitationsTitle"),
    body: [el("p", {}, words), reasons.length ? el("ul", {}, reasons) : null, more],
    actions: [button(t("inviteManyDone"), { kind: "primary", onclick: () => dialog.close() })],
  });
}

/** @param {InvitationResult[]} results */
function save(results) {
  if (!results.length) return;
  const lines = results.map((each) =>
    [each.login_name, each.url ?? "", each.delivered_to ?? "", each.expires_at ?? "", each.refusal?.detail ?? ""]
      .map(cell)
      .join(","),
  );
  const csv = ["login_name,url,delivered_to,expires_at,left_out", ...lines, ""].join("\r\n");
  download(`invitations-${new Date().toISOString().slice(0, 10)}.csv`, `\ufeff${csv}`);
}

/**
 * A cell that no spreadsheet takes for a formula.
 * @param {string} text
 */
const cell = (text) => `"${(/^[=+\-@\t\r]/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;

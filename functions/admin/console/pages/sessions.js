// Who is logged in: the sessions of administrators, and their end.

/** @import { PageContext } from "../page.js" */
import { button } from "../dom.js";
import { t } from "../language.js";
import { empty, heading } from "../page.js";
import { may } from "../roles.js";
import { el } from "../shared/dom.js";
import { sessionList } from "./session-list.js";

/**
 * @param {HTMLElement} place
 * @param {PageContext} context
 */
export async function draw(place, { present }) {
  const none = () => empty({ title: t("noSessions"), text: "" });
  const list = sessionList({ caption: t("sessionsCaption"), none });
  const refresh = button(t("refresh"), { onclick: () => list.reload({ says: true }) });
  const lead = t(may("see_sessions") ? "sessionsLead" : "sessionsLeadOwn");
  place.append(
    heading({ title: t("place_sessions"), lead, actions: [refresh] }),
    el("div", { class: "card flush" }, list.element),
  );
  present();
  await list.reload();
}

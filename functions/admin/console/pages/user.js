// One user: profile, security settings, history.

import { SessionLost } from "../api.js";
import { bdi, el } from "../dom.js";
import { badge, failed, heading, loading, tabs } from "../page.js";
import { explain } from "../refusals.js";
import { to } from "../router.js";
import { admin, session } from "../session.js";
import { isLocked } from "../words.js";

const TABS = [
  ["profile", "Profile"],
  ["security", "Security settings"],
  ["history", "History"],
];
const PARTS = {
  profile: () => import("./user-profile.js"),
  security: () => import("./user-security.js"),
  history: () => import("./user-history.js"),
};

export async function draw(place, { name, tab = "profile", present }) {
  const known = TABS.some(([key]) => key === tab) ? tab : "profile";
  const path = `/users/${encodeURIComponent(name)}`;
  const head = el("div", {});
  const room = el("div", {}, loading(5));
  place.append(head, room);
  drawHead({ login_name: name });
  present();
  await start();

  async function start() {
    try {
      const [part, { body, etag }] = await Promise.all([PARTS[known](), admin("GET", path)]);
      drawHead(body);
      await part.draw(room, { user: body, etag, path, changed: drawHead, again: start });
    } catch (error) {
      if (error instanceof SessionLost) return;
      room.replaceChildren(failed(explain(error), error.code === "user_not_found" ? null : start));
    }
  }

  /** What stands above the tabs follows every change. */
  function drawHead(user) {
    const focused = head.contains(document.activeElement) && document.activeElement.tagName === "H1";
    head.replaceChildren(
      heading({
        title: user.login_name,
        crumbs: [["Users", "#/users"]],
        lead:
          user.alias || user.owner
            ? [user.alias && bdi(user.alias), user.alias && user.owner ? " · " : null, user.owner && bdi(user.owner)]
            : null,
        badges: [
          user.login_name === session.who.login_name ? badge("You") : null,
          user.kind === "system" ? badge("System") : null,
          user.status === "disabled" ? badge("Disabled", "off") : null,
          isLocked(user.locked_until) ? badge("Locked", "bad") : null,
          user.mfa_enabled === undefined ? null : user.mfa_enabled ? badge("MFA on", "good") : badge("MFA off", "warn"),
        ].filter(Boolean),
      }),
      tabs(
        "User",
        TABS.map(([key, label]) => [label, to("users", name, key), key === known]),
      ),
    );
    head.querySelector("h1").setAttribute("tabindex", "-1");
    if (focused) head.querySelector("h1").focus();
  }
}

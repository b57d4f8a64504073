// Settings: one draft over all their tabs, so that Save saves all or nothing.

import { el } from "../dom.js";
import { Draft, homelessNotice, isConflict, isInvalid, reconcile, saveBar } from "../draft.js";
import { showErrors } from "../fields.js";
import { heading, load, tabs } from "../page.js";
import { fieldSentence } from "../refusals.js";
import { go, guard } from "../router.js";
import { admin } from "../session.js";
import { fieldOf, fieldsOf, flatten, mergePatch } from "./settings-fields.js";

const TABS = [
  ["mfa", "MFA settings"],
  ["messages", "Messages"],
  ["countries", "Countries"],
  ["access", "Legacy clients and access"],
  ["limits", "Limits"],
];
const PARTS = {
  mfa: () => import("./settings-mfa.js"),
  messages: () => import("./settings-messages.js"),
  countries: () => import("./settings-countries.js"),
  access: () => import("./settings-access.js"),
  limits: () => import("./settings-limits.js"),
};

let draft = null; // survives the way from tab to tab, and nothing else
let pending = []; // errors to be shown on the tab that is about to be drawn

export async function draw(place, { tab = "mfa", present }) {
  const known = TABS.some(([key]) => key === tab) ? tab : "mfa";
  const room = el("div", {});
  place.append(
    heading({
      title: "Settings",
      lead: "How passcodes are sent, and to whom. Changes apply from the next message on.",
    }),
    tabs(
      "Settings",
      TABS.map(([key, label]) => [label, `#/settings/${key}`, key === known]),
    ),
    room,
  );
  guard({ dirty: () => draft?.dirty ?? false, discard: forget, within: "#/settings" });
  const part = await PARTS[known]();
  if (draft?.dirty) return redraw();
  present();
  return load(
    room,
    async () => {
      const { body, etag } = await admin("GET", "/settings");
      draft = new Draft(flatten(body), etag);
    },
    parts,
  );

  function redraw() {
    room.replaceChildren(...parts());
  }

  function parts() {
    const { element, fields, ready } = part.draw(draft, { redraw });
    const bar = saveBar({
      count: () => Object.keys(draft.changes).length,
      watch: (listener) => draft.watch(listener),
      discard() {
        draft.discard();
        redraw();
      },
      async save() {
        const wrong = fields.filter((field) => field.problem?.()).map((field) => [field, field.problem()]);
        for (const [field, text] of wrong) field.setError(text);
        if (wrong.length) {
          wrong[0][0].focus();
          return false;
        }
        const { body, etag } = await admin("PATCH", "/settings", { body: mergePatch(draft.changes), etag: draft.etag });
        draft.rebase(flatten(body), etag, Object.keys(draft.changes));
        redraw();
        return true;
      },
      async refused(error) {
        if (isConflict(error)) {
          const { body, etag } = await admin("GET", "/settings");
          const server = flatten(body);
          if (await reconcile({ draft, server, etag, fields: fieldsOf(draft.server, server) })) redraw();
          return true;
        }
        if (!isInvalid(error)) return false;
        const homeless = showErrors(fields, error.errors, fieldSentence);
        if (!homeless.length) return true;
        const elsewhere = fieldOf(homeless[0].field)?.tab;
        if (elsewhere && elsewhere !== known) {
          pending = error.errors;
          go(`#/settings/${elsewhere}`);
        } else bar.say(homelessNotice(homeless, (name) => fieldOf(name)?.label ?? name));
        return true;
      },
    });
    if (pending.length) {
      const errors = pending;
      pending = [];
      Promise.resolve(ready).then(() => setTimeout(() => showErrors(fields, errors, fieldSentence)));
    }
    return [element, bar];
  }
}

function forget() {
  draft = null;
}

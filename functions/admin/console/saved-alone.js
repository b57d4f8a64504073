// A setting that is saved by itself, from outside the settings' pages.

/** @import { Nested } from "./pages/settings-fields.js" */
/** @import { Answer } from "./shared/types" */
import { isConflict } from "./draft.js";
import { admin } from "./session.js";

/** How often others may save settings in between. */
const TRIES = 5;

/**
 * A save, by the entity tag of the settings before it.
 * @typedef {Answer<Nested> & { before: string | null }} Saved
 */

/** @type {(saved: Saved) => void} */
let tell = () => {};

/**
 * Calls the listener after every such save. There is one listener: the settings' pages, whose draft gets old by it.
 * @param {(saved: Saved) => void} listener
 */
export function whenSavedAlone(listener) {
  tell = listener;
}

/**
 * Saves a merge patch of the settings, whatever others save meanwhile.
 * @param {object} patch
 */
export async function saveAlone(patch) {
  for (let left = TRIES; ; left--) {
    /** @type {Answer<unknown>} */
    const { etag: before } = await admin("GET", "/settings");
    try {
      /** @type {Answer<Nested>} */
      const saved = await admin("PATCH", "/settings", { body: patch, etag: before });
      return tell({ ...saved, before });
    } catch (error) {
      if (!isConflict(error) || left === 0) throw error;
    }
  }
}

// A setting that is saved by itself, from outside the settings' pages.

/** @import { Answer } from "./shared/types" */
import { isConflict } from "./draft.js";
import { admin } from "./session.js";

/** How often others may save settings in between. */
const TRIES = 5;

/**
 * Saves a merge patch of the settings, whatever others save meanwhile.
 * @param {object} patch
 */
export async function saveAlone(patch) {
  for (let left = TRIES; ; left--) {
    /** @type {Answer<unknown>} */
    const { etag } = await admin("GET", "/settings");
    try {
      return await admin("PATCH", "/settings", { body: patch, etag });
    } catch (error) {
      if (!isConflict(error) || left === 0) throw error;
    }
  }
}

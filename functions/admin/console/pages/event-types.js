// The types of events, as the filter of the log names them.

import { language } from "../language.js";

const PREFIX = "eventType_";

/** Those of the log's words. @type {[type: string, name: string][]} */
export const EVENT_TYPES = Object.entries(language.strings)
  .filter(([key]) => key.startsWith(PREFIX))
  .map(([key, name]) => [key.slice(PREFIX.length), name]);

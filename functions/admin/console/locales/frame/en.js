// The frame of the console in English: menu, login, dialogs, fields, tables and refusals.

export default {
  // The menu
  language: "Language",
};

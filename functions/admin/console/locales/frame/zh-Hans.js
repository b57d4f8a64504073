// The frame of the console in Simplified Chinese: menu, login, dialogs, fields, tables and refusals.

export default {
  // The menu
  language: "语言",
};

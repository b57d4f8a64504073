// The frame of the console in Japanese: menu, login, dialogs, fields, tables and refusals.

export default {
  // The menu
  language: "言語",
};

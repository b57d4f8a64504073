// The frame of the console in Traditional Chinese: menu, login, dialogs, fields, tables and refusals.

export default {
  // The menu
  language: "語言",
};

// The frame of the console in French: menu, login, dialogs, fields, tables and refusals.

export default {
  // The menu
  language: "Langue",
};

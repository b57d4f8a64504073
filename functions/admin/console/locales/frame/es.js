// The frame of the console in Spanish: menu, login, dialogs, fields, tables and refusals.

export default {
  // The menu
  language: "Idioma",
};

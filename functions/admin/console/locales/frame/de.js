// The frame of the console in German: menu, login, dialogs, fields, tables and refusals.

export default {
  // The menu
  language: "Sprache",
};

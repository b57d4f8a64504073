/** @type {import("../words.js").PageStrings} */
export default {
  brand: "Konto",
  language: "Sprache",
  loggedInAs: "Angemeldet als {name}.",
  signOut: "Abmelden",
};

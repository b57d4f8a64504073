/** @type {import("../words.js").PageStrings} */
export default {
  brand: "Konto",
  language: "Sprache",
  loggedInTitle: "Sie sind angemeldet",
  loggedInAs: "Angemeldet als {name}.",
  signOut: "Abmelden",
};

/** @type {import("../words.js").PageStrings} */
export default {
  brand: "Account",
  language: "Taal",
  loggedInTitle: "U bent ingelogd",
  loggedInAs: "Ingelogd als {name}.",
  signOut: "Uitloggen",
};

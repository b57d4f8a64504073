/** @type {import("../words.js").PageStrings} */
export default {
  brand: "Account",
  language: "Taal",
  loggedInAs: "Ingelogd als {name}.",
  signOut: "Uitloggen",
};

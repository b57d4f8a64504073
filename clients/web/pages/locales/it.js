/** @type {import("../words.js").PageStrings} */
export default {
  brand: "Account",
  language: "Lingua",
  loggedInAs: "Accesso effettuato come {name}.",
  signOut: "Esci",
};

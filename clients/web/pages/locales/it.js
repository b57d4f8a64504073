/** @type {import("../words.js").PageStrings} */
export default {
  brand: "Account",
  language: "Lingua",
  loggedInTitle: "Accesso effettuato",
  loggedInAs: "Accesso effettuato come {name}.",
  signOut: "Esci",
};

/** @type {import("../words.js").PageStrings} */
export default {
  brand: "Conta",
  language: "Idioma",
  loggedInTitle: "Sessão iniciada",
  loggedInAs: "Sessão iniciada como {name}.",
  signOut: "Terminar sessão",
};

/** @type {import("../words.js").PageStrings} */
export default {
  brand: "Conta",
  language: "Idioma",
  loggedInAs: "Sessão iniciada como {name}.",
  signOut: "Terminar sessão",
};

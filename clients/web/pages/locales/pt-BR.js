/** @type {import("../words.js").PageStrings} */
export default {
  brand: "Conta",
  language: "Idioma",
  loggedInAs: "Conectado como {name}.",
  signOut: "Sair",
};

/** @type {import("../words.js").PageStrings} */
export default {
  brand: "Conta",
  language: "Idioma",
  loggedInTitle: "Você entrou na conta",
  loggedInAs: "Conectado como {name}.",
  signOut: "Sair",
};

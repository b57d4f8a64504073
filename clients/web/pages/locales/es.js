/** @type {import("../words.js").PageStrings} */
export default {
  brand: "Cuenta",
  language: "Idioma",
  loggedInTitle: "Sesión iniciada",
  loggedInAs: "Sesión iniciada como {name}.",
  signOut: "Cerrar sesión",
};

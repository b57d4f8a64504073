/** @type {import("../words.js").PageStrings} */
export default {
  brand: "Cuenta",
  language: "Idioma",
  loggedInAs: "Sesión iniciada como {name}.",
  signOut: "Cerrar sesión",
};

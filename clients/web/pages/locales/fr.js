/** @type {import("../words.js").PageStrings} */
export default {
  brand: "Compte",
  language: "Langue",
  loggedInAs: "Connexion en tant que {name}.",
  signOut: "Se déconnecter",
};

/** @type {import("../words.js").PageStrings} */
export default {
  brand: "Compte",
  language: "Langue",
  loggedInTitle: "Vous êtes connecté(e)",
  loggedInAs: "Connexion en tant que {name}.",
  signOut: "Se déconnecter",
};

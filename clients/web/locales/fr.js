/** @type {import("./index.js").Strings} */
export default {
  logIn: "Se connecter",
  loginName: "Nom d’utilisateur",
  password: "Mot de passe",
};

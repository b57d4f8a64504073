/** @type {import("./index.js").Strings} */
export default {
  logIn: "Accedi",
  loginName: "Nome utente",
  password: "Password",
};

/** @type {import("./index.js").Strings} */
export default {
  logIn: "Iniciar sessão",
  loginName: "Nome de utilizador",
  password: "Palavra-passe",
};

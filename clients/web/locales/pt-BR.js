/** @type {import("./index.js").Strings} */
export default {
  logIn: "Entrar",
  loginName: "Nome de usuário",
  password: "Senha",
};

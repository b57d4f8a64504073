/** @type {import("./index.js").Strings} */
export default {
  logIn: "Iniciar sesión",
  loginName: "Nombre de usuario",
  password: "Contraseña",
};

/** @type {import("./index.js").Strings} */
export default {
  logIn: "Anmelden",
  loginName: "Anmeldename",
  password: "Passwort",
};

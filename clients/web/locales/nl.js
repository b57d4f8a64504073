/** @type {import("./index.js").Strings} */
export default {
  logIn: "Inloggen",
  loginName: "Gebruikersnaam",
  password: "Wachtwoord",
};

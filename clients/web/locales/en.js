// The words of the kit in English. Every other language has the same keys.

export default {
  logIn: "Log in",
  loginName: "Login name",
  password: "Password",
};

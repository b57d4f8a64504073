/** @type {import("./index.js").Strings} */
export default {
  logIn: "ログイン",
  loginName: "ログイン名",
  password: "パスワード",
};

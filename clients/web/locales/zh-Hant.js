/** @type {import("./index.js").Strings} */
export default {
  logIn: "登入",
  loginName: "登入名稱",
  password: "密碼",
};

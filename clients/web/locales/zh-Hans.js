/** @type {import("./index.js").Strings} */
export default {
  logIn: "登录",
  loginName: "登录名",
  password: "密码",
};

/** @type {import("../words.js").PageStrings} */
export default {
  brand: "账户",
  language: "语言",
  loggedInAs: "已登录为 {name}。",
  signOut: "退出登录",
};

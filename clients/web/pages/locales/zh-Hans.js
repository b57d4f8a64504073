/** @type {import("../words.js").PageStrings} */
export default {
  brand: "账户",
  language: "语言",
  loggedInTitle: "您已登录",
  loggedInAs: "已登录为 {name}。",
  signOut: "退出登录",
};

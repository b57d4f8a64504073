/** @type {import("../words.js").PageStrings} */
export default {
  brand: "帳戶",
  language: "語言",
  loggedInAs: "已登入為 {name}。",
  signOut: "登出",
};

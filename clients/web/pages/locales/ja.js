/** @type {import("../words.js").PageStrings} */
export default {
  brand: "アカウント",
  language: "言語",
  loggedInAs: "{name} としてログインしています。",
  signOut: "ログアウト",
};

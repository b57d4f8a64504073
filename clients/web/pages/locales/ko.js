/** @type {import("../words.js").PageStrings} */
export default {
  brand: "계정",
  language: "언어",
  loggedInAs: "{name}(으)로 로그인했습니다.",
  signOut: "로그아웃",
};

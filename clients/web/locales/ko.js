/** @type {import("./index.js").Strings} */
export default {
  logIn: "로그인",
  loginName: "로그인 이름",
  password: "비밀번호",
};

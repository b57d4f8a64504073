/** @type {import("./index.js").Strings} */
export default {
  logIn: "تسجيل الدخول",
  loginName: "اسم تسجيل الدخول",
  password: "كلمة المرور",
};

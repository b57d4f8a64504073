/** @type {import("../words.js").PageStrings} */
export default {
  brand: "الحساب",
  language: "اللغة",
  loggedInTitle: "تم تسجيل الدخول",
  loggedInAs: "تم تسجيل الدخول باسم {name}.",
  signOut: "تسجيل الخروج",
};

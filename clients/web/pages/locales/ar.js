/** @type {import("../words.js").PageStrings} */
export default {
  brand: "الحساب",
  language: "اللغة",
  loggedInAs: "تم تسجيل الدخول باسم {name}.",
  signOut: "تسجيل الخروج",
};

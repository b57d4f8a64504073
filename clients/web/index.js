// The client kit of a second factor: the API, and the words of a login.

export { Language, loadLanguage, preferred } from "./language.js";
export { closest, LOCALES } from "./locales/index.js";
export { Api } from "./service.js";
export { Problem, Unreachable } from "./shared/api.js";

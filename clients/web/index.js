// The client kit of a second factor: the API, and the web components <second-factor-login> and <second-factor-action>.

export { SecondFactorAction } from "./elements/action.js";
export { SecondFactorLogin } from "./elements/login.js";
export { Language, loadLanguage, preferred } from "./language.js";
export { closest, LOCALES } from "./locales/index.js";
export { Api } from "./service.js";
export { clock, Keys, Problem, Unreachable } from "./shared/api.js";

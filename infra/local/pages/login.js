// A login, from the name and password to the access token: what each button and each form does.

/** @import { Authenticated, MfaRequired } from "./shared/types" */
import { copy, rememberedName } from "./login-device.js";
import { helpWithLogin } from "./login-help.js";
import { LOGIN_REFUSALS } from "./login-refusals.js";
import { cancel, clearLoginErrors, finish, peek, sessionOver, signOut, start } from "./login-steps.js";
import { fieldError, input } from "./passcode-fields.js";
import { onSubmit, run } from "./passcode-page.js";
import { serve } from "./passcode-purpose.js";
import { act, call } from "./passcode-requests.js";
import { notice, screen } from "./passcode-screen.js";
import { oneAtATime, sessionOpened, state } from "./passcode-state.js";
import { choosePhone, dropChallenge, lock } from "./passcode-steps.js";
import { clock } from "./shared/api.js";
import { $, announce } from "./shared/dom.js";

serve({
  first: "login",
  continues: "continue login",
  locks: "the login",
  endsSoon: "This login ends soon. You would have to enter your password again",
  waits: () => (state.session ? "You have entered your password already." : "You are logged in."),
  end: () => (state.token === null ? null : "token"),
  offers: {},
  refusals: LOGIN_REFUSALS,
  focus: () => $("password"),
  arrive: clearLoginErrors,
  resume: () => false,
  help: helpWithLogin,
  start,
  sessionOver,
  leaves: () => false,
  approved: finish,
  approvedUnheard() {
    // The same passcode again gets the same answer.
    const title = "Please enter the same passcode again";
    notice({ kind: "info", title, text: "It was right, but the answer did not arrive here." });
  },
});

function logIn() {
  const [name, password] = [input("login-name").value, input("password").value];
  if (oneAtATime.busy) return;
  clearLoginErrors();
  screen.clear();
  if (!password) fieldError("password", "Enter your password.");
  if (!name.trim()) fieldError("login-name", "Enter your login name.");
  if (!name.trim()) return $("login-name").focus();
  if (!password) return $("password").focus();
  const work = async (/** @type {AbortSignal} */ signal) => {
    /** @type {MfaRequired | Authenticated} */
    const answer = await call("POST", "/v1/login", { body: { login_name: name, password }, signal });
    rememberedName.remember(input("remember").checked ? name.trim() : null);
    input("password").value = "";
    peek(false);
    if (answer.status === "authenticated") return finish(answer, name.trim());
    dropChallenge();
    sessionOpened({ ...answer, name: name.trim() });
    if (answer.locked_until && Date.parse(answer.locked_until) > clock.now()) return lock(answer.locked_until);
    choosePhone();
  };
  act("login", $("login-submit"), "Logging in…", work, logIn);
}

async function copyToken() {
  const copied = await copy(state.token ?? "");
  if (!copied) {
    $("token-raw").closest("details")?.setAttribute("open", "");
    getSelection()?.selectAllChildren($("token-raw")); // ready to be copied by hand
  }
  $("copy").textContent = copied ? "Copied" : "Selected above";
  announce(copied ? "The token was copied." : "The token is selected, ready to be copied.");
  setTimeout(() => {
    $("copy").textContent = "Copy token";
  }, 3000);
}

onSubmit("login-form", logIn);
$("peek").addEventListener("click", () => peek(input("password").type === "password"));
$("copy").addEventListener("click", copyToken);

const name = rememberedName.recall();
if (name) {
  input("login-name").value = name;
  input("remember").checked = true;
}
run("backup-client.login", { cancel, "sign-out": signOut });

// The words of the client pages in English. Every other language has the same keys.

export default {
  brand: "Account",
  language: "Language",
  loggedInTitle: "You are logged in",
  loggedInAs: "Logged in as {name}.",
  signOut: "Sign out",
};

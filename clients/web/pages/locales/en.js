// The words of the client pages in English. Every other language has the same keys.

export default {
  brand: "Account",
  language: "Language",
  loggedInAs: "Logged in as {name}.",
  signOut: "Sign out",
};

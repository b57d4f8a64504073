// The switch of messages and the banners in English.

export default {
  // The switch of messages and calls
  sendingTo_on: "To every phone",
  sendingTo_verified_only: "Only to verified phones",
  sendingTo_off: "Nothing at all",
  sendingHint_on: "Messages and calls go out.",
  sendingHint_verified_only: "Phones on which a passcode was entered before. New numbers get nothing.",
  sendingHint_off: "No text message, call or WhatsApp goes out, no notice either.",
  sendingGoes: "Messages and calls go",
  stopSending: "Stop sending",
  stopSendingAsk: "Stop sending?",
  stopSendingText:
    "It works within 30 seconds, until somebody resumes. Mail, authenticator apps and recovery codes go on.",
  stayLoggedIn:
    "Stay logged in: with nothing at all, nobody logs in whose only second factor is a text message or a call.",
  sendingStopped: "Sending is stopped.",
  resumeSendingAsk: "Resume sending?",
  resumeSendingText: "Messages and calls go to every phone again, within 30 seconds.",
  resumeSending: "Resume",
  sendingResumed: "Sending goes on.",
  stoppedTitle_verified_only: "Messages and calls go only to verified phones",
  stoppedTitle_off: "Sending is stopped: no message or call goes out",
  stoppedBy: "Set by {who}. Mail, authenticator apps and recovery codes go on.",
  stoppedByAt: "Set by {who}, {at}. Mail, authenticator apps and recovery codes go on.",
  stoppedByIam: "a direct invocation",
  stoppedBySomebody: "an administrator",
  stayLoggedInShort: "Stay logged in if a text message is your only second factor.",
  stopEverything: "Stop everything",
  // A provider that refuses the account
  health_refused: "No passcode is sent: nobody with SMS authentication can log in",
  health_impaired: "One of the providers sends nothing",
  providerRefuses: "{provider} refuses the account: {meaning} (error {code}). It began {since}.",
  providerUntil: "This goes as soon as {provider} accepts a message, or the settings are saved.",
  openSettings: "Open the settings",
};

// The switch of messages and the banners in German.

export default {
  // The switch of messages and calls
  sendingTo_on: "An alle Telefone",
  sendingTo_verified_only: "Nur an verifizierte Telefone",
  sendingTo_off: "Gar nichts",
  sendingHint_on: "Nachrichten und Anrufe gehen hinaus.",
  sendingHint_verified_only: "Telefone, mit denen schon ein Code eingegeben wurde. Neue Nummern bekommen nichts.",
  sendingHint_off: "Keine SMS, kein Anruf und kein WhatsApp geht hinaus, auch keine Benachrichtigung.",
  sendingGoes: "Nachrichten und Anrufe gehen",
  stopSending: "Senden stoppen",
  stopSendingAsk: "Senden stoppen?",
  stopSendingText: [
    "Es wirkt innerhalb von 30 Sekunden, bis jemand das Senden fortsetzt. E-Mail, Authenticator-Apps und",
    "Wiederherstellungscodes funktionieren weiter.",
  ].join(" "),
  stayLoggedIn: [
    "Bleiben Sie angemeldet: Geht gar nichts hinaus, kann sich niemand anmelden, dessen einziger zweiter",
    "Faktor eine SMS oder ein Anruf ist.",
  ].join(" "),
  sendingStopped: "Das Senden ist gestoppt.",
  resumeSendingAsk: "Senden fortsetzen?",
  resumeSendingText: "Nachrichten und Anrufe gehen innerhalb von 30 Sekunden wieder an alle Telefone.",
  resumeSending: "Fortsetzen",
  sendingResumed: "Das Senden geht weiter.",
  stoppedTitle_verified_only: "Nachrichten und Anrufe gehen nur an verifizierte Telefone",
  stoppedTitle_off: "Das Senden ist gestoppt: keine Nachricht und kein Anruf geht hinaus",
  stoppedBy: "Festgelegt von {who}. E-Mail, Authenticator-Apps und Wiederherstellungscodes funktionieren weiter.",
  stoppedByAt:
    "Festgelegt von {who}, {at}. E-Mail, Authenticator-Apps und Wiederherstellungscodes funktionieren weiter.",
  stoppedByIam: "einem direkten Aufruf",
  stoppedBySomebody: "einem Administrator",
  stayLoggedInShort: "Bleiben Sie angemeldet, wenn eine SMS Ihr einziger zweiter Faktor ist.",
  stopEverything: "Alles stoppen",
  // A provider that refuses the account
  health_refused: "Kein Code wird gesendet: niemand mit SMS-Authentifizierung kann sich anmelden",
  health_impaired: "Einer der Anbieter sendet nichts",
  providerRefuses: "{provider} lehnt das Konto ab: {meaning} (Fehler {code}). Es begann {since}.",
  providerUntil:
    "Dies verschwindet, sobald {provider} eine Nachricht annimmt oder die Einstellungen gespeichert werden.",
  openSettings: "Einstellungen öffnen",
};

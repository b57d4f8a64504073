// The texts of messages in German.

export default {
  // The text message
  messageTitle: "SMS",
  messageLead: [
    "In der Sprache der Seite oder App, die sie anfordert, sonst des Profils, sonst der unten gewählten,",
    "sonst auf Englisch.",
  ].join(" "),
  messageEvery: "In jeder Nachricht",
  signatureHint: "Die letzten Worte der Nachricht, höchstens {n} Zeichen, ohne Link.",
  languageOfCountry: "Die Sprache des Landes des Telefons",
  languageHint: "Für Benutzer ohne eigene Sprache.",
  originHint: "Telefone füllen den Code nur auf diesem Host aus.",
  // Other channels
  otherWays: "Andere Wege",
  otherWaysLead: [
    "Für Benutzer, die SMS nicht erreichen. Die Anmeldung bietet die eingerichteten Wege an, innerhalb",
    "derselben Grenzen.",
  ].join(" "),
  voiceHint: [
    "Ein Anruf spricht den Code zweimal, in der Sprache der Nachricht, von der Telefonnummer des",
    "Absenders. So sind auch Festnetzanschlüsse erreichbar.",
  ].join(" "),
  whatsappHint: [
    "Die Content SID einer Vorlage der Kategorie Authentifizierung, die WhatsApp genehmigt hat. Ihr",
    "Absender ist der unter „MFA-Einstellungen“. Leer: kein WhatsApp.",
  ].join(" "),
  callNeedsNumber: "Zuerst muss der Absender eine Telefonnummer sein.",
  callNotNumber:
    "Der Absender ist keine Telefonnummer: Schalten Sie Anrufe aus, oder wählen Sie einen anderen Absender.",
  noCaller: "Ein Anruf braucht eine Telefonnummer, von der er kommt",
  noCallerText: [
    "Der Absender ist keine. Wählen Sie unter „MFA-Einstellungen“ eine Telefonnummer Ihres Twilio-Kontos,",
    "die anrufen kann.",
  ].join(" "),
  recoveryTitle: "Wiederherstellung per E-Mail",
  recoveryLead: "Wer sein Telefon verloren hat, kann sich einen Code an die Kontakt-E-Mail senden lassen.",
  emailSenderHint: "Eine Adresse, von der Amazon SES senden darf. Leer: keine Wiederherstellung per E-Mail.",
  // The editor of the texts
  messageIn: "Nachricht auf {language}",
  builtInText: "(der eingebaute Text)",
  textLanguage: "Sprache",
  textField: "Text",
  textHint: [
    "Eingesetzt werden {code}, {login_name}, {prefix} und {signature}. Die Zeile zum automatischen",
    "Ausfüllen kommt von selbst dazu.",
  ].join(" "),
  textReset: "Auf den eingebauten Text zurücksetzen",
  textRemove: "Diese Sprache entfernen",
  textAdd: "Sprache hinzufügen",
  textCannotBe: "Dieser Text kann nicht gespeichert werden: {problem}.",
  optionNotSaved: "{language}, nicht gespeichert",
  optionOwn: "{language}, eigener Text",
  optionFaulty: "{language}, zu korrigieren",
  textShown: "Der Text auf {language}",
  inserts: "Einfügen",
  insert_code: "{word} einfügen, den Code",
  insert_login_name: "{word} einfügen, den Anmeldenamen",
  insert_prefix: "{word} einfügen, die Referenz",
  insert_signature: "{word} einfügen, die Signatur",
  // The judgement of a text
  howItArrives: "So kommt sie an",
  alphabet: "Alphabet",
  alphabet_GSM: "GSM-7, 160 Zeichen je Segment",
  alphabet_UCS: "UCS-2, 70 Zeichen je Segment",
  segments: "Segmente",
  price: "Preis",
  costs_one: "Kostet {n} Nachricht",
  costs_other: "Kostet {n} Nachrichten",
  textFine: "An diesem Text ist nichts auszusetzen.",
  textUnsaveable: "Dieser Text kann nicht gespeichert werden",
  textBetter: "Er könnte besser sein",
  finding: "{message}",
  // The dialog that asks for a language
  languageTag: "Sprachkürzel",
  languageTagHint: "Wie in BCP 47: sv für Schwedisch, pt-PT für Portugiesisch in Portugal.",
  languageTagAround:
    "Die Worte darum herum gibt es in diesen Sprachen: {languages}. Nehmen Sie ein Kürzel wie in BCP 47: de, pt-PT.",
  languageBegins: "Sie beginnt mit dem englischen Text, den Sie übersetzen.",
  languageAdd: "Hinzufügen",
  languageKnown: "{language} steht schon in der Liste.",
  languageNotTag: "Das ist kein Sprachkürzel. Nehmen Sie eines wie sv oder pt-PT.",
  languageNotAround: "Bestätigungen gibt es nicht auf {language}. Diese Benutzer bekommen die englische.",
};

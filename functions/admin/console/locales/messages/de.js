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
  textCannotBe: "Dieser Text kann nicht gespeichert werden: Er {problem}.",
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
  findingIs: "Er {problem}.",
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
  // Findings about a text: each goes on from its name
  finding_no_code: "muss {code} enthalten",
  finding_code_twice: "darf {code} nur einmal enthalten: Telefone füllen den einen Code einer Nachricht aus",
  finding_no_prefix: "muss {prefix} enthalten, woran man erkennt, zu welcher Anmeldung die Nachricht gehört",
  finding_unknown_placeholder:
    "darf {about} nicht enthalten; eingesetzt werden {code}, {login_name}, {prefix}, {signature}",
  finding_unbalanced_brace:
    "darf keine einzelne geschweifte Klammer enthalten; schreiben Sie {{ oder }} für eine sichtbare",
  finding_code_not_alone:
    "muss {code} durch ein Leerzeichen oder einen Zeilenumbruch von Buchstaben, Ziffern und Zeichen trennen",
  finding_prefix_beside_code: "muss zwischen {prefix} und {code} ein Wort oder einen Zeilenumbruch haben",
  finding_link:
    "darf keinen Link enthalten, auch nichts, woraus Telefone einen machen, etwa einen Punkt vor einem Wort",
  finding_digits: [
    "darf keine vier Ziffern enthalten, auch keine Ziffer neben {login_name} oder {signature}: sie",
    "könnten als Code gelten",
  ].join(" "),
  finding_control_characters: "darf keine Tabulatoren, Steuerzeichen oder Zeichen für die Schreibrichtung enthalten",
  finding_line_breaks: [
    "darf nicht mit einem Leerzeichen oder Zeilenumbruch beginnen oder enden und keine zwei leeren Zeilen",
    "in Folge enthalten",
  ].join(" "),
  finding_reserved_line: "darf keine Zeile mit @ beginnen: Die letzte Zeile, @host #code, wird angefügt",
  finding_too_long: "darf höchstens eine Nachricht von {about} Zeichen ergeben",
  finding_too_many_segments: "muss in {about} Segmente passen",
  finding_no_signature: "enthält {signature} nicht",
  finding_no_login_name: "enthält {login_name} nicht",
  finding_ucs2: "fasst nur 70 statt 160 Zeichen je Segment, wegen: {about}",
  letterInstead: "{letter} (stattdessen {instead})",
  blank: "ein Leerzeichen",
  // Findings about the sentence of an action type, where they are others
  finding_parameter_name: [
    "darf {about} nicht enthalten: Der Name eines Parameters hat 1 bis 32 Kleinbuchstaben, Ziffern und _",
    "und beginnt mit einem Buchstaben",
  ].join(" "),
  finding_parameter_reserved: "darf {about} nicht enthalten, das in einem Token etwas anderes bedeutet",
  finding_too_many_parameters: "darf höchstens {about} Parameter haben",
  finding_other_parameters: "muss dieselben Platzhalter enthalten wie en: {about}",
  finding_no_words: "muss mit eigenen Worten sagen, was bestätigt wird",
  finding_autofill: [
    "darf nicht mit @ beginnen und kein # vor einer Ziffer oder einem Platzhalter enthalten: Telefone",
    "würden daraus einen Code ausfüllen",
  ].join(" "),
  finding_call_too_long: "ist mit den längsten Werten zu lang für einen Anruf",
  finding_unquoted:
    "setzt {about} nicht in doppelte Anführungszeichen, sodass ein Wert wie Ihre eigenen Worte wirken kann",
  finding_deed_digits: [
    "darf keine vier Ziffern enthalten, die als Code gelten könnten, und keinen Platzhalter neben einer",
    "Ziffer oder einem anderen",
  ].join(" "),
  finding_deed_control_characters:
    "darf keine Zeilenumbrüche, Tabulatoren, Steuerzeichen oder Zeichen für die Schreibrichtung enthalten",
  finding_deed_line_breaks:
    "darf nicht mit einem Leerzeichen beginnen oder enden und nicht mit einem kombinierenden Zeichen beginnen",
  finding_deed_too_many_segments: "muss mit Werten von 60 Buchstaben jedes Alphabets in {about} Segmente passen",
};

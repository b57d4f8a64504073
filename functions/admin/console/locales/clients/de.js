// The clients in German.

export default {
  // A secret that is shown once
  copy_secret: "Geheimnis kopieren",
  copy_link: "Link kopieren",
  copy_code: "Code kopieren",
  copied_secret: "Das Geheimnis ist kopiert.",
  copied_link: "Der Link ist kopiert.",
  copied_code: "Der Code ist kopiert.",
  selected_secret: "Das Geheimnis ist markiert; kopieren Sie es mit der Tastatur.",
  selected_link: "Der Link ist markiert; kopieren Sie ihn mit der Tastatur.",
  selected_code: "Der Code ist markiert; kopieren Sie ihn mit der Tastatur.",
  copyFirst_secret: [
    "Kopieren Sie zuerst das Geheimnis: Es wird nicht noch einmal angezeigt. Oder schließen Sie ohne, und",
    "erzeugen Sie später ein neues.",
  ].join(" "),
  copyFirst_link: [
    "Kopieren Sie zuerst den Link: Er wird nicht noch einmal angezeigt. Oder schließen Sie ohne, und erzeugen",
    "Sie später einen neuen.",
  ].join(" "),
  copyFirst_code: [
    "Kopieren Sie zuerst den Code: Er wird nicht noch einmal angezeigt. Oder schließen Sie ohne, und erzeugen",
    "Sie später einen neuen.",
  ].join(" "),
  secretCopied: "Kopiert",
  secretDone: "Fertig",
  closeWithoutCopying: "Schließen, ohne zu kopieren",
  shownOnce: "Es wird nur dieses eine Mal angezeigt",
};

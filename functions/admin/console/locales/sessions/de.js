// The sessions of administrators in German.

export default {
  // The list
  sessionsLead: [
    "Administratoren, die angemeldet sind, in der Konsole oder mit einem Programm. Eine beendete Sitzung",
    "kommt nicht wieder.",
  ].join(" "),
  sessionsLeadOwn:
    "Wo Sie angemeldet sind, in der Konsole oder mit einem Programm. Eine beendete Sitzung kommt nicht wieder.",
  sessionsCaption: "Sitzungen, die letzte Anmeldung zuerst",
  sessionsOf: "Sitzungen von {name}, die letzte Anmeldung zuerst",
  pagesOfSessions: "Seiten der Sitzungen",
  sessionUser: "Administrator",
  sessionDevice: "Gerät und Adresse",
  sessionStarted: "Angemeldet",
  sessionSeen: "Zuletzt benutzt",
  sessionUntil: "bis {time}",
  sessionActions: "Aktionen",
  sessionCurrent: "Diese Sitzung",
  sessionByApi: "Programm",
  // Ending them
  endSession: "Beenden",
  endSessionOf: "Sitzung von {name} beenden: {device}",
  endSessionAsk: "Diese Sitzung beenden?",
  endSessionText:
    "{name} wird dort sofort abgemeldet. Wenn sie jemand anderem gehören könnte, setzen Sie auch ein neues Passwort.",
  endOwnSessionText:
    "Sie werden dort sofort abgemeldet. Wenn sie jemand anderem gehören könnte, setzen Sie auch ein neues Passwort.",
  sessionIsEnded: "Die Sitzung ist beendet.",
  endAllSessions: "Alle Sitzungen beenden",
  endAllAsk: "Alle Sitzungen von {name} beenden?",
  endAllText: "{name} wird sofort überall abgemeldet, und die Aufträge von {name} halten an.",
  endAllOwnText: "Sie werden sofort überall abgemeldet, auch hier, und Ihre Aufträge halten an.",
  allSessionsEnded: "Alle Sitzungen sind beendet.",
  // On the page of a user
  userSessions: "Sitzungen",
  userSessionsLead: "Wo dieser Administrator gerade angemeldet ist.",
  noSessions: "Nirgends angemeldet.",
};

// The sessions of administrators in French.

export default {
  // The list
  sessionsLead:
    "Les administrateurs connectés, dans la console ou avec un programme. Une session terminée ne revient pas.",
  sessionsLeadOwn: "Où vous êtes connecté, dans la console ou avec un programme. Une session terminée ne revient pas.",
  sessionsCaption: "Sessions, de la connexion la plus récente à la plus ancienne",
  sessionsOf: "Sessions de {name}, de la connexion la plus récente à la plus ancienne",
  pagesOfSessions: "Pages des sessions",
  sessionUser: "Administrateur",
  sessionDevice: "Appareil et adresse",
  sessionStarted: "Connexion",
  sessionSeen: "Dernière utilisation",
  sessionUntil: "jusqu’au {time}",
  sessionActions: "Opérations",
  sessionCurrent: "Cette session",
  sessionByApi: "Programme",
  // Ending them
  endSession: "Terminer",
  endSessionOf: "Terminer la session de {name} : {device}",
  endSessionAsk: "Terminer cette session ?",
  endSessionText:
    "{name} y est déconnecté aussitôt. Si quelqu’un d’autre a pu l’utiliser, définissez aussi un nouveau mot de passe.",
  endOwnSessionText:
    "Vous y êtes déconnecté aussitôt. Si quelqu’un d’autre a pu l’utiliser, définissez aussi un nouveau mot de passe.",
  sessionIsEnded: "La session est terminée.",
  endAllSessions: "Terminer toutes les sessions",
  endAllAsk: "Terminer toutes les sessions de {name} ?",
  endAllText: "{name} est déconnecté partout aussitôt, et les tâches de {name} s’arrêtent.",
  endAllOwnText: "Vous êtes déconnecté partout aussitôt, ici aussi, et vos tâches s’arrêtent.",
  allSessionsEnded: "Toutes les sessions sont terminées.",
  // On the page of a user
  userSessions: "Sessions",
  userSessionsLead: "Où cet administrateur est connecté en ce moment.",
  noSessions: "Connecté nulle part.",
};

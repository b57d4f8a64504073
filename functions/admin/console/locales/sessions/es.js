// The sessions of administrators in Spanish.

export default {
  // The list
  sessionsLead:
    "Los administradores que han iniciado sesión, en la consola o con un programa. Una sesión terminada no vuelve.",
  sessionsLeadOwn: "Dónde ha iniciado sesión, en la consola o con un programa. Una sesión terminada no vuelve.",
  sessionsCaption: "Sesiones, primero el último inicio",
  sessionsOf: "Sesiones de {name}, primero el último inicio",
  pagesOfSessions: "Páginas de las sesiones",
  sessionUser: "Administrador",
  sessionDevice: "Dispositivo y dirección",
  sessionStarted: "Inicio de sesión",
  sessionSeen: "Último uso",
  sessionUntil: "hasta {time}",
  sessionActions: "Acciones",
  sessionCurrent: "Esta sesión",
  sessionByApi: "Programa",
  // Ending them
  endSession: "Terminar",
  endSessionOf: "Terminar la sesión de {name}: {device}",
  endSessionAsk: "¿Terminar esta sesión?",
  endSessionText: [
    "La sesión de {name} se cierra allí de inmediato. Si puede ser de otra persona, establezca también",
    "una contraseña nueva.",
  ].join(" "),
  endOwnSessionText:
    "Su sesión se cierra allí de inmediato. Si puede ser de otra persona, establezca también una contraseña nueva.",
  sessionIsEnded: "La sesión ha terminado.",
  endAllSessions: "Terminar todas las sesiones",
  endAllAsk: "¿Terminar todas las sesiones de {name}?",
  endAllText: "Las sesiones de {name} se cierran en todas partes de inmediato, y los trabajos de {name} se detienen.",
  endAllOwnText: "Sus sesiones se cierran en todas partes de inmediato, también aquí, y sus trabajos se detienen.",
  allSessionsEnded: "Todas las sesiones han terminado.",
  // On the page of a user
  userSessions: "Sesiones",
  userSessionsLead: "Dónde ha iniciado sesión ahora este administrador.",
  noSessions: "Sin sesiones abiertas.",
};

// The switch of messages and the banners in Spanish.

export default {
  // The switch of messages and calls
  sendingTo_on: "A todos los teléfonos",
  sendingTo_verified_only: "Solo a teléfonos verificados",
  sendingTo_off: "Nada en absoluto",
  sendingHint_on: "Los mensajes y las llamadas salen.",
  sendingHint_verified_only: "Teléfonos con los que ya se introdujo una clave. Los números nuevos no reciben nada.",
  sendingHint_off: "No sale ningún SMS, llamada ni WhatsApp, tampoco avisos.",
  sendingGoes: "Los mensajes y las llamadas van",
  stopSending: "Detener los envíos",
  stopSendingAsk: "¿Detener los envíos?",
  stopSendingText: [
    "Surte efecto en 30 segundos, hasta que alguien reanude. El correo, las aplicaciones de autenticación y",
    "los códigos de recuperación siguen funcionando.",
  ].join(" "),
  stayLoggedIn:
    "No cierre la sesión: si no sale nada, no podrá entrar nadie cuyo único segundo factor sea un SMS o una llamada.",
  sendingStopped: "Los envíos están detenidos.",
  resumeSendingAsk: "¿Reanudar los envíos?",
  resumeSendingText: "Los mensajes y las llamadas vuelven a ir a todos los teléfonos en 30 segundos.",
  resumeSending: "Reanudar",
  sendingResumed: "Los envíos continúan.",
  stoppedTitle_verified_only: "Los mensajes y las llamadas solo van a teléfonos verificados",
  stoppedTitle_off: "Los envíos están detenidos: no sale ningún mensaje ni llamada",
  stoppedBy: [
    "Establecido por {who}. El correo, las aplicaciones de autenticación y los códigos de recuperación siguen",
    "funcionando.",
  ].join(" "),
  stoppedByAt: [
    "Establecido por {who}, {at}. El correo, las aplicaciones de autenticación y los códigos de recuperación",
    "siguen funcionando.",
  ].join(" "),
  stoppedByIam: "una invocación directa",
  stoppedBySomebody: "un administrador",
  stayLoggedInShort: "No cierre la sesión si un SMS es su único segundo factor.",
  stopEverything: "Detener todo",
  // A provider that refuses the account
  health_refused: "No se envía ninguna clave: nadie con autenticación por SMS puede entrar",
  health_impaired: "Uno de los proveedores no envía nada",
  providerRefuses: "{provider} rechaza la cuenta: {meaning} (error {code}). Empezó {since}.",
  providerUntil: "Esto desaparece en cuanto {provider} acepte un mensaje o se guarden los ajustes.",
  openSettings: "Abrir los ajustes",
};

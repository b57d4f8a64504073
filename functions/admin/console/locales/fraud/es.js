// The page about fraud in Spanish.

export default {
  // The page
  fraudLead: [
    "Mensajes a teléfonos nuevos, por país: los que no estaban verificados antes de hoy (UTC). Cuentan hasta",
    "que vuelven sus claves.",
  ].join(" "),
  refresh: "Actualizar",
  budgetsInSettings: "Presupuestos en los ajustes",
  noMessageToday: "Hoy no se ha enviado ningún mensaje",
  noMessageTodayText: [
    "Un país aparece aquí, con sus presupuestos y decisiones, tras su primer mensaje del día (UTC).",
  ].join(" "),
  // The mode
  beyondBudget: "Mensajes por encima de un presupuesto",
  observe: "Observar",
  enforce: "Aplicar",
  nowEnforced: "Los presupuestos antifraude se aplican.",
  nowObserved: "Los presupuestos antifraude se observan.",
  enforceAsk: "¿Aplicar los presupuestos antifraude?",
  enforceText: "En 30 segundos se rechazan los mensajes a teléfonos nuevos que superen el presupuesto de su país.",
  enforcePast_one: "Hoy habría rechazado {n} de {all} mensajes.",
  enforcePast_other: "Hoy habría rechazado {n} de {all} mensajes.",
  observeAsk: "¿Solo observar los presupuestos antifraude?",
  observeText: "En 30 segundos, los mensajes a teléfonos nuevos por encima de un presupuesto se anotan y se envían.",
  // Figures
  messagesToday: "Mensajes hoy",
  sentMessages: "Mensajes",
  verifiedMessages: "Verificados",
  unverifiedMessages: "Sin verificar",
  ofMessages: "{share} de los mensajes",
  thisHour: "Esta hora",
  unverifiedNote: "sin verificar",
  unverifiedToday: "Sin verificar hoy",
  unverifiedThisHour: "Sin verificar esta hora",
  decisionsToday: "Decisiones de hoy",
  noDecisions: "Ninguna",
  fillingOf: "{n} de {most}",
  full: "Agotado",
  budgetsComputed: [
    "Los presupuestos siguen a las claves que vuelven; se calculan cada cinco minutos, la última vez {time}.",
  ].join(" "),
  budgetsNotComputed: "Los presupuestos aún no están calculados: rigen los de los ajustes.",
  todayByHour: "Hoy por horas",
  todayByHourLead: "Claves que volvieron y mensajes a teléfonos nuevos que nadie ha confirmado todavía.",
  // The banner, and decisions
  fraudMeans_off: [
    "Los presupuestos antifraude están desactivados: los mensajes a teléfonos nuevos salen igualmente, salvo",
    "si un usuario añade el teléfono.",
  ].join(" "),
  fraudMeans_observe: [
    "Los mensajes a teléfonos nuevos todavía salen. Con Aplicar se rechazarían; los dirigidos a teléfonos que",
    "añaden los usuarios ya se rechazan.",
  ].join(" "),
  fraudMeans_enforce: [
    "Allí se rechazan los mensajes a teléfonos nuevos hasta que vuelvan claves o termine la hora o el día",
    "(UTC).",
  ].join(" "),
  budgetUsedUp: "Los mensajes sin verificar han agotado el presupuesto: {regions}",
  budgetUsedUpMore: "Los mensajes sin verificar han agotado el presupuesto: {regions} y {n} más",
  wouldHaveRefused: "Habría rechazado {n} de {all}",
  haveRefused: "{n} rechazados",
  bothDecisions: "{would}. {refused}",
  decidedToday: "Hoy: {decisions}.",
};

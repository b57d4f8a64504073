// The page about fraud in German.

export default {
  // The page
  fraudLead: [
    "Nachrichten an neue Telefone nach Land: solche, die vor heute (UTC) nicht verifiziert waren. Sie zählen,",
    "bis ihre Codes zurückkommen.",
  ].join(" "),
  refresh: "Aktualisieren",
  budgetsInSettings: "Budgets in den Einstellungen",
  noMessageToday: "Heute wurde keine Nachricht gesendet",
  noMessageTodayText: [
    "Ein Land steht hier mit seinen Budgets und Entscheidungen nach seiner ersten Nachricht des Tages (UTC).",
  ].join(" "),
  // The mode
  beyondBudget: "Nachrichten über einem Budget",
  observe: "Beobachten",
  enforce: "Durchsetzen",
  nowEnforced: "Betrugsbudgets werden durchgesetzt.",
  nowObserved: "Betrugsbudgets werden beobachtet.",
  enforceAsk: "Betrugsbudgets durchsetzen?",
  enforceText: "Binnen 30 Sekunden werden Nachrichten an neue Telefone über dem Budget ihres Landes abgewiesen.",
  enforcePast_one: "Heute hätte es {n} von {all} Nachrichten abgewiesen.",
  enforcePast_other: "Heute hätte es {n} von {all} Nachrichten abgewiesen.",
  observeAsk: "Betrugsbudgets nur beobachten?",
  observeText: "Binnen 30 Sekunden werden Nachrichten an neue Telefone über einem Budget vermerkt und gesendet.",
  // Figures
  messagesToday: "Nachrichten heute",
  sentMessages: "Nachrichten",
  verifiedMessages: "Verifiziert",
  unverifiedMessages: "Nicht verifiziert",
  ofMessages: "{share} der Nachrichten",
  thisHour: "Diese Stunde",
  unverifiedNote: "nicht verifiziert",
  unverifiedToday: "Heute nicht verifiziert",
  unverifiedThisHour: "Diese Stunde nicht verifiziert",
  decisionsToday: "Entscheidungen heute",
  noDecisions: "Keine",
  fillingOf: "{n} von {most}",
  full: "Voll",
  budgetsComputed: "Budgets folgen den Codes, die zurückkommen; alle fünf Minuten berechnet, zuletzt {time}.",
  budgetsNotComputed: "Budgets sind noch nicht berechnet: Es gelten die der Einstellungen.",
  todayByHour: "Heute nach Stunden",
  todayByHourLead: "Codes, die zurückkamen, und Nachrichten an neue Telefone, die bisher niemand bestätigt hat.",
  // The banner, and decisions
  fraudMeans_off: [
    "Betrugsbudgets sind aus: Nachrichten an neue Telefone gehen dennoch hinaus, außer wenn ein Benutzer das",
    "Telefon hinzufügt.",
  ].join(" "),
  fraudMeans_observe: [
    "Nachrichten an neue Telefone gehen noch hinaus. Mit Durchsetzen würden sie abgewiesen; die an Telefone,",
    "die Benutzer hinzufügen, werden es.",
  ].join(" "),
  fraudMeans_enforce: [
    "Nachrichten an neue Telefone dort werden abgewiesen, bis Codes zurückkommen oder die Stunde oder der Tag",
    "(UTC) endet.",
  ].join(" "),
  budgetUsedUp: "Nicht verifizierte Nachrichten haben das Budget aufgebraucht: {regions}",
  budgetUsedUpMore: "Nicht verifizierte Nachrichten haben das Budget aufgebraucht: {regions} und {n} weitere",
  wouldHaveRefused: "Hätte {n} von {all} abgewiesen",
  haveRefused: "{n} abgewiesen",
  bothDecisions: "{would}. {refused}",
  decidedToday: "Heute: {decisions}.",
};

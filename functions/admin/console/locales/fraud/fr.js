// The page about fraud in French.

export default {
  // The page
  fraudLead: [
    "Messages vers de nouveaux téléphones, par pays : ceux qui n’étaient pas vérifiés avant aujourd’hui (UTC).",
    "Ils comptent jusqu’au retour de leurs codes.",
  ].join(" "),
  refresh: "Actualiser",
  budgetsInSettings: "Budgets dans les paramètres",
  noMessageToday: "Aucun message n’a été envoyé aujourd’hui",
  noMessageTodayText: [
    "Un pays figure ici, avec ses budgets et ses décisions, après son premier message du jour (UTC).",
  ].join(" "),
  // The mode
  beyondBudget: "Messages au-delà d’un budget",
  observe: "Observer",
  enforce: "Appliquer",
  nowEnforced: "Les budgets antifraude sont appliqués.",
  nowObserved: "Les budgets antifraude sont observés.",
  enforceAsk: "Appliquer les budgets antifraude ?",
  enforceText: [
    "Dans les 30 secondes, les messages vers de nouveaux téléphones au-delà du budget de leur pays sont",
    "refusés.",
  ].join(" "),
  enforcePast_one: "Cela aurait refusé aujourd’hui {n} message sur {all}.",
  enforcePast_other: "Cela aurait refusé aujourd’hui {n} messages sur {all}.",
  observeAsk: "Seulement observer les budgets antifraude ?",
  observeText: [
    "Dans les 30 secondes, les messages vers de nouveaux téléphones au-delà d’un budget sont notés, et",
    "envoyés.",
  ].join(" "),
  // Figures
  messagesToday: "Messages aujourd’hui",
  sentMessages: "Messages envoyés",
  verifiedMessages: "Vérifiés",
  unverifiedMessages: "Non vérifiés",
  ofMessages: "{share} des messages",
  thisHour: "Cette heure",
  unverifiedNote: "non vérifiés",
  unverifiedToday: "Non vérifiés aujourd’hui",
  unverifiedThisHour: "Non vérifiés cette heure",
  decisionsToday: "Décisions aujourd’hui",
  noDecisions: "Aucune",
  fillingOf: "{n} sur {most}",
  full: "Épuisé",
  budgetsComputed: [
    "Les budgets suivent les codes qui reviennent ; calculés toutes les cinq minutes, la dernière fois {time}.",
  ].join(" "),
  budgetsNotComputed: "Les budgets ne sont pas encore calculés : ceux des paramètres s’appliquent.",
  todayByHour: "Aujourd’hui, heure par heure",
  todayByHourLead: [
    "Les codes revenus, et les messages vers de nouveaux téléphones que personne n’a encore confirmés.",
  ].join(" "),
  // The banner, and decisions
  fraudMeans_off: [
    "Les budgets antifraude sont désactivés : les messages vers de nouveaux téléphones partent quand même,",
    "sauf si un utilisateur ajoute le téléphone.",
  ].join(" "),
  fraudMeans_observe: [
    "Les messages vers de nouveaux téléphones partent encore. Avec Appliquer, ils seraient refusés ; ceux vers",
    "des téléphones que des utilisateurs ajoutent le sont.",
  ].join(" "),
  fraudMeans_enforce: [
    "Les messages vers de nouveaux téléphones y sont refusés jusqu’au retour de codes, ou à la fin de l’heure",
    "ou du jour (UTC).",
  ].join(" "),
  budgetUsedUp: "Des messages non vérifiés ont épuisé le budget : {regions}",
  budgetUsedUpMore: "Des messages non vérifiés ont épuisé le budget : {regions} et {n} autres",
  wouldHaveRefused: "Aurait refusé {n} sur {all}",
  haveRefused: "{n} refusés",
  bothDecisions: "{would}. {refused}",
  decidedToday: "Aujourd’hui : {decisions}.",
};

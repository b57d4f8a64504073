// The page about fraud in English.

export default {
  // The page
  fraudLead: [
    "Messages to new phones, by country: those that were not verified before today (UTC). They count until",
    "their codes come back.",
  ].join(" "),
  refresh: "Refresh",
  budgetsInSettings: "Budgets in the settings",
  noMessageToday: "No message was sent today",
  noMessageTodayText: [
    "A country is listed here, with its budgets and decisions, after its first message of the day (UTC).",
  ].join(" "),
  // The mode
  beyondBudget: "Messages beyond a budget",
  observe: "Observe",
  enforce: "Enforce",
  nowEnforced: "Fraud budgets are enforced.",
  nowObserved: "Fraud budgets are observed.",
  enforceAsk: "Enforce fraud budgets?",
  enforceText: "Within 30 seconds, messages to new phones beyond the budget of their country are refused.",
  enforcePast_one: "It would have refused {n} of {all} messages today.",
  enforcePast_other: "It would have refused {n} of {all} messages today.",
  observeAsk: "Only observe fraud budgets?",
  observeText: "Within 30 seconds, messages to new phones beyond a budget are recorded, and sent.",
  // Figures
  messagesToday: "Messages today",
  sentMessages: "Messages",
  verifiedMessages: "Verified",
  unverifiedMessages: "Unverified",
  ofMessages: "{share} of messages",
  thisHour: "This hour",
  unverifiedNote: "unverified",
  unverifiedToday: "Unverified today",
  unverifiedThisHour: "Unverified this hour",
  decisionsToday: "Decisions today",
  noDecisions: "None",
  fillingOf: "{n} of {most}",
  full: "Full",
  budgetsComputed: "Budgets follow the codes that come back; computed every five minutes, last {time}.",
  budgetsNotComputed: "Budgets are not computed yet: those of the settings hold.",
  todayByHour: "Today by the hour",
  todayByHourLead: "Passcodes that came back, and messages to new phones that nobody has confirmed so far.",
  // The banner, and decisions
  fraudMeans_off: "Fraud budgets are off: messages to new phones go out all the same, unless a user adds the phone.",
  fraudMeans_observe: [
    "Messages to new phones still go out. With Enforce they would be refused; those to phones that users add",
    "are.",
  ].join(" "),
  fraudMeans_enforce: [
    "Messages to new phones there are refused until codes come back, or the hour or the day (UTC) ends.",
  ].join(" "),
  budgetUsedUp: "Unverified messages have used up the budget: {regions}",
  budgetUsedUpMore: "Unverified messages have used up the budget: {regions} and {n} more",
  wouldHaveRefused: "Would have refused {n} of {all}",
  haveRefused: "Refused {n}",
  bothDecisions: "{would}. {refused}",
  decidedToday: "Today: {decisions}.",
};

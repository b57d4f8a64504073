// The sessions of administrators in English.

export default {
  // The list
  sessionsLead:
    "Administrators who are logged in, in the console or with a program. A session that you end does not come back.",
  sessionsLeadOwn:
    "Where you are logged in, in the console or with a program. A session that you end does not come back.",
  sessionsCaption: "Sessions, the latest login first",
  sessionsOf: "Sessions of {name}, the latest login first",
  pagesOfSessions: "Pages of the sessions",
  sessionUser: "Administrator",
  sessionDevice: "Device and address",
  sessionStarted: "Logged in",
  sessionSeen: "Last used",
  sessionUntil: "until {time}",
  sessionActions: "Actions",
  sessionCurrent: "This session",
  sessionByApi: "Program",
  // Ending them
  endSession: "End",
  endSessionOf: "End the session of {name}: {device}",
  endSessionAsk: "End this session?",
  endSessionText: "{name} is logged out there at once. If it may be somebody else’s, set a new password as well.",
  endOwnSessionText: "You are logged out there at once. If it may be somebody else’s, set a new password as well.",
  sessionIsEnded: "The session is ended.",
  endAllSessions: "End all sessions",
  endAllAsk: "End all sessions of {name}?",
  endAllText: "{name} is logged out everywhere at once, and the jobs of {name} stop.",
  endAllOwnText: "You are logged out everywhere at once, here as well, and your jobs stop.",
  allSessionsEnded: "All sessions are ended.",
  // On the page of a user
  userSessions: "Sessions",
  userSessionsLead: "Where this administrator is logged in now.",
  noSessions: "Not logged in anywhere.",
};

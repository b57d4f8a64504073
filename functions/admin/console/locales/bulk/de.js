// Jobs on many users in German.

export default {
  // Deeds
  deed_mfa_on: "SMS-Authentifizierung einschalten",
  deed_mfa_off: "SMS-Authentifizierung ausschalten",
  deed_invite: "Per E-Mail einladen",
  deed_unlock: "Entsperren",
  deed_disable: "Deaktivieren",
  deed_enable: "Aktivieren",
  deed_set_owner: "Inhaber setzen",
  deed_set_locale: "Sprache der Nachrichten setzen",
  deed_delete: "Löschen",
  // The log
  jobStarted_one: "Auftrag für {n} Benutzer gestartet: {deed}",
  jobStarted_other: "Auftrag für {n} Benutzer gestartet: {deed}",
  jobEnded_done: "Auftrag erledigt: {deed}",
  jobEnded_cancelled: "Auftrag abgebrochen: {deed}",
  jobEnded_stopped: "Auftrag angehalten, weil sein Administrator das nicht mehr darf: {deed}",
};

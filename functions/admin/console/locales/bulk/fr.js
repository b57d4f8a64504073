// Jobs on many users in French.

export default {
  // Deeds
  deed_mfa_on: "Activer l’authentification par SMS",
  deed_mfa_off: "Désactiver l’authentification par SMS",
  deed_invite: "Inviter par e-mail",
  deed_unlock: "Déverrouiller",
  deed_disable: "Désactiver",
  deed_enable: "Réactiver",
  deed_set_owner: "Définir le propriétaire",
  deed_set_locale: "Définir la langue des messages",
  deed_delete: "Supprimer",
  // The log
  jobStarted_one: "Tâche lancée pour {n} utilisateur : {deed}",
  jobStarted_other: "Tâche lancée pour {n} utilisateurs : {deed}",
  jobEnded_done: "Tâche terminée : {deed}",
  jobEnded_cancelled: "Tâche annulée : {deed}",
  jobEnded_stopped: "Tâche arrêtée, car son administrateur n’en a plus le droit : {deed}",
};

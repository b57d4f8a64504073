// The switch of messages and the banners in French.

export default {
  // The switch of messages and calls
  sendingTo_on: "À tous les téléphones",
  sendingTo_verified_only: "Uniquement aux téléphones vérifiés",
  sendingTo_off: "Rien du tout",
  sendingHint_on: "Les messages et les appels partent.",
  sendingHint_verified_only: "Les téléphones dont un code a déjà été saisi. Les nouveaux numéros ne reçoivent rien.",
  sendingHint_off: "Aucun SMS, appel ou WhatsApp ne part, aucun avis non plus.",
  sendingGoes: "Les messages et les appels vont",
  stopSending: "Arrêter les envois",
  stopSendingAsk: "Arrêter les envois ?",
  stopSendingText: [
    "L’arrêt prend effet en 30 secondes, jusqu’à ce que quelqu’un reprenne. Les e-mails, les applications",
    "d’authentification et les codes de récupération continuent.",
  ].join(" "),
  stayLoggedIn: [
    "Restez connecté : si rien ne part, personne ne peut se connecter dont le seul second facteur est un SMS",
    "ou un appel.",
  ].join(" "),
  sendingStopped: "Les envois sont arrêtés.",
  resumeSendingAsk: "Reprendre les envois ?",
  resumeSendingText: "Les messages et les appels repartent vers tous les téléphones, en 30 secondes.",
  resumeSending: "Reprendre",
  sendingResumed: "Les envois reprennent.",
  stoppedTitle_verified_only: "Les messages et les appels ne vont qu’aux téléphones vérifiés",
  stoppedTitle_off: "Les envois sont arrêtés : aucun message ni appel ne part",
  stoppedBy:
    "Défini par {who}. Les e-mails, les applications d’authentification et les codes de récupération continuent.",
  stoppedByAt:
    "Défini par {who}, {at}. Les e-mails, les applications d’authentification et les codes de récupération continuent.",
  stoppedByIam: "une invocation directe",
  stoppedBySomebody: "un administrateur",
  stayLoggedInShort: "Restez connecté si un SMS est votre seul second facteur.",
  stopEverything: "Tout arrêter",
  // A provider that refuses the account
  health_refused: "Aucun code n’est envoyé : personne ayant l’authentification par SMS ne peut se connecter",
  health_impaired: "L’un des fournisseurs n’envoie rien",
  providerRefuses: "{provider} refuse le compte : {meaning} (erreur {code}). Cela a commencé {since}.",
  providerUntil: "Ceci disparaît dès que {provider} accepte un message ou que les paramètres sont enregistrés.",
  openSettings: "Ouvrir les paramètres",
};

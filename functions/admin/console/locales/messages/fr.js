// The texts of messages in French.

export default {
  // The text message
  messageTitle: "SMS",
  messageLead: [
    "Dans la langue de la page ou de l’application qui demande, sinon du profil, sinon celle ci-dessous,",
    "sinon en anglais.",
  ].join(" "),
  messageEvery: "Dans chaque message",
  signatureHint: "Les derniers mots du message, {n} caractères au plus, sans lien.",
  languageOfCountry: "La langue du pays du téléphone",
  languageHint: "Pour les utilisateurs sans langue à eux.",
  originHint: "Les téléphones ne remplissent le code que sur cet hôte.",
  // Other channels
  otherWays: "Autres moyens",
  otherWaysLead: [
    "Pour les utilisateurs que les SMS n’atteignent pas. La connexion propose les moyens configurés, dans",
    "les mêmes limites.",
  ].join(" "),
  voiceHint: [
    "Un appel énonce le code deux fois, dans la langue du message, depuis le numéro de l’expéditeur. Les",
    "lignes fixes sont ainsi joignables aussi.",
  ].join(" "),
  whatsappHint: [
    "Le Content SID d’un modèle de la catégorie authentification approuvé par WhatsApp. Son expéditeur",
    "est celui des « Paramètres MFA ». Vide : pas de WhatsApp.",
  ].join(" "),
  callNeedsNumber: "L’expéditeur doit d’abord être un numéro de téléphone.",
  callNotNumber:
    "L’expéditeur n’est pas un numéro de téléphone : désactivez les appels, ou choisissez un autre expéditeur.",
  noCaller: "Un appel doit venir d’un numéro de téléphone",
  noCallerText: [
    "L’expéditeur n’en est pas un. Choisissez dans « Paramètres MFA » un numéro de votre compte Twilio",
    "capable d’appeler.",
  ].join(" "),
  recoveryTitle: "Récupération par e-mail",
  recoveryLead: "Les utilisateurs qui ont perdu leur téléphone peuvent recevoir un code à l’e-mail de contact.",
  emailSenderHint: "Une adresse depuis laquelle Amazon SES peut envoyer. Vide : pas de récupération par e-mail.",
  // The editor of the texts
  messageIn: "Message en {language}",
  builtInText: "(le texte intégré)",
  textLanguage: "Langue",
  textField: "Texte",
  textHint: [
    "{code}, {login_name}, {prefix} et {signature} sont remplacés. La ligne pour le remplissage",
    "automatique s’ajoute d’elle-même.",
  ].join(" "),
  textReset: "Rétablir le texte intégré",
  textRemove: "Retirer cette langue",
  textAdd: "Ajouter une langue",
  textCannotBe: "Ce texte ne peut pas être enregistré : {problem}.",
  optionNotSaved: "{language}, non enregistré",
  optionOwn: "{language}, votre propre texte",
  optionFaulty: "{language}, à corriger",
  textShown: "Le texte en {language}",
  inserts: "Insérer",
  insert_code: "Insérer {word}, le code",
  insert_login_name: "Insérer {word}, le nom d’utilisateur",
  insert_prefix: "Insérer {word}, la référence",
  insert_signature: "Insérer {word}, la signature",
  // The judgement of a text
  howItArrives: "Tel qu’il arrive",
  alphabet: "Alphabet",
  alphabet_GSM: "GSM-7, 160 caractères par segment",
  alphabet_UCS: "UCS-2, 70 caractères par segment",
  segments: "Segments",
  price: "Prix",
  costs_one: "Coûte {n} message",
  costs_other: "Coûte {n} messages",
  textFine: "Rien à redire à ce texte.",
  textUnsaveable: "Ce texte ne peut pas être enregistré",
  textBetter: "Il pourrait être meilleur",
  finding: "{message}",
  // The dialog that asks for a language
  languageTag: "Étiquette de langue",
  languageTagHint: "Comme dans BCP 47 : sv pour le suédois, pt-PT pour le portugais du Portugal.",
  languageTagAround: [
    "Les mots qui l’entourent existent dans ces langues : {languages}. Prenez une étiquette comme dans",
    "BCP 47 : de, pt-PT.",
  ].join(" "),
  languageBegins: "Elle commence par le texte anglais, que vous traduirez.",
  languageAdd: "Ajouter",
  languageKnown: "Cette langue est déjà dans la liste : {language}.",
  languageNotTag: "Ce n’est pas une étiquette de langue. Prenez-en une comme sv ou pt-PT.",
  languageNotAround: "Il n’y a pas de confirmations en {language}. Ces utilisateurs reçoivent celle en anglais.",
};

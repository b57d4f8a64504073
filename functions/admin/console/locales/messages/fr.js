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
  textCannotBe: "Ce texte ne peut pas être enregistré : il {problem}.",
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
  findingIs: "Le texte {problem}.",
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
  // Findings about a text: each goes on from its name
  finding_no_code: "doit contenir {code}",
  finding_code_twice:
    "ne doit contenir {code} qu’une fois : les téléphones proposent de remplir le seul code d’un message",
  finding_no_prefix: "doit contenir {prefix}, qui indique à quelle connexion appartient le message",
  finding_unknown_placeholder:
    "ne doit pas contenir {about} ; sont remplacés {code}, {login_name}, {prefix}, {signature}",
  finding_unbalanced_brace: "ne doit pas contenir d’accolade seule ; écrivez {{ ou }} pour en afficher une",
  finding_code_not_alone: "doit séparer {code} des lettres, chiffres et signes par une espace ou un saut de ligne",
  finding_prefix_beside_code: "doit avoir un mot ou un saut de ligne entre {prefix} et {code}",
  finding_link: "ne doit pas contenir de lien, ni ce dont les téléphones en font un, comme un point avant un mot",
  finding_digits: [
    "ne doit pas contenir quatre chiffres, ni un chiffre à côté de {login_name} ou {signature} : ils",
    "pourraient passer pour un code",
  ].join(" "),
  finding_control_characters:
    "ne doit pas contenir de tabulations, de caractères de contrôle ni de marques de sens d’écriture",
  finding_line_breaks:
    "ne doit ni commencer ni finir par une espace ou un saut de ligne, ni contenir deux lignes vides de suite",
  finding_reserved_line: "ne doit commencer aucune ligne par @ : la dernière ligne, @host #code, y est ajoutée",
  finding_too_long: "doit donner un message d’au plus {about} caractères",
  finding_too_many_segments: "doit tenir en {about} segments",
  finding_no_signature: "ne contient pas {signature}",
  finding_no_login_name: "ne contient pas {login_name}",
  finding_ucs2: "ne met que 70 caractères par segment au lieu de 160, à cause de {about}",
  letterInstead: "{letter} (écrivez {instead})",
  blank: "une espace",
  // Findings about the sentence of an action type, where they are others
  finding_parameter_name: [
    "ne doit pas contenir {about} : le nom d’un paramètre a de 1 à 32 minuscules, chiffres et _, et",
    "commence par une lettre",
  ].join(" "),
  finding_parameter_reserved: "ne doit pas contenir {about}, qui a un autre sens dans un jeton",
  finding_too_many_parameters: "doit avoir au plus {about} paramètres",
  finding_other_parameters: "doit contenir les mêmes paramètres que en : {about}",
  finding_no_words: "doit dire avec ses propres mots ce qui est confirmé",
  finding_autofill:
    "ne doit ni commencer par @ ni contenir # avant un chiffre ou un paramètre : les téléphones en tireraient un code",
  finding_call_too_long: "est trop long pour un appel avec les valeurs les plus longues",
  finding_unquoted:
    "ne met pas {about} entre guillemets doubles, si bien qu’une valeur peut se lire comme vos propres mots",
  finding_deed_digits: [
    "ne doit pas contenir quatre chiffres, qui pourraient passer pour un code, ni un paramètre à côté",
    "d’un chiffre ou d’un autre",
  ].join(" "),
  finding_deed_control_characters: [
    "ne doit pas contenir de sauts de ligne, de tabulations, de caractères de contrôle ni de marques de",
    "sens d’écriture",
  ].join(" "),
  finding_deed_line_breaks: "ne doit ni commencer ni finir par une espace, ni commencer par un signe combinant",
  finding_deed_too_many_segments: "doit tenir en {about} segments avec des valeurs de 60 lettres de tout alphabet",
};

// The clients in French.

export default {
  // A secret that is shown once
  copy_secret: "Copier le secret",
  copy_link: "Copier le lien",
  copy_code: "Copier le code",
  copied_secret: "Le secret est copié.",
  copied_link: "Le lien est copié.",
  copied_code: "Le code est copié.",
  selected_secret: "Le secret est sélectionné ; copiez-le avec votre clavier.",
  selected_link: "Le lien est sélectionné ; copiez-le avec votre clavier.",
  selected_code: "Le code est sélectionné ; copiez-le avec votre clavier.",
  copyFirst_secret:
    "Copiez d’abord le secret : il ne sera plus affiché. Ou fermez sans le copier, et créez-en un autre plus tard.",
  copyFirst_link:
    "Copiez d’abord le lien : il ne sera plus affiché. Ou fermez sans le copier, et créez-en un autre plus tard.",
  copyFirst_code:
    "Copiez d’abord le code : il ne sera plus affiché. Ou fermez sans le copier, et créez-en un autre plus tard.",
  secretCopied: "Copié",
  secretDone: "Terminé",
  closeWithoutCopying: "Fermer sans copier",
  shownOnce: "Il n’est affiché que cette fois",
};

// The clients in Spanish.

export default {
  // A secret that is shown once
  copy_secret: "Copiar el secreto",
  copy_link: "Copiar el enlace",
  copy_code: "Copiar la clave",
  copied_secret: "El secreto está copiado.",
  copied_link: "El enlace está copiado.",
  copied_code: "La clave está copiada.",
  selected_secret: "El secreto está seleccionado; cópielo con el teclado.",
  selected_link: "El enlace está seleccionado; cópielo con el teclado.",
  selected_code: "La clave está seleccionada; cópiela con el teclado.",
  copyFirst_secret: "Copie primero el secreto: no se vuelve a mostrar. O cierre sin copiarlo y cree otro más tarde.",
  copyFirst_link: "Copie primero el enlace: no se vuelve a mostrar. O cierre sin copiarlo y cree otro más tarde.",
  copyFirst_code: "Copie primero la clave: no se vuelve a mostrar. O cierre sin copiarla y cree otra más tarde.",
  secretCopied: "Copiado",
  secretDone: "Listo",
  closeWithoutCopying: "Cerrar sin copiar",
  shownOnce: "Solo se muestra esta vez",
};

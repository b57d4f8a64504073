// Jobs on many users in Spanish.

export default {
  // Deeds
  deed_mfa_on: "Activar la autenticación por SMS",
  deed_mfa_off: "Desactivar la autenticación por SMS",
  deed_invite: "Invitar por correo",
  deed_unlock: "Desbloquear",
  deed_disable: "Desactivar",
  deed_enable: "Activar",
  deed_set_owner: "Establecer el titular",
  deed_set_locale: "Establecer el idioma de los mensajes",
  deed_delete: "Eliminar",
  // The log
  jobStarted_one: "Tarea iniciada para {n} usuario: {deed}",
  jobStarted_other: "Tarea iniciada para {n} usuarios: {deed}",
  jobEnded_done: "Tarea terminada: {deed}",
  jobEnded_cancelled: "Tarea cancelada: {deed}",
  jobEnded_stopped: "Tarea detenida, porque su administrador ya no puede hacerlo: {deed}",
};

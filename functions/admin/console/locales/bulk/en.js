// Jobs on many users in English.

export default {
  // Deeds
  deed_mfa_on: "Turn SMS authentication on",
  deed_mfa_off: "Turn SMS authentication off",
  deed_invite: "Invite by email",
  deed_unlock: "Unlock",
  deed_disable: "Disable",
  deed_enable: "Enable",
  deed_set_owner: "Set the owner",
  deed_set_locale: "Set the language of messages",
  deed_delete: "Delete",
  // The log
  jobStarted_one: "Started a job for {n} user: {deed}",
  jobStarted_other: "Started a job for {n} users: {deed}",
  jobEnded_done: "A job is done: {deed}",
  jobEnded_cancelled: "A job was cancelled: {deed}",
  jobEnded_stopped: "A job was stopped, because its administrator may no longer do this: {deed}",
};

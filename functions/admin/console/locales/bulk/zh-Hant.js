// Jobs on many users in Traditional Chinese.

export default {
  // Deeds
  deed_mfa_on: "開啟簡訊驗證",
  deed_mfa_off: "關閉簡訊驗證",
  deed_invite: "以電子郵件邀請",
  deed_unlock: "解鎖",
  deed_disable: "停用",
  deed_enable: "啟用",
  deed_set_owner: "設定擁有者",
  deed_set_locale: "設定訊息語言",
  deed_delete: "刪除",
  // The log
  jobStarted_one: "已為 {n} 位使用者啟動工作：{deed}",
  jobStarted_other: "已為 {n} 位使用者啟動工作：{deed}",
  jobEnded_done: "工作已完成：{deed}",
  jobEnded_cancelled: "工作已取消：{deed}",
  jobEnded_stopped: "工作已停止，因為其管理員不再有此權限：{deed}",
};

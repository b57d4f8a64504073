// Jobs on many users in Simplified Chinese.

export default {
  // Deeds
  deed_mfa_on: "开启短信验证",
  deed_mfa_off: "关闭短信验证",
  deed_invite: "通过邮件邀请",
  deed_unlock: "解锁",
  deed_disable: "停用",
  deed_enable: "启用",
  deed_set_owner: "设置所有者",
  deed_set_locale: "设置消息语言",
  deed_delete: "删除",
  // The log
  jobStarted_one: "已为 {n} 个用户启动任务：{deed}",
  jobStarted_other: "已为 {n} 个用户启动任务：{deed}",
  jobEnded_done: "任务已完成：{deed}",
  jobEnded_cancelled: "任务已取消：{deed}",
  jobEnded_stopped: "任务已停止，因为其管理员不再有此权限：{deed}",
};

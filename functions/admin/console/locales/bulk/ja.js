// Jobs on many users in Japanese.

export default {
  // Deeds
  deed_mfa_on: "SMS 認証をオンにする",
  deed_mfa_off: "SMS 認証をオフにする",
  deed_invite: "メールで招待する",
  deed_unlock: "ロックを解除する",
  deed_disable: "無効にする",
  deed_enable: "有効にする",
  deed_set_owner: "所有者を設定する",
  deed_set_locale: "メッセージの言語を設定する",
  deed_delete: "削除する",
  // The log
  jobStarted_one: "{n} 人のユーザーのジョブを開始しました：{deed}",
  jobStarted_other: "{n} 人のユーザーのジョブを開始しました：{deed}",
  jobEnded_done: "ジョブが完了しました：{deed}",
  jobEnded_cancelled: "ジョブが取り消されました：{deed}",
  jobEnded_stopped: "管理者に権限がなくなったため、ジョブが停止しました：{deed}",
};

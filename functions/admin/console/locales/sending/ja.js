// The switch of messages and the banners in Japanese.

export default {
  // The switch of messages and calls
  sendingTo_on: "すべての電話へ",
  sendingTo_verified_only: "検証済みの電話のみへ",
  sendingTo_off: "何も送らない",
  sendingHint_on: "メッセージと通話が送られます。",
  sendingHint_verified_only: "以前にパスコードが入力された電話です。新しい番号には送られません。",
  sendingHint_off: "SMS、通話、WhatsApp も通知も一切送られません。",
  sendingGoes: "メッセージと通話の送信先",
  stopSending: "送信を停止",
  stopSendingAsk: "送信を停止しますか？",
  stopSendingText:
    "30 秒以内に有効になり、誰かが再開するまで続きます。メール、認証アプリ、リカバリーコードは引き続き使えます。",
  stayLoggedIn:
    "ログインしたままにしてください。何も送らない場合、第二要素が SMS または通話だけの人は誰もログインできません。",
  sendingStopped: "送信を停止しました。",
  resumeSendingAsk: "送信を再開しますか？",
  resumeSendingText: "30 秒以内に、メッセージと通話がすべての電話に再び送られます。",
  resumeSending: "再開",
  sendingResumed: "送信を再開しました。",
  stoppedTitle_verified_only: "メッセージと通話は検証済みの電話にのみ送られます",
  stoppedTitle_off: "送信は停止中です。メッセージも通話も送られません",
  stoppedBy: "設定者：{who}。メール、認証アプリ、リカバリーコードは引き続き使えます。",
  stoppedByAt: "設定者：{who}、{at}。メール、認証アプリ、リカバリーコードは引き続き使えます。",
  stoppedByIam: "直接呼び出し",
  stoppedBySomebody: "管理者",
  stayLoggedInShort: "SMS が唯一の第二要素である場合は、ログインしたままにしてください。",
  stopEverything: "すべて停止",
  // A provider that refuses the account
  health_refused: "パスコードが送信されていません。SMS 認証を使うユーザーは誰もログインできません",
  health_impaired: "プロバイダーの 1 つが送信していません",
  providerRefuses: "{provider} がアカウントを拒否しています：{meaning}（エラー {code}）。開始：{since}。",
  providerUntil: "{provider} がメッセージを受け付けるか、設定が保存されると消えます。",
  openSettings: "設定を開く",
};

// The sessions of administrators in Japanese.

export default {
  // The list
  sessionsLead: "コンソールまたはプログラムでログイン中の管理者です。終了させたセッションは元に戻りません。",
  sessionsLeadOwn:
    "コンソールまたはプログラムで、あなたがログインしている場所です。終了させたセッションは元に戻りません。",
  sessionsCaption: "セッション（ログインの新しい順）",
  sessionsOf: "{name} のセッション（ログインの新しい順）",
  pagesOfSessions: "セッションのページ",
  sessionUser: "管理者",
  sessionDevice: "端末とアドレス",
  sessionStarted: "ログイン",
  sessionSeen: "最終使用",
  sessionUntil: "{time} まで",
  sessionActions: "操作",
  sessionCurrent: "このセッション",
  sessionByApi: "プログラム",
  // Ending them
  endSession: "終了",
  endSessionOf: "{name} のセッションを終了：{device}",
  endSessionAsk: "このセッションを終了しますか？",
  endSessionText:
    "{name} はその端末からすぐにログアウトされます。他人が使っている可能性がある場合は、新しいパスワードも設定してください。",
  endOwnSessionText:
    "その端末からすぐにログアウトされます。他人が使っている可能性がある場合は、新しいパスワードも設定してください。",
  sessionIsEnded: "セッションを終了しました。",
  endAllSessions: "すべてのセッションを終了",
  endAllAsk: "{name} のすべてのセッションを終了しますか？",
  endAllText: "{name} はすべての端末からすぐにログアウトされ、{name} のジョブは停止します。",
  endAllOwnText: "この端末を含むすべての端末からすぐにログアウトされ、あなたのジョブは停止します。",
  allSessionsEnded: "すべてのセッションを終了しました。",
  // On the page of a user
  userSessions: "セッション",
  userSessionsLead: "この管理者が現在ログインしている場所です。",
  noSessions: "どこにもログインしていません。",
};

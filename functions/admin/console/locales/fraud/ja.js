// The page about fraud in Japanese.

export default {
  // The page
  fraudLead:
    "新しい電話（本日 (UTC) より前に確認されていないもの）へのメッセージを国別に示します。パスコードが入力されるまで数えます。",
  refresh: "更新",
  budgetsInSettings: "設定の枠",
  noMessageToday: "本日はまだメッセージが送信されていません",
  noMessageTodayText: "その日 (UTC) の最初のメッセージの後、国がその枠と判定とともにここに表示されます。",
  // The mode
  beyondBudget: "枠を超えるメッセージ",
  observe: "監視のみ",
  enforce: "適用",
  nowEnforced: "不正対策の枠を適用しています。",
  nowObserved: "不正対策の枠を監視しています。",
  enforceAsk: "不正対策の枠を適用しますか？",
  enforceText: "30 秒以内に、国の枠を超える新しい電話へのメッセージが拒否されるようになります。",
  enforcePast_one: "本日は {all} 件中 {n} 件が拒否されていたはずです。",
  enforcePast_other: "本日は {all} 件中 {n} 件が拒否されていたはずです。",
  observeAsk: "不正対策の枠を監視のみにしますか？",
  observeText: "30 秒以内に、枠を超える新しい電話へのメッセージは記録されたうえで送信されるようになります。",
  // Figures
  messagesToday: "本日のメッセージ",
  sentMessages: "メッセージ",
  verifiedMessages: "確認済み",
  unverifiedMessages: "未確認",
  ofMessages: "メッセージの {share}",
  thisHour: "この 1 時間",
  unverifiedNote: "未確認",
  unverifiedToday: "本日の未確認",
  unverifiedThisHour: "この 1 時間の未確認",
  decisionsToday: "本日の判定",
  noDecisions: "なし",
  fillingOf: "{most} 件中 {n}",
  full: "上限到達",
  budgetsComputed: "枠は入力されたパスコードの数に応じて 5 分ごとに計算されます。最終計算：{time}",
  budgetsNotComputed: "枠はまだ計算されていません。設定の枠が適用されます。",
  todayByHour: "本日の時間別",
  todayByHourLead: "入力されたパスコードと、まだ誰も確認していない新しい電話へのメッセージです。",
  // The banner, and decisions
  fraudMeans_off:
    "不正対策の枠は無効です。利用者が電話を追加する場合を除き、新しい電話へのメッセージはそのまま送信されます。",
  fraudMeans_observe:
    "新しい電話へのメッセージはまだ送信されています。「適用」にすると拒否されます。利用者が追加する電話へのものはすでに拒否されています。",
  fraudMeans_enforce:
    "そこの新しい電話へのメッセージは、パスコードが入力されるか、その時間または日 (UTC) が終わるまで拒否されます。",
  budgetUsedUp: "未確認のメッセージが枠を使い切りました：{regions}",
  budgetUsedUpMore: "未確認のメッセージが枠を使い切りました：{regions}、ほか {n} か国",
  wouldHaveRefused: "{all} 件中 {n} 件を拒否していたはず",
  haveRefused: "{n} 件を拒否",
  bothDecisions: "{would}。{refused}",
  decidedToday: "本日：{decisions}。",
};

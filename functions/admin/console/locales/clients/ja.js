// The clients in Japanese.

export default {
  // A secret that is shown once
  copy_secret: "シークレットをコピー",
  copy_link: "リンクをコピー",
  copy_code: "コードをコピー",
  copied_secret: "シークレットをコピーしました。",
  copied_link: "リンクをコピーしました。",
  copied_code: "コードをコピーしました。",
  selected_secret: "シークレットを選択しました。キーボードでコピーしてください。",
  selected_link: "リンクを選択しました。キーボードでコピーしてください。",
  selected_code: "コードを選択しました。キーボードでコピーしてください。",
  copyFirst_secret:
    "先にシークレットをコピーしてください。再び表示されることはありません。コピーせずに閉じて、後で新しく作ることもできます。",
  copyFirst_link:
    "先にリンクをコピーしてください。再び表示されることはありません。コピーせずに閉じて、後で新しく作ることもできます。",
  copyFirst_code:
    "先にコードをコピーしてください。再び表示されることはありません。コピーせずに閉じて、後で新しく作ることもできます。",
  secretCopied: "コピー済み",
  secretDone: "完了",
  closeWithoutCopying: "コピーせずに閉じる",
  shownOnce: "表示されるのは今回だけです",
};

// The clients in Traditional Chinese.

export default {
  // A secret that is shown once
  copy_secret: "複製密鑰",
  copy_link: "複製連結",
  copy_code: "複製代碼",
  copied_secret: "密鑰已複製。",
  copied_link: "連結已複製。",
  copied_code: "代碼已複製。",
  selected_secret: "密鑰已選取，請用鍵盤複製。",
  selected_link: "連結已選取，請用鍵盤複製。",
  selected_code: "代碼已選取，請用鍵盤複製。",
  copyFirst_secret: "請先複製密鑰：它不會再次顯示。您也可以不複製就關閉，以後再產生新的。",
  copyFirst_link: "請先複製連結：它不會再次顯示。您也可以不複製就關閉，以後再產生新的。",
  copyFirst_code: "請先複製代碼：它不會再次顯示。您也可以不複製就關閉，以後再產生新的。",
  secretCopied: "已複製",
  secretDone: "完成",
  closeWithoutCopying: "不複製就關閉",
  shownOnce: "僅顯示這一次",
};

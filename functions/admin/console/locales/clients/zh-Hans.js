// The clients in Simplified Chinese.

export default {
  // A secret that is shown once
  copy_secret: "复制密钥",
  copy_link: "复制链接",
  copy_code: "复制代码",
  copied_secret: "密钥已复制。",
  copied_link: "链接已复制。",
  copied_code: "代码已复制。",
  selected_secret: "密钥已选中，请用键盘复制。",
  selected_link: "链接已选中，请用键盘复制。",
  selected_code: "代码已选中，请用键盘复制。",
  copyFirst_secret: "请先复制密钥：它不会再次显示。您也可以不复制就关闭，以后再生成新的。",
  copyFirst_link: "请先复制链接：它不会再次显示。您也可以不复制就关闭，以后再生成新的。",
  copyFirst_code: "请先复制代码：它不会再次显示。您也可以不复制就关闭，以后再生成新的。",
  secretCopied: "已复制",
  secretDone: "完成",
  closeWithoutCopying: "不复制就关闭",
  shownOnce: "仅此一次显示",
};

// The clients in English.

export default {
  // A secret that is shown once
  copy_secret: "Copy secret",
  copy_link: "Copy link",
  copy_code: "Copy code",
  copied_secret: "The secret is copied.",
  copied_link: "The link is copied.",
  copied_code: "The code is copied.",
  selected_secret: "The secret is selected; copy it with your keyboard.",
  selected_link: "The link is selected; copy it with your keyboard.",
  selected_code: "The code is selected; copy it with your keyboard.",
  copyFirst_secret: "Copy the secret first: it is not shown again. Or close without it, and make a new one later.",
  copyFirst_link: "Copy the link first: it is not shown again. Or close without it, and make a new one later.",
  copyFirst_code: "Copy the code first: it is not shown again. Or close without it, and make a new one later.",
  secretCopied: "Copied",
  secretDone: "Done",
  closeWithoutCopying: "Close without copying",
  shownOnce: "This is the only time it is shown",
};

// The sessions of administrators in Traditional Chinese.

export default {
  // The list
  sessionsLead: "已在主控台或透過程式登入的管理員。結束的工作階段不會恢復。",
  sessionsLeadOwn: "您在主控台或透過程式登入的位置。結束的工作階段不會恢復。",
  sessionsCaption: "工作階段，最近登入的在前",
  sessionsOf: "{name} 的工作階段，最近登入的在前",
  pagesOfSessions: "工作階段清單的頁",
  sessionUser: "管理員",
  sessionDevice: "裝置和位址",
  sessionStarted: "登入時間",
  sessionSeen: "最近使用",
  sessionUntil: "至 {time}",
  sessionActions: "操作",
  sessionCurrent: "本工作階段",
  sessionByApi: "程式",
  // Ending them
  endSession: "結束",
  endSessionOf: "結束 {name} 的工作階段：{device}",
  endSessionAsk: "結束該工作階段？",
  endSessionText: "{name} 會立即從該處登出。如果可能是他人在使用，請同時設定新密碼。",
  endOwnSessionText: "您會立即從該處登出。如果可能是他人在使用，請同時設定新密碼。",
  sessionIsEnded: "工作階段已結束。",
  endAllSessions: "結束所有工作階段",
  endAllAsk: "結束 {name} 的所有工作階段？",
  endAllText: "{name} 會立即從所有地方登出，{name} 的工作也會停止。",
  endAllOwnText: "您會立即從所有地方登出，包括此處，您的工作也會停止。",
  allSessionsEnded: "所有工作階段已結束。",
  // On the page of a user
  userSessions: "工作階段",
  userSessionsLead: "該管理員目前登入的位置。",
  noSessions: "未在任何地方登入。",
};

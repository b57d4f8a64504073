// The sessions of administrators in Simplified Chinese.

export default {
  // The list
  sessionsLead: "已在控制台或通过程序登录的管理员。结束的会话不会恢复。",
  sessionsLeadOwn: "您在控制台或通过程序登录的位置。结束的会话不会恢复。",
  sessionsCaption: "会话，最近登录的在前",
  sessionsOf: "{name} 的会话，最近登录的在前",
  pagesOfSessions: "会话列表的页",
  sessionUser: "管理员",
  sessionDevice: "设备和地址",
  sessionStarted: "登录时间",
  sessionSeen: "最近使用",
  sessionUntil: "至 {time}",
  sessionActions: "操作",
  sessionCurrent: "本会话",
  sessionByApi: "程序",
  // Ending them
  endSession: "结束",
  endSessionOf: "结束 {name} 的会话：{device}",
  endSessionAsk: "结束该会话？",
  endSessionText: "{name} 会立即从该处退出登录。如果可能是他人在使用，请同时设置新密码。",
  endOwnSessionText: "您会立即从该处退出登录。如果可能是他人在使用，请同时设置新密码。",
  sessionIsEnded: "会话已结束。",
  endAllSessions: "结束所有会话",
  endAllAsk: "结束 {name} 的所有会话？",
  endAllText: "{name} 会立即从所有地方退出登录，{name} 的任务也会停止。",
  endAllOwnText: "您会立即从所有地方退出登录，包括此处，您的任务也会停止。",
  allSessionsEnded: "所有会话已结束。",
  // On the page of a user
  userSessions: "会话",
  userSessionsLead: "该管理员当前登录的位置。",
  noSessions: "未在任何地方登录。",
};

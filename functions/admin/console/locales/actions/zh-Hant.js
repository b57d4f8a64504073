// The settings of actions in Traditional Chinese.

export default {};

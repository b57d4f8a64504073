// The settings of actions in Simplified Chinese.

export default {};

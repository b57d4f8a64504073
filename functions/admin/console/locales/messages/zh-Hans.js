// The settings of messages in Simplified Chinese.

export default {};

// The settings of messages in Traditional Chinese.

export default {};

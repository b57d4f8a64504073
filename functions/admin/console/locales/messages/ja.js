// The settings of messages in Japanese.

export default {};

// The settings of messages in English.

export default {};

// The settings of messages in French.

export default {};

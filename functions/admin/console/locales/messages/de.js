// The settings of messages in German.

export default {};

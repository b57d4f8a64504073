// The settings of messages in Spanish.

export default {};

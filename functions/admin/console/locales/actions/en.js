// The settings of actions in English.

export default {};

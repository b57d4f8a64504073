// The settings of actions in French.

export default {};

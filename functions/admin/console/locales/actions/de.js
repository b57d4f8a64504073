// The settings of actions in German.

export default {};

// The settings of actions in Japanese.

export default {};

// The settings of actions in Spanish.

export default {};

// The settings in French.

export default {};

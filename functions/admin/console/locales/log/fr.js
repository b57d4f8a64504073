// The log in French.

export default {};

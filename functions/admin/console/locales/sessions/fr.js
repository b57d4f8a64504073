// The sessions of administrators in French.

export default {};

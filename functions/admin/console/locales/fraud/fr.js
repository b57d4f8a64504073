// The page about fraud in French.

export default {};

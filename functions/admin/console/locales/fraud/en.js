// The page about fraud in English.

export default {};

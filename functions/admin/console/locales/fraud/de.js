// The page about fraud in German.

export default {};

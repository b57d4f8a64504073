// The page about fraud in Spanish.

export default {};

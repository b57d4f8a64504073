// The page about fraud in Japanese.

export default {};

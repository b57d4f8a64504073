// The page about fraud in Simplified Chinese.

export default {};

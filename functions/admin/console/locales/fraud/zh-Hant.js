// The page about fraud in Traditional Chinese.

export default {};

// The sessions of administrators in Traditional Chinese.

export default {};

// The log in Traditional Chinese.

export default {};

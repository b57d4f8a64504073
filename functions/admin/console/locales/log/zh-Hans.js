// The log in Simplified Chinese.

export default {};

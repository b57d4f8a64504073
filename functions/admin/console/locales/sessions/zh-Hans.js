// The sessions of administrators in Simplified Chinese.

export default {};

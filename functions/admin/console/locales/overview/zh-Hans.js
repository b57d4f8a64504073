// The overview in Simplified Chinese.

export default {};
